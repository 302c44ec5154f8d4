"""A stranger at a terminal: one real bash, into which scripts are typed command by command.

Bash itself says where a command ends: lines are added until ``bash -n`` finds nothing open. Each command is then
sourced by the one bash that stays, so that ``cd``, ``export``, functions and environments last as they do for a
reader; it answers on a descriptor that no program it starts inherits. A student's shell can lie there all the
same: what it says chooses words, and is only ever believed against the student.

The stranger's home is empty but for a Python of his own. The repository is a bare one that git finds under the
addresses of the repository, so that ``git clone https://host/owner/name`` is a real clone.
"""

from __future__ import annotations

import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from grader.worker import confine, variants
from grader.worker.variants import copy_tree, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader import wire

HEAD, TAIL = 16 << 10, 48 << 10
"""Bytes of one command's output that are kept: the first and the last ones."""
MOST_LINES = 400
LONGEST = 120
"""Lines of one command."""
GRACE = 0.5
"""Seconds between asking a program to end and ending it."""
POLL = 0.1
SCRIPT = 64 << 10
"""Bytes of a script, at most; a program is larger."""
CUT = "\n[… %d bytes are left out here …]\n"

LOOP = r"""
shopt -s expand_aliases
while IFS= read -r -u "$GRADER_ASK" GRADER_FILE; do
  source "$GRADER_FILE" </dev/null {GRADER_ASK}<&- {GRADER_SAY}>&-
  printf '%s\0%s\0' "$?" "$PWD" >&"$GRADER_SAY"
done
"""
"""What the bash runs: a file for each command, by name; a status and a folder for each."""
TRACE = "exec {GRADER_TRACE}>\"$GRADER_LINES\"; BASH_XTRACEFD=$GRADER_TRACE; PS4='+$LINENO '; set -x\n"
"""Before a script that runs as a file: it notes the numbers of its lines."""
PYTHON_VARIABLES = {
    "MPLBACKEND": "Agg",
    "PYTHONUNBUFFERED": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_PROGRESS_BAR": "off",
    "GIT_TERMINAL_PROMPT": "0",
    "DEBIAN_FRONTEND": "noninteractive",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "UV_NO_PROGRESS": "1",
    "UV_LINK_MODE": "copy",
    "POETRY_NO_INTERACTION": "1",
}
PASSED_ON = re.compile(
    r".*_THREADS|LANG|.*_proxy|.*_PROXY|PIP_.*|UV_.*|POETRY_.*|VIRTUALENV_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|"
    r"CURL_CA_BUNDLE|GIT_SSL_CAINFO"
)
"""Of the sandbox's own variables: what leads to its package index."""


class Terminal:
    """A stranger's home, and the shells in it.

    Args:
        submission: The student's files, read-only.
        sandbox: A folder of the check's own.
        alone: Whether all processes with this uid are the stranger's.
    """

    def __init__(self, submission: Path, sandbox: Path, *, alone: bool = False) -> None:
        self._alone = alone
        self._clone = Path()
        self._submission = submission
        self._sandbox = sandbox / "terminal"
        self._home = self._sandbox / "home"
        self._folder = self._home
        self._variables: dict[str, str] = {}
        self._bash: _Bash | None = None
        self._scripts = 0

    def settle(self, question: wire.Settle) -> dict[str, object]:
        """Make a new home, with the repository to clone; see ``wire.Settle``."""
        self.leave()
        confine.set_dumpable(on=False)  # the shells have our uid, and could write to our memory
        shutil.rmtree(self._sandbox, ignore_errors=True)
        self._home.mkdir(parents=True)
        self._variables = _environment(self._home) | dict(question.variables)
        version = ""
        if question.python:
            version = _make_python(self._home / ".python", question.pythons)
            own = self._home / ".python"  # Debian's Python puts what pip installs below local
            self._variables["PATH"] = f"{own}/bin:{own}/local/bin:{self._variables['PATH']}"
        bare = _make_bare(self._submission, self._sandbox, question, self._variables)
        urls = "".join(f'[url "{bare}"]\n\tinsteadOf = "{_quoted(url)}"\n' for url in question.urls)
        (self._home / ".gitconfig").write_text(
            urls + "[safe]\n\tdirectory = *\n[user]\n\tname = stranger\n\temail = stranger@localhost\n"
            "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"
        )
        clone = self._home / question.name
        if question.cloned:
            _git(["clone", "-q", str(bare), str(clone)], self._variables, self._home)
        self._folder, self._clone = clone if question.inside else self._home, clone
        return {"folder": str(self._folder), "home": str(self._home), "python": version}

    def script(self, question: wire.Script) -> dict[str, object]:
        """Type a script, or run it as a file; see ``wire.Script``."""
        if not self._home.is_dir():
            raise RuntimeError("nobody has settled here yet")
        write(self._folder, question.overlay)
        return self._run_file(question) if question.argv else self._type(question)

    def trials(self, question: wire.Trials) -> list[dict[str, object] | None]:
        """Run a command on variants of the clone, one after the other; see ``wire.Trials``."""
        if not self._clone.is_dir():
            raise RuntimeError("there is no clone")
        variables = self._session() | {
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_ADDOPTS": "-p no:cacheprovider",
        }
        self.leave()
        until = time.monotonic() + question.total_seconds
        found: list[dict[str, object] | None] = []
        with variants.aside(self._clone, self._submission, self._home) as variant:
            for number, overlay in enumerate(question.overlays):
                left = until - time.monotonic()
                if left <= 0:
                    found.append(None)
                    continue
                own = question.variables[number] if question.variables else {}
                with variant(overlay):
                    found.append(self._trial(question.command, variables | own, min(question.seconds, left)))
        return found

    def _trial(self, command: str, variables: Mapping[str, str], seconds: float) -> dict[str, object]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        argv = ["bash", "--noprofile", "--norc", "-c", command]
        status, output = _Program(argv, self._clone, variables).wait(seconds)
        self.leave()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        for left in self._home.parent.joinpath("tmp").iterdir():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"status": status, "output": output, "cpu": cpu}

    def leave(self) -> None:
        """End the shell and all it started."""
        if self._bash is not None:
            self._bash.end()
            self._bash = None
        if self._alone:  # also what went into a session of its own
            with suppress(OSError):
                os.kill(-1, signal.SIGKILL)

    def _session(self) -> dict[str, str]:
        """The variables of the session's shell as they are now."""
        if self._bash is None or self._bash.is_gone:
            return self._variables
        listed = self._sandbox / "variables"
        self._bash.do(f"env -0 > '{listed}'", 10.0)
        with suppress(OSError):
            pairs = (one.split("=", 1) for one in os.fsdecode(listed.read_bytes()[: 1 << 18]).split("\0"))
            own = {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and not pair[0].startswith("GRADER_")}
            return own or self._variables
        return self._variables

    # ── Typed ─────────────────────────────────────────────────────────────────────────────────────────────

    def _type(self, question: wire.Script) -> dict[str, object]:
        if self._bash is None:
            self._bash = _Bash(self._folder, self._variables | dict(question.variables), self._sandbox)
        until = time.monotonic() + question.seconds
        found: list[dict[str, object]] = []
        for start, text in _commands(question.text.splitlines(), self._variables, self._sandbox):
            left = until - time.monotonic()
            if left <= 0:
                return {"commands": found, "ended": "", "unfinished": start}
            each = question.each[start - 1] if start <= len(question.each) else question.seconds
            found.append({"line": start, "text": text} | self._bash.do(text, min(each, left)))
            if self._bash.is_gone:
                self._bash = None
                return {"commands": found, "ended": "the shell itself ended", "unfinished": start}
            if question.stop and found[-1]["status"] not in (0, None):
                return {"commands": found, "ended": "", "unfinished": start}
        return {"commands": found, "ended": "", "unfinished": 0}

    # ── As a file ─────────────────────────────────────────────────────────────────────────────────────────

    def _run_file(self, question: wire.Script) -> dict[str, object]:
        self._scripts += 1
        file, lines = self._sandbox / f"script{self._scripts}.sh", self._sandbox / f"lines{self._scripts}"
        file.write_text(question.text, "utf-8", errors="surrogateescape")
        trace = self._sandbox / "trace.sh"
        trace.write_text(TRACE)
        folder = (self._folder / question.folder).resolve()
        if not folder.is_dir():
            said = {"line": 1, "text": "", "status": 1, "output": f"{question.folder}: no such folder"}
            return {"commands": [said | {"folder": str(folder)}], "ended": "", "unfinished": 0}
        variables = self._variables | dict(question.variables)
        if first := variables.pop("GRADER_PATH", ""):
            variables["PATH"] = f"{first}:{variables['PATH']}"
        traced = {"BASH_ENV": str(trace), "GRADER_LINES": str(lines)} if "bash" in question.argv[0] else {}
        program = _Program(
            [
                _found(question.argv[0], variables),
                *(part.replace("{0}", str(file)) for part in question.argv[1:]),
            ],
            folder,
            variables | traced,
        )
        status, output = program.wait(question.seconds)
        reached = [int(found[1]) for found in re.finditer(r"^\++(\d+) ", _tail_of(lines), re.MULTILINE)]
        done = {"line": reached[-1] if reached else 1, "text": "", "status": status, "output": output}
        return {"commands": [done | {"folder": str(folder)}], "ended": "", "unfinished": 0}


class _Output:
    """A pipe's bytes: the first and the last of them."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self._head, self._tail, self._total = bytearray(), bytearray(), 0

    def read(self) -> None:
        """Take what there is, at most 4 MB of it."""
        for _ in range(64):
            try:
                part = os.read(self.reader, 1 << 16)
            except OSError:
                return
            if not part:
                return
            self._total += len(part)
            sandbox = HEAD - len(self._head)
            self._head += part[:sandbox]
            self._tail = (self._tail + part[sandbox:])[-TAIL:]

    def take(self) -> str:
        """What came since the last time."""
        self.read()
        left = self._total - len(self._head) - len(self._tail)
        text = self._head + (b"" if left <= 0 else (CUT % left).encode()) + self._tail
        self._head, self._tail, self._total = bytearray(), bytearray(), 0
        return text.decode("utf-8", "replace")


class _Bash:
    """The one bash of a session."""

    def __init__(self, folder: Path, variables: Mapping[str, str], sandbox: Path) -> None:
        self._sandbox = sandbox
        self._output = _Output()
        ask_reader, self._ask = os.pipe()
        self._say, say_writer = os.pipe()
        self._count = 0
        numbers = {"GRADER_ASK": str(ask_reader), "GRADER_SAY": str(say_writer)}
        self._process = subprocess.Popen(  # noqa: S603 - the stranger's shell, in the sandbox
            ["bash", "--noprofile", "--norc", "-c", LOOP],  # noqa: S607
            cwd=folder,
            env=dict(variables) | {"PWD": str(folder)} | numbers,
            stdin=subprocess.DEVNULL,
            stdout=self._output.writer,
            stderr=self._output.writer,
            pass_fds=(ask_reader, say_writer),
            start_new_session=True,
        )
        for descriptor in (ask_reader, say_writer, self._output.writer):
            os.close(descriptor)
        self._said = b""

    @property
    def is_gone(self) -> bool:
        """Whether it has ended: ``exit``, ``exec``, or killed."""
        return self._process.poll() is not None

    def do(self, text: str, seconds: float) -> dict[str, object]:
        """One command: its status (None if its time was up), what was printed, and where it ended."""
        self._count += 1
        file = self._sandbox / f"typed{self._count}"
        file.write_text(text + "\n", "utf-8", errors="surrogateescape")
        self._output.take()
        with suppress(OSError):
            os.write(self._ask, f"{file}\n".encode())
        until, overdue = time.monotonic() + seconds, False
        while (said := self._answer()) is None and not self.is_gone:
            now = time.monotonic()
            if now > until + 4 * GRACE:
                self.end()
            elif now > until:
                _interrupt(self._process.pid, signal.SIGKILL if now > until + GRACE else signal.SIGTERM)
                overdue = True
        said = said or self._answer()
        output = self._output.take()
        if said is None:
            status = None if overdue else self._process.poll()
            return {"status": status, "output": output, "folder": ""}
        return {"status": None if overdue else said[0], "output": output, "folder": said[1]}

    def end(self) -> None:
        """Kill it with all it started."""
        _interrupt(self._process.pid, signal.SIGKILL)
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for descriptor in (self._ask, self._say, self._output.reader):
            with suppress(OSError):
                os.close(descriptor)

    def _answer(self) -> tuple[int, str] | None:
        with suppress(OSError, ValueError):
            ready, _, _ = select.select([self._say, self._output.reader], [], [], POLL)
            if self._output.reader in ready:
                self._output.read()
            if self._say in ready and (part := os.read(self._say, 4096)):
                self._said = (self._said + part)[-1 << 16 :]
        if self._said.count(b"\0") < 2:
            return None
        status, folder, *_ = self._said.split(b"\0")
        self._said = b""
        with suppress(ValueError):
            return int(status), folder.decode("utf-8", "replace")
        return 1, ""


class _Program:
    """One program that runs to its end, or to its time's."""

    def __init__(self, argv: Sequence[str], folder: Path, variables: Mapping[str, str]) -> None:
        self._output = _Output()
        self._process = subprocess.Popen(  # noqa: S603 - the student's own script, in the sandbox
            list(argv),
            cwd=folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=self._output.writer,
            stderr=self._output.writer,
            start_new_session=True,
        )
        os.close(self._output.writer)

    def wait(self, seconds: float) -> tuple[int | None, str]:
        """Its status, or None if its time was up; and what it printed."""
        until = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < until:
            select.select([self._output.reader], [], [], POLL)
            self._output.read()
            if select.select([self._output.reader], [], [], 0)[0]:
                time.sleep(POLL / 10)  # its end was reached: nothing more will come
        status = self._process.poll()
        _interrupt(self._process.pid, signal.SIGKILL)
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        output = self._output.take()
        os.close(self._output.reader)
        return status, output


# ── Where a command ends ──────────────────────────────────────────────────────────────────────────────────


def _commands(lines: Sequence[str], variables: Mapping[str, str], sandbox: Path) -> Iterator[tuple[int, str]]:
    """The commands of a script with the line each begins in, from 1; bash says where they end."""
    start = 0
    lines = lines[:MOST_LINES]
    while start < len(lines):
        if not lines[start].strip() or lines[start].lstrip().startswith("#"):
            start += 1
            continue
        stop = start + 1
        while (
            stop <= len(lines)
            and stop - start <= LONGEST
            and _is_open("\n".join(lines[start:stop]), variables, sandbox)
        ):
            stop += 1
        if stop > len(lines) or stop - start > LONGEST:
            stop = start + 1  # it never ends: bash will say so of its first line
        yield start + 1, "\n".join(lines[start:stop])
        start = stop


def _is_open(text: str, variables: Mapping[str, str], sandbox: Path) -> bool:
    """Whether bash waits for more after this."""
    if text.endswith("\\") and not text.endswith("\\\\"):
        return True
    checked = subprocess.run(
        ["bash", "--noprofile", "--norc", "-n"],  # noqa: S607
        input=(text + "\n").encode("utf-8", "surrogateescape"),
        env=dict(variables) | {"LC_ALL": "C"},
        cwd=sandbox,
        capture_output=True,
        check=False,
        timeout=20,
    )
    said = checked.stderr
    return b"unexpected end of file" in said or b"unexpected EOF" in said or b"here-document at line" in said


# ── The stranger's home ───────────────────────────────────────────────────────────────────────────────────


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    temporary = home.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    return (
        PYTHON_VARIABLES
        | kept
        | {
            "PATH": f"{home / '.local' / 'bin'}:{os.environ.get('PATH', '/usr/local/bin:/usr/bin:/bin')}",
            "HOME": str(home),
            "USER": "stranger",
            "LOGNAME": "stranger",
            "SHELL": shutil.which("bash") or "/bin/bash",
            "TMPDIR": str(temporary),
            "LANG": "C.UTF-8",
        }
    )


def _make_python(folder: Path, versions: Sequence[str]) -> str:
    """A Python of his own, with nothing in it but pip, his to install into; gives its version.

    Args:
        folder: To create.
        versions: Those that will do, the best first; none of them here, the usual one is made.
    """
    templates = Path(os.environ.get("GRADER_PYTHON", "/nowhere"))
    usual = f"{sys.version_info.major}.{sys.version_info.minor}"
    version = next((v for v in versions if (templates / v).is_dir()), usual)
    if (template := templates / version).is_dir():
        shutil.copytree(template, folder, symlinks=True)
        for script in (
            *folder.glob("bin/*"),
            *folder.glob("local/bin/*"),
        ):  # they name the place where they were made
            if script.is_file() and not script.is_symlink() and script.stat().st_size < SCRIPT:
                script.write_bytes(script.read_bytes().replace(bytes(template), bytes(folder)))
        return version
    python = getattr(sys, "_base_executable", sys.executable) or "python3"
    subprocess.run(  # noqa: S603
        [python, "-I", "-m", "venv", str(folder)], check=True, capture_output=True, timeout=120
    )
    return usual


def _make_bare(submission: Path, sandbox: Path, question: wire.Settle, variables: Mapping[str, str]) -> Path:
    """The repository as one commit in a bare repository."""
    work, bare = sandbox / "work" / question.name, sandbox / "origin" / f"{question.name}.git"
    work.parent.mkdir(parents=True, exist_ok=True)
    copy_tree(submission, work)
    write(work, question.overlay)
    for file in work.rglob("*"):
        if file.is_file() and not file.is_symlink():
            name = file.relative_to(work).as_posix()
            file.chmod(0o755 if _may_run(file, name, question.executable) else 0o644)
    if shutil.which("git", path=variables["PATH"]) is None:
        return work
    quiet = dict(variables) | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    who = ["-c", "user.name=student", "-c", "user.email=student@localhost", "-c", "core.autocrlf=false"]
    _git(["init", "-q", "-b", question.branch, str(work)], quiet, sandbox)
    _git([*who, "add", "-A", "-f", "."], quiet, work)
    _git([*who, "commit", "-q", "--allow-empty", "-m", "handed in"], quiet, work)
    _git(["clone", "-q", "--bare", str(work), str(bare)], quiet, sandbox)
    shutil.rmtree(work, ignore_errors=True)
    return bare


def _may_run(file: Path, name: str, executable: Sequence[str] | None) -> bool:
    if executable is not None:
        return name in executable
    with file.open("rb") as opened:
        return opened.read(2) == b"#!"


def _git(argv: Sequence[str], variables: Mapping[str, str], folder: Path) -> None:
    subprocess.run(  # noqa: S603
        ["git", *argv],  # noqa: S607
        env=dict(variables),
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def _quoted(url: str) -> str:
    return re.sub(r'[\x00-\x1f"\\]', "", url)


# ── Processes ─────────────────────────────────────────────────────────────────────────────────────────────


def _interrupt(root: int, number: signal.Signals) -> None:
    """A signal to every descendant, not to the shell itself: it goes on with the next command."""
    for pid in _descendants(root):
        with suppress(OSError):
            os.kill(pid, number)


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    queue = [root]
    while queue:
        more = children.get(queue.pop(), [])
        found += more
        queue += more
    return found


def _found(program: str, variables: Mapping[str, str]) -> str:
    """A program where the stranger finds it; ``bash`` if he doesn't, which says so."""
    return shutil.which(program, path=variables["PATH"]) or "bash"


def _tail_of(file: Path) -> str:
    """The end of a trace: lines as bash wrote them, or others wrote over them."""
    with suppress(OSError), file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - 4096))
        return opened.read(4096).decode("utf-8", "replace")
    return ""
