"""What goes wrong on our side: never exit code 1, which means revise, and never a word that a terminal obeys."""

import errno
import os
import subprocess
import sys

import click
import pytest
from rich.errors import MarkupError

from grader import __main__ as program
from grader.cli import app, choices, grade, history, output, replay, review, verify
from tests.end_to_end.conftest import ATTACKS, PROGRAM, TOY, environment

LOCAL = ("--sandbox", "local", "--trust")
OURS = [
    MarkupError("closing tag '[/]' at position 1 doesn't match any open tag"),
    RuntimeError("surprise [/] \x1b[31m"),
    OSError(errno.ENOSPC, "No space left on device", "/somewhere"),
    OSError(errno.EIO, "Input/output error"),
    OSError(errno.EXDEV, "Invalid cross-device link"),
    UnicodeEncodeError("ascii", "ü", 0, 1, "ordinal not in range"),
    MemoryError(),
    RecursionError("maximum recursion depth exceeded"),
    SystemExit(1),
    GeneratorExit(),
    click.FileError("x"),
    click.ClickException("x"),
    BrokenPipeError(),
    KeyboardInterrupt(),
]
PLACES = [
    (choices, "judge_service"),
    (choices, "check_temporary"),
    (grade, "grade_one"),
    (grade, "Progress"),
    (grade, "make_console"),
    (grade, "check_folder"),
    (grade, "print_report"),
    (grade, "to_terminal"),
    (grade, "open_gradebook"),
    (app, "make_console"),
    (app, "_show"),
]


def leave(monkeypatch, *arguments):
    """The exit code of ``grade ARGUMENTS…`` in this very process."""
    monkeypatch.setattr(sys, "argv", ["grade", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        program.main()
    return left.value.code


@pytest.fixture
def no_signals(monkeypatch):
    """The program runs in this process: its signals are pytest's, and so are the threads it would wait for."""
    monkeypatch.setattr("grader.interrupts.install", lambda: None)
    monkeypatch.setattr(program, "_threads_end", lambda: True)


@pytest.mark.parametrize("error", OURS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(("module", "name"), PLACES, ids=lambda each: getattr(each, "__name__", each))
def test_whatever_is_raised_wherever_never_leaves_with_revise(
    module, name, error, monkeypatch, no_signals, tmp_path, capsys
):
    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr(module, name, fail)
    monkeypatch.setenv("GRADER_GRADEBOOK", str(tmp_path / "book"))
    status = leave(monkeypatch, tmp_path / "toy-nobody", "--course", TOY, *LOCAL)
    allowed = {2, 3}
    allowed |= {130} if isinstance(error, KeyboardInterrupt) else set()
    allowed |= {141} if isinstance(error, BrokenPipeError) else set()
    assert status in allowed
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        (history, "existing_gradebook", ("history", "/srv/ada")),
        (review, "existing_gradebook", ("review",)),
        (replay, "recorded", ("replay", "1")),
        (verify, "load", ("verify", "toy")),
    ],
)
@pytest.mark.parametrize("error", OURS[:4], ids=lambda error: type(error).__name__)
def test_nor_does_any_other_command(module, name, arguments, error, monkeypatch, no_signals):
    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr(module, name, fail)
    assert leave(monkeypatch, *arguments) == 3


def test_a_full_disk_is_told_in_a_sentence_and_not_with_a_traceback(monkeypatch, no_signals, capsys):
    def fail(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device", "/some[/]where")

    monkeypatch.setattr(history, "existing_gradebook", fail)
    assert leave(monkeypatch, "history", "/srv/ada") == 3
    told = capsys.readouterr().err
    assert "/some[/]where: No space left on device." in told
    assert "Traceback" not in told


@pytest.fixture
def repository(hand_in):
    return hand_in(ATTACKS / "00_correct")


def test_markup_in_a_repository_is_shown_as_it_is(grade, hand_in):
    ended = grade(hand_in("", "odd"), "--assignment", "x[/]y", *LOCAL)
    assert ended.status == 2
    assert "'x[/]y'" in ended.told
    repository = hand_in("def f(): pass\n")
    (repository / "grade.yml").write_text('assignment: "[bold green] PASS [/] :smile:"\n')
    from tests.conftest import commit_all

    commit_all(repository)
    ended = grade(repository, *LOCAL)
    assert ended.status == 2
    assert "[bold green] PASS [/] :smile:" in ended.told


def test_all_consoles_are_made_in_one_place_and_obey_no_markup():
    made = output.console(no_color=True, stderr=True)
    with made.capture() as shown:
        made.print("[bold]x[/bold] [/] :smile:")
    assert shown.get() == "[bold]x[/bold] [/] :smile:\n"
    from pathlib import Path

    engine = Path(output.__file__).parents[1]
    makers = {
        file.relative_to(engine).as_posix()
        for file in engine.rglob("*.py")
        if " Console(" in file.read_text().replace("return Console(", " Console(")
    }
    assert makers == {"cli/output.py", "report/renderers.py"}
    assert not [file for file in engine.rglob("*.py") if "markup=True" in file.read_text()]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is not here")
@pytest.mark.parametrize("redirection", ["> /dev/full", ">&-", "2> /dev/full", "2>&-", ">&- 2>&-", "| true"])
def test_streams_that_can_not_be_written_are_no_reason_to_revise(repository, redirection, tmp_path):
    command = " ".join([*PROGRAM, str(repository), *LOCAL, redirection])
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=TOY,
        env=environment(GRADER_GRADEBOOK=str(tmp_path / "book")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode in (0, 3, 141)


def test_letters_that_a_terminal_does_not_know_are_spelled_out(grade, repository):
    ended = grade(repository, *LOCAL, PYTHONIOENCODING="ascii")
    assert ended.status == 0
    assert "Traceback" not in ended.told


@pytest.mark.parametrize(
    ("word", "guess"),
    [("docter", "doctor"), ("reviews", "review"), ("histroy", "history"), ("standing", "standings")],
)
def test_a_mistyped_command_is_wrong_usage_and_guessed(grade, word, guess):
    ended = grade(word)
    assert ended.status == 2
    assert f"Did you mean '{guess}'?" in ended.told


def test_a_folder_that_is_called_almost_like_a_command_is_graded(grade, repository, tmp_path):
    repository.rename(tmp_path / "docter")
    ended = grade("docter", "--assignment", "toy", "--course", TOY, *LOCAL, course=tmp_path)
    assert ended.status == 0


def test_a_gpu_that_is_not_there_is_told_before_anything_runs(grade, repository):
    ended = grade(repository, "--device", "cuda", *LOCAL, CUDA_VISIBLE_DEVICES="")
    assert ended.status == 3
    assert "no cuda" in ended.told
    assert "judge" not in ended.told and "fetch" not in ended.told


def test_a_folder_for_reports_is_tried_before_an_hour_is_spent(grade, repository, tmp_path):
    (tmp_path / "file").write_text("")
    ended = grade(repository, *LOCAL, "--out", tmp_path / "file" / "out")
    assert ended.status == 2
    assert "--out: nothing can be written to" in ended.told
    assert "judge" not in ended.told


def test_a_folder_for_reports_that_fails_later_costs_no_verdict(
    monkeypatch, no_signals, repository, tmp_path, capsys
):
    from grader.errors import Ungraded

    def fail(*_arguments):
        raise Ungraded("The report could not be written.")

    monkeypatch.setattr(grade, "write_reports", fail)
    monkeypatch.setenv("GRADER_GRADEBOOK", str(tmp_path / "book"))
    status = leave(monkeypatch, repository, "--course", TOY, "--out", tmp_path / "out", *LOCAL)
    shown = capsys.readouterr()
    assert status == 3
    assert "PASS" in shown.out
    assert "The report could not be written." in shown.err


@pytest.mark.parametrize(
    "command",
    [
        ("verify", "toy", "--json", "{}/gone/proof.json", *LOCAL[:2]),
        ("verify", "toy", "--json", "{}/file/proof.json", *LOCAL[:2]),
        ("starter", "toy", "{}/file/starter"),
        ("pair", "{}/roster.csv", "--seed", "1", "--out", "{}/gone/week.csv"),
        ("pair", "{}/roster.csv", "--seed", "1", "--out", "{}/file/week.csv"),
        ("review", "1", "--out", "{}/file/out"),
    ],
    ids=lambda command: " ".join(command[:1]),
)
def test_what_can_not_be_written_is_told_first_and_in_a_sentence(grade, command, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "roster.csv").write_text("student\nAda\nBola\n")
    ended = grade(*(part.replace("{}", str(tmp_path)) for part in command))
    assert ended.status == 2
    assert "Traceback" not in ended.told
    assert str(tmp_path) in ended.told


@pytest.fixture
def nearly_full(tmp_path):
    """A file system of 2 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small file system can't be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_nearly_full_folder_for_temporary_files_is_told_first(grade, repository, nearly_full):
    ended = grade(repository, *LOCAL, TMPDIR=str(nearly_full))
    assert ended.status == 3
    assert f"The folder for temporary files, {nearly_full}, has" in ended.told
    assert "TMPDIR=" in ended.told


def test_a_disk_that_fills_up_leaves_no_half_file(nearly_full):
    target = nearly_full / "week.csv"
    target.write_text("old")
    from grader.errors import Ungraded

    with pytest.raises(Ungraded, match="could not be written: No space left"):
        output.write_file(target, b"x" * 4_000_000, "--out")
    assert target.read_text() == "old"
    assert [file.name for file in nearly_full.iterdir()] == ["week.csv"]


def test_a_mistake_that_is_not_there_is_wrong_usage(grade):
    ended = grade("verify", "toy", "--mistake", "typo", *LOCAL[:2])
    assert ended.status == 2
    assert "There is no mistake 'typo'" in ended.told
    assert "holds" not in ended.said


def test_doctor_prints_what_can_be_typed_and_pads_no_line(grade):
    said = grade("doctor").said
    assert [row for row in said.splitlines() if row != row.rstrip()] == []


def test_a_device_is_written_to_and_never_replaced():
    from pathlib import Path

    null = Path("/dev/null")
    output.check_file(null, "--out", force=False)
    output.write_file(null, b"x", "--out")
    assert not null.is_file()


def test_doctor_names_the_extra_in_brackets(monkeypatch, no_signals, capsys):
    from grader.doctor import Item, State

    remedy = "`pip install 'grader[local]' -c constraints.txt`"
    monkeypatch.setattr("grader.doctor.examine", lambda: [Item("local", State.OPTIONAL, "x", remedy)])
    assert leave(monkeypatch, "doctor") == 0
    assert remedy in " ".join(capsys.readouterr().out.split())


def test_a_folder_that_was_removed_is_told(tmp_path):
    (tmp_path / "gone").mkdir()
    command = f"cd {tmp_path}/gone; rmdir ../gone; {' '.join(PROGRAM)} review"
    ended = subprocess.run(
        ["bash", "-c", command], env=environment(), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "The folder that you are in is not there any more." in ended.stderr
