"""A stranger's terminal: one real bash for all that is typed, and what each command came to."""

import shutil

import pytest

from grader import wire
from grader.worker.terminal import Terminal

pytestmark = pytest.mark.skipif(
    not shutil.which("bash") or not shutil.which("git"), reason="needs bash and git"
)
URL = "https://github.com/ada/net.git"


@pytest.fixture
def terminal(tmp_path):
    files = tmp_path / "submission"
    files.mkdir()
    (files / "a.py").write_text("print('hello')\n")
    (files / "run.sh").write_text("#!/bin/bash\necho ran\n")
    (tmp_path / "room").mkdir()
    terminal = Terminal(files, tmp_path / "room")
    yield terminal
    terminal.leave()


def settled(terminal, **how):
    terminal.settle(wire.Settle(name="net", urls=[URL], python=False, **how))
    return terminal


def typed(terminal, text, **how):
    return terminal.script(wire.Script(text=text, seconds=20, **how))


def statuses(played):
    return [(c["line"], c["status"]) for c in played["commands"]]


def test_each_command_has_its_line_status_and_output_and_bash_says_where_it_ends(terminal):
    text = "echo a\nif false; then\n  echo b\nelse\n  echo c\nfi\n\n# no\ncat <<EOF\n$((1 + 1))\nEOF\nfalse\necho 'x\ny'\necho \\\n  z\n"
    played = typed(settled(terminal), text)
    assert statuses(played) == [(1, 0), (2, 0), (9, 0), (12, 1), (13, 0), (15, 0)]
    assert [c["output"] for c in played["commands"]] == ["a\n", "c\n", "2\n", "", "x\ny\n", "z\n"]


def test_folders_variables_and_functions_last_from_script_to_script(terminal):
    typed(settled(terminal), "mkdir -p x && cd x\nexport A=3\nf() { echo in f; }")
    assert [c["output"] for c in typed(terminal, "basename $PWD\necho $A\nf")["commands"]] == [
        "x\n",
        "3\n",
        "in f\n",
    ]


def test_the_repository_is_cloned_under_its_own_address(terminal):
    played = typed(
        settled(terminal, cloned=False, inside=False),
        f"git clone {URL}\ncd net\n./run.sh\ngit log --oneline | wc -l",
    )
    assert [c["status"] for c in played["commands"]] == [0, 0, 0, 0]
    assert [c["output"].strip() for c in played["commands"][2:]] == ["ran", "1"]


def test_a_stranger_may_stand_in_the_clone_which_has_its_own_name(terminal):
    assert typed(settled(terminal), "basename $PWD; ls")["commands"][0]["output"].split() == [
        "net",
        "a.py",
        "run.sh",
    ]


def test_a_home_is_empty_and_knows_nothing_of_the_machine(terminal, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    played = typed(settled(terminal, cloned=False, inside=False), "ls\nenv")
    assert played["commands"][0]["output"] == ""
    assert "s3cret" not in played["commands"][1]["output"]


def test_what_runs_on_is_ended_and_the_next_command_is_typed(terminal):
    played = typed(settled(terminal), "sleep 100\necho after", each=[0.5, 5.0])
    assert statuses(played) == [(1, None), (2, 0)]


def test_a_shell_that_is_left_is_said_to_be_gone(terminal):
    played = typed(settled(terminal), "echo a\nexit 0\necho b")
    assert played["ended"]
    assert played["unfinished"] == 2


@pytest.mark.parametrize("line", ["exec true", "kill -9 $$", "set -e; false"])
def test_other_ways_to_end_it_are_seen_too(terminal, line):
    assert typed(settled(terminal), f"{line}\necho b")["ended"]


def test_stopping_at_a_failure_leaves_the_rest(terminal):
    played = typed(settled(terminal), "false\necho b", stop=True)
    assert statuses(played) == [(1, 1)]
    assert played["unfinished"] == 1


def test_no_program_inherits_the_descriptors_on_which_bash_answers(terminal):
    text = "python3 -c \"import os; print(all(not os.readlink(f'/proc/self/fd/{n}').startswith('pipe') or n in (1, 2) for n in range(3, 300) if os.path.exists(f'/proc/self/fd/{n}')))\""
    assert typed(settled(terminal), text)["commands"][0]["output"].strip() == "True"


def test_long_output_is_kept_at_both_ends(terminal):
    output = typed(settled(terminal), "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last")[
        "commands"
    ][0]["output"]
    assert output.startswith("first\n")
    assert output.endswith("last\n")
    assert len(output) < 80_000
    assert "bytes are left out" in output


def test_nobody_answers_questions(terminal):
    assert typed(settled(terminal), "read answer")["commands"][0]["status"] == 1


def test_a_script_runs_as_a_file_with_the_line_it_got_to(terminal):
    played = typed(
        settled(terminal), "echo a\nfalse\necho b", argv=["bash", "-e", "{0}"], variables={"A": "b"}
    )
    assert (
        played["commands"][0]["line"],
        played["commands"][0]["status"],
        played["commands"][0]["output"],
    ) == (2, 1, "a\n")


def test_a_quote_that_never_closes_is_bashs_own_error(terminal):
    assert statuses(typed(settled(terminal), "echo 'open\necho b"))[0] == (1, 2)


def test_an_overlay_replaces_files_before_a_script(terminal):
    played = typed(settled(terminal), "cat a.py", overlay={"a.py": "changed"})
    assert played["commands"][0]["output"] == "changed"
