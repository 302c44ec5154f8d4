"""The page on which a person reviews: decide, undo, next; and who is not let in."""

import html
import http.client
import re
import signal
import subprocess
import urllib.parse

import pytest

from grader.cli.review_server import ReviewQueue, ReviewServer
from tests.end_to_end.conftest import PROGRAM, environment
from tests.end_to_end.test_gradebook import IN_TIME, LOCAL, course, repository, run  # noqa: F401 - fixtures

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def waiting(run, repository, hand_in, tmp_path):
    """Two attempts that wait for a person; the second's memo is hostile."""
    assert run(repository, *LOCAL, "--received", IN_TIME).status == 4
    memo = next(repository.glob("*.md"))
    other = tmp_path / "other"
    other.mkdir()
    for file in (f for f in repository.iterdir() if f.is_file()):
        (other / file.name).write_bytes(file.read_bytes())
    (other / memo.name).write_text(memo.read_text() + HOSTILE)
    assert run(hand_in(other, "essay-bola"), *LOCAL, "--received", IN_TIME).status == 4


class Page:
    """A browser without looks."""

    def __init__(self, address):
        self.place = urllib.parse.urlsplit(address)
        self.path = self.place.path

    def ask(self, method, path, form=None, **headers):
        connection = http.client.HTTPConnection(self.place.netloc, timeout=30)
        body = urllib.parse.urlencode(form) if form else None
        connection.request(
            method, path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers}
        )
        answer = connection.getresponse()
        said = answer.read().decode()
        connection.close()
        return answer, said

    def get(self, path=""):
        answer, said = self.ask("GET", self.path + path)
        assert answer.status == 200, said
        return said

    def post(self, path, **form):
        answer, _ = self.ask("POST", self.path + path, form, Origin="null")
        assert answer.status == 303
        self.last = answer.headers["Location"]
        return self.ask("GET", self.last)[1]


@pytest.fixture
def page(waiting, course, tmp_path):
    process = subprocess.Popen(
        [*PROGRAM, "review", "--browser"],
        cwd=course,
        env=environment(GRADER_GRADEBOOK=str(tmp_path / "book.sqlite"), PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    yield Page(re.search(r"http://\S+", line)[0])
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    process.stdout.close()


def test_decide_go_on_and_take_back(page, run):
    first = page.get()
    assert "1 of 2, 2 waiting" in first
    assert 'id="pass"' in first
    assert 'method="post" action="1"' in first
    second = page.post("1", decision="pass", by="Bola Adé", comment="well argued")
    assert page.last.endswith("/2")
    assert "Kept: pass." in second
    assert "2 of 2, 1 waiting" in second
    assert 'value="Bola Adé"' in second
    assert "Bola Adé: pass. well argued" in run("history", "essay-ada").said + page.get("1")
    nothing = page.post("2", decision="revise", by="Bola Adé", comment="why?")
    assert "0 waiting" in nothing
    back = page.post("1", decision="review", by="Bola Adé")
    assert page.last.endswith("/1")
    assert "Taken back." in back
    assert "1 waiting" in back
    assert "attempt 1" in run("review").said
    assert "attempt 2" not in run("review").said


def test_what_is_wrong_is_said_and_nothing_is_kept(page, run):
    for form in (
        {"decision": "pass"},
        {"decision": "x", "by": "B"},
        {"decision": "review", "by": "B"},
        {"decision": "pass", "by": "B", "points": "99"},
    ):
        said = page.post("1", **form)
        assert re.search(r'role="status">[^<]+<', said)
        assert "2 waiting" in said


def test_what_a_student_wrote_is_text(page):
    said = page.get("2")
    assert HOSTILE not in said
    assert html.escape(HOSTILE) in said
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', said)[1]
    assert "default-src 'none'" in html.unescape(policy)
    assert "form-action 'self'" in html.unescape(policy)


def test_nobody_else_is_let_in(page):
    own = page.place.netloc
    assert page.ask("GET", "/")[0].status == 404
    assert page.ask("GET", "/wrong/1")[0].status == 404
    for path in ("1/../..", "1/", "x", "-1", "1234567", "%31"):
        assert page.ask("GET", page.path + path)[0].status == 404, path
    assert page.ask("GET", page.path + "1?x")[0].status == 200
    assert page.ask("GET", page.path, Host="evil.example")[0].status == 403
    assert (
        page.ask("GET", page.path, Host=f"localhost.evil.example:{own.rpartition(':')[2]}")[0].status == 403
    )
    form = {"decision": "pass", "by": "Eve"}
    assert page.ask("POST", page.path + "1", form, Origin="https://evil.example")[0].status == 403
    assert page.ask("POST", "/wrong/1", form)[0].status == 404
    assert page.ask("POST", page.path + "1", {"comment": "x" * 70_000})[0].status == 413
    assert page.ask("POST", page.path + "1", {f"f{i}": "x" for i in range(30)})[0].status == 400
    assert "2 waiting" in page.get()
    answer, _ = page.ask("GET", page.path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert page.place.hostname == "127.0.0.1"
    assert len(page.path.strip("/")) >= 22


def test_a_browser_that_hangs_up_is_no_error(capfd):
    with ReviewServer(ReviewQueue(None, "")) as server:
        for trouble in (ConnectionResetError(), ValueError()):
            try:
                raise trouble
            except Exception:  # noqa: BLE001 - as the server's own loop does
                server.handle_error(None, ("127.0.0.1", 1))
    said = capfd.readouterr().err
    assert "ConnectionResetError" not in said
    assert "ValueError" in said


def test_browser_takes_no_attempt(run):
    assert run("review", 1, "--browser").status == 2
