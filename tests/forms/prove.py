"""Shows that the labels are true: runs every case's commands in a clone, and in a clone whose functions raise.

    python -m tests.forms.prove [--packages] [PART-OF-A-NAME ...]

``pass`` is true where the commands succeed in the clone and fail in the broken one; ``revise`` where they fail in the
clone, or succeed even in the broken one. Cases that need packages are run only with ``--packages``, and then with the
network; all others without one. ``uv``, ``poetry``, ``tox``, ``nox``, ``make`` and ``git`` are taken from the PATH.
"""

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.forms.cases import Case, cases

SECONDS = 900
TOOLS = ("git", "make", "uv", "uvx", "poetry", "tox", "nox")
KEPT = ("PIP_", "UV_", "VIRTUALENV_", "SSL_", "REQUESTS_", "LANG")


def broken(files: dict[str, str]) -> dict[str, str]:
    """The same repository, where every function outside the tests raises."""
    return {path: _raising(text) if _is_code(path) else text for path, text in files.items()}


def _is_code(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return path.endswith(".py") and "test" not in path and name not in {"noxfile.py", "setup.py"}


def _raising(text: str) -> str:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return text
    lines = text.splitlines()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for body in sorted((node.body[0] for node in functions), key=lambda first: -first.lineno):
        lines.insert(body.lineno - 1, " " * body.col_offset + "raise NotImplementedError")
    return "\n".join(lines) + "\n"


class Bench:
    """A folder in which cases are tried one after the other, each in a fresh environment."""

    def __init__(self, folder: Path, *, pip: bool = True) -> None:
        self.folder = folder
        self.python = folder / "python"
        self.fresh = folder / "fresh"
        own = [] if pip else ["--without-pip"]  # ten times as fast
        subprocess.run([sys.executable, "-m", "venv", *own, self.python], check=True)
        shutil.copytree(self.python, self.fresh, symlinks=True)
        self.used = False  # whether something may be installed in it
        tools = folder / "tools"
        tools.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (tools / tool).symlink_to(Path(found).resolve())
        self.path = f"{self.python}/bin:{tools}:/usr/bin:/bin"
        self.alone = ["unshare", "-rn", "bash", "-c", 'ip link set lo up; exec "$@"', "-"]
        if subprocess.run([*self.alone, "true"], capture_output=True, check=False).returncode:
            self.alone = []  # this machine can't take the network away: less is shown, nothing wrong

    def run(self, case: Case, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a case's commands on these files, in a new home with a new Python."""
        home = self.folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        if self.used:
            shutil.rmtree(self.python)
            shutil.copytree(self.fresh, self.python, symlinks=True)
        self.used = case.packages or "install" in case.commands
        home.mkdir()
        name = case.url.rsplit("/", 1)[-1]
        self._publish(case, files, home)
        clones = "git clone" in case.commands
        if not clones:
            self._git(home, "clone", "-q", "--branch", case.branch, case.url, name)
        words = ["bash", "-e", "-c", case.commands]
        if not case.packages:
            words = [*self.alone, *words]
        return subprocess.run(
            words, cwd=home if clones else home / name, env=self._environment(home), timeout=SECONDS,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip

    def _publish(self, case: Case, files: dict[str, str], home: Path) -> None:
        """Keep the files as a bare repository that is found under the case's own address."""
        tree = home / "tree"
        for path, text in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(text.encode())
            if path in case.executable:
                (tree / path).chmod(0o755)
        bare = home / "origin.git"
        ssh = case.url.replace("https://github.com/", "git@github.com:")
        (home / ".gitconfig").write_text(
            f'[url "{bare}"]\n'
            + "".join(f"insteadOf = {url}{end}\n" for url in (case.url, ssh) for end in ("", ".git"))
            + "[user]\nname = Ada\nemail = ada@example.org\n[core]\nautocrlf = false\n"
        )
        self._git(tree, "init", "-q", "-b", case.branch)
        self._git(tree, "add", "-A", "-f")
        self._git(tree, "commit", "-q", "-m", "Hand in")
        self._git(home, "clone", "-q", "--bare", str(tree), str(bare))
        shutil.rmtree(tree)

    def _git(self, where: Path, *words: str) -> None:
        home = self.folder / "home"
        subprocess.run(["git", *words], cwd=where, env=self._environment(home), check=True)

    def _environment(self, home: Path) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        caches = {"PIP_CACHE_DIR": str(self.folder / "pip"), "UV_CACHE_DIR": str(self.folder / "uv")}
        return own | caches | {"HOME": str(home), "PATH": self.path, "OMP_NUM_THREADS": "1"}


def verdict(bench: Bench, case: Case) -> tuple[bool, str]:
    """Whether a case's label is true, and what was seen."""
    whole = bench.run(case, case.files)
    if case.outcome == "revise" and whole.returncode:
        return True, f"fails ({whole.returncode}): {last_line(whole.stdout)}"
    if case.outcome == "pass" and whole.returncode:
        return False, whole.stdout
    harmed = bench.run(case, broken(case.files))
    if case.outcome == "pass":
        return harmed.returncode != 0, f"works; broken: {last_line(harmed.stdout)}"
    return harmed.returncode == 0, "succeeds even when the code is broken"


def last_line(text: str) -> str:
    """The last line that says something."""
    return next(
        (line.strip() for line in reversed(text.splitlines()) if line.strip()), "nothing was printed"
    )[:100]


def main() -> None:
    """Prove the cases that were asked for, and exit with 1 if one is not as its label says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--packages", action="store_true", help="also the cases that need packages from an index"
    )
    parser.add_argument("parts", nargs="*", metavar="PART-OF-A-NAME")
    options = parser.parse_args()
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        parser.error(
            f"{', '.join(missing)} not found on the PATH; `pip install uv poetry tox nox` brings most"
        )
    wanted = [
        case for case in cases() if not options.parts or any(part in case.name for part in options.parts)
    ]
    chosen = [case for case in wanted if case.commands and (options.packages or not case.packages)]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for case in chosen:
            true, seen = verdict(bench, case)
            wrong += not true
            print(f"{'true ' if true else 'FALSE'}  {case.outcome:6}  {case.name}: {seen}", flush=True)
    print(f"{len(chosen)} proved, {wrong} of them false; {len(wanted) - len(chosen)} left out")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
