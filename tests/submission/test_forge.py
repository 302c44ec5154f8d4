"""The forge is asked only with a token, only its own API, and what it does not say is not made up."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from grader.submission import commit_status

COMMIT = "a" * 40


@pytest.fixture
def forge():
    """A small GitHub: answers what ``reply`` says, and remembers how it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append((self.path, self.headers["Authorization"]))
            status, body = server.reply
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://localhost:1/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.reply = [], (200, b"{}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def ask(forge, *runs, url="https://github.com/ada/week06", **environment):
    if runs:
        forge.reply = (200, json.dumps({"check_runs": list(runs)}).encode())
    base = {"GITHUB_API_URL": f"http://127.0.0.1:{forge.server_port}", "GITHUB_TOKEN": "t0k"}
    return commit_status(url, COMMIT, base | environment)


def completed(conclusion, name="tests"):
    return {"name": name, "status": "completed", "conclusion": conclusion}


@pytest.mark.parametrize(
    ("runs", "state"),
    [
        ([completed("success"), completed("skipped")], "success"),
        ([completed("success"), completed("failure")], "failure"),
        ([completed("cancelled")], "failure"),
        ([completed("success"), {"name": "x", "status": "in_progress"}], "pending"),
    ],
)
def test_check_runs_are_summed_up(forge, runs, state):
    assert ask(forge, *runs).state == state


def test_the_commit_is_asked_for_with_the_token(forge):
    ask(forge, completed("success"), url="git@github.com:ada/week06.git")
    assert forge.asked == [(f"/repos/ada/week06/commits/{COMMIT}/check-runs?per_page=100", "Bearer t0k")]


def test_a_commit_without_checks_is_told_from_a_green_one(forge):
    forge.reply = (200, b'{"check_runs": []}')
    assert ask(forge).state == "none"


def test_names_of_red_checks_are_hostile_text(forge):
    assert ask(forge, completed("failure", "\x1b[31mred")).failed == ("\\x1b[31mred",)


@pytest.mark.parametrize(
    "reply",
    [(404, b""), (500, b""), (302, b""), (200, b"no json"), (200, b"[]"), (200, b'{"check_runs": [3]}')],
)
def test_an_answer_that_is_none_is_unread_with_a_reason(forge, reply):
    forge.reply = reply
    found = ask(forge)
    assert found.state == "unread"
    assert found.source


def test_a_redirection_is_not_followed_with_the_token(forge):
    forge.reply = (302, b"")
    ask(forge)
    assert len(forge.asked) == 1


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("https://gitlab.com/ada/week06", {}),
        ("https://github.com.evil.example/ada/week06", {}),
        ("https://github.com/ada", {}),
        ("/home/ada/week06", {}),
        ("https://github.com/ada/week06", {"GITHUB_TOKEN": ""}),
    ],
)
def test_nobody_is_asked_about_a_repository_elsewhere_or_without_a_token(forge, url, environment):
    assert ask(forge, completed("success"), url=url, **environment).state == "unread"
    assert forge.asked == []


def test_a_plain_folder_has_no_status(forge):
    assert commit_status("/home/ada", "", {"GITHUB_TOKEN": "t0k"}).state == "unread"
