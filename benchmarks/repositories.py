"""Right or wrong about real repositories: what the grader says of each, beside what a careful reader said before.

    python -m benchmarks.repositories MIRRORS [--only NAME …] [--held-out | --known] [--out FOLDER] [--again]

MIRRORS holds bare repositories, ``owner/name.git``, whose default branch is at the commit that ``repositories.yaml``
names. Each is graded under its address on GitHub by the command line, from the mirror: the lab about the repository
alone, with a mapping that names two of its files. Reports are kept in FOLDER, and a repository that has one there is
not graded again without ``--again``. Packages come from the index of this machine.

Held to: no false "revise", no wrong pass, and at least 85 % of what is right passes without a person.
"""

import argparse
import collections
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
COURSE, ASSIGNMENT, LAB = HERE.parent, "week06", "repository"
MODULES = ("mlp_numpy", "mlp_torch")
SECONDS = 5400
SAYS = {
    "passed": "pass",
    "failed": "revise",
    "review": "review",
    "ungraded": "ungraded",
    "blocked": "blocked",
}
KINDS = {
    "right": "right",
    "false revise": "told to revise, and it is right",
    "wrong pass": "passed, and it is faulty",
    "person": "a person is asked where a machine could decide",
    "ungraded": "not graded: our fault, or it waits for another check",
}


class Right(msgspec.Struct, frozen=True, rename={"outcomes": "is"}):
    """What a fair reader may say of one check, the best first, and why."""

    outcomes: str
    why: str

    @property
    def words(self):
        return self.outcomes.split(" or ")


class Repository(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them, and what is right about it: check → outcomes."""

    repository: str
    commit: str
    right: dict[str, Right]
    known: bool = False
    without: str = ""
    files: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One check of one repository."""

    repository: Repository
    check: str
    said: str
    kind: str
    headline: str = ""
    seconds: float = 0.0


def main():
    asked = arguments()
    repositories = msgspec.yaml.decode((HERE / "repositories.yaml").read_bytes(), type=list[Repository])
    chosen = [r for r in repositories if wanted(r, asked)]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        git = git_from(asked.mirrors.resolve(), Path(scratch))
        for repository in chosen:
            out = asked.out / repository.repository
            if asked.again or not list(out.rglob("report.json")):
                graded(repository, out, git, Path(scratch))
            rows += judged(repository, out)
            print(repository.repository, *(f"{r.check}={r.said}" for r in rows if r.repository is repository))
    table = written(rows)
    (asked.out / "table.md").write_text(table)
    print(table)
    return bool([row for row in rows if row.kind in {"false revise", "wrong pass"}])


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names")
    parser.add_argument("--held-out", action="store_true", help="those that nothing was written for")
    parser.add_argument("--known", action="store_true", help="the others")
    parser.add_argument("--out", type=Path, default=Path("repositories"))
    parser.add_argument("--again", action="store_true", help="grade also what has a report in --out")
    return parser.parse_args()


def wanted(repository, asked):
    kind = not (asked.held_out or asked.known) or (asked.known if repository.known else asked.held_out)
    return kind and (not asked.only or any(name in repository.repository for name in asked.only))


# ── Grading ───────────────────────────────────────────────────────────────────────────────────────────────────────


def git_from(mirrors, scratch):
    """A folder for PATH with a git that finds GitHub's repositories among the mirrors."""
    folder = scratch / "bin"
    folder.mkdir()
    (folder / "git").write_text(
        "#!/bin/sh\nunset GIT_ALLOW_PROTOCOL\n"
        f'exec {shutil.which("git")} -c protocol.allow=never -c protocol.file.allow=always -c safe.directory="*" '
        f'-c url."file://{mirrors}/".insteadOf=https://github.com/ "$@"\n'
    )
    (folder / "git").chmod(0o755)
    for mirror in mirrors.glob("*/*.git"):
        for setting in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
            subprocess.run(["git", f"--git-dir={mirror}", "config", setting, "true"], check=True)
    return folder


def graded(repository, out, git, scratch):
    """The command line on one repository; its words beside its reports."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    mapping = scratch / "mapping.yml"
    named = {
        module: {"file": file} for module, file in zip(MODULES, repository.files * len(MODULES), strict=False)
    }
    mapping.write_bytes(
        msgspec.yaml.encode({"assignment": ASSIGNMENT, "labs": {"lab1_mlp": named} if named else {}})
    )
    options = {
        "--assignment": ASSIGNMENT,
        "--lab": LAB,
        "--course": COURSE,
        "--out": out,
        "--mapping": mapping if named else None,
    }
    given = [str(part) for option, value in options.items() if value for part in (option, value)]
    grade = [
        sys.executable,
        "-m",
        "grader",
        "repo",
        f"https://github.com/{repository.repository}",
        *given,
        "--no-keep",
    ]
    variables = os.environ | {"PATH": f"{git}:{os.environ['PATH']}"}
    with (out / "words.txt").open("w") as words:
        try:
            subprocess.run(
                grade, stdout=words, stderr=subprocess.STDOUT, timeout=SECONDS, env=variables, check=False
            )
        except subprocess.TimeoutExpired:
            words.write(f"\nNot done within {SECONDS} s.\n")


# ── Comparing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def judged(repository, out):
    """A row for each check that somebody has judged."""
    reports = sorted(out.rglob("report.json"))
    checks = msgspec.json.decode(reports[0].read_bytes())["checks"] if reports else []
    found = {check["id"]: check for check in checks}
    rows = []
    for name, right in repository.right.items():
        check = found.get(name, {"outcome": "ungraded"})
        said = SAYS[check["outcome"]]
        finding = check.get("finding") or {}
        rows.append(
            Row(
                repository=repository,
                check=name,
                said=said,
                kind=kind(said, right.words),
                headline=finding.get("headline") or check.get("note", ""),
                seconds=check.get("seconds", 0.0),
            )
        )
    return rows


def kind(said, words):
    if said in words:
        return "right"
    if said == "blocked" and "pass" not in words:
        return "right"
    return {
        "revise": "false revise",
        "pass": "wrong pass",
        "review": "person",
    }.get(said, "ungraded")


def written(rows):
    """The table in Markdown: totals, whole repositories, then every row that is not right."""
    lines = ["| rows | all | known | held out |", "|---|---|---|---|"]
    known = [row for row in rows if row.repository.known]
    new = [row for row in rows if not row.repository.known]
    for name, words in KINDS.items():
        counts = [sum(row.kind == name for row in part) for part in (rows, known, new)]
        lines.append(f"| {words} | {' | '.join(map(str, counts))} |")
    lines.append(f"| sum | {len(rows)} | {len(known)} | {len(new)} |")
    shares = [share_alone(part) for part in (rows, known, new)]
    lines += [
        f"| right ones that pass without a person | {' | '.join(shares)} |",
        f"| parts of repositories without a fault that pass without a person | "
        f"{' | '.join(share_of_parts(part) for part in (rows, known, new))} |",
        "",
        "| repository | check | right | said | | headline |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row.kind != "right":
            right = row.repository.right[row.check]
            headline = row.headline.replace("|", "\\|")[:160]
            lines.append(
                f"| {row.repository.repository} | {row.check} | {right.outcomes}: {right.why} "
                f"| {row.said} | {row.kind} | {headline} |"
            )
    return "\n".join(lines) + "\n"


def share_alone(rows):
    """Of the checks whose only right outcome is a pass, those that passed."""
    right = [row for row in rows if row.repository.right[row.check].words == ["pass"]]
    return share([row.said == "pass" for row in right])


def share_of_parts(rows):
    """Of workflows, tests and READMEs of which nothing but a pass is right, those that passed whole."""
    parts = collections.defaultdict(list)
    for row in rows:
        parts[row.repository.repository, row.check.split(".")[0]].append(row)
    right = [p for p in parts.values() if all(row.repository.right[row.check].words == ["pass"] for row in p)]
    return share([all(row.said == "pass" for row in part) for part in right])


def share(passed):
    return f"{sum(passed)} of {len(passed)} ({sum(passed) / len(passed):.0%})" if passed else "–"


if __name__ == "__main__":
    sys.exit(main())
