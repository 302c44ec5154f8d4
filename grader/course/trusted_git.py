"""git in the repositories that we trust: the course's own, and a starter that we make.

Never a student's: those are read by ``grader.submission``, which bounds what git may do. Here GitPython runs git in
the repository itself, with its configuration in force but for hooks and file monitors. It is imported late: that
takes longer than to write a starter.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from grader.course.publishing import FOLDER, read_manifest
from grader.errors import Ungraded, UsageError
from grader.records import CourseVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from git import Repo, Tree

CONTENT = ("rubrics", "test_suites", "reference")
"""The folders of a course that a verdict and a starter rest on."""
QUIET = ["core.fsmonitor=false", "core.hooksPath=/dev/null"]
"""Settings: nothing that a repository names is run when we only look at it."""
ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "GIT_TERMINAL_PROMPT": "0"}
BRANCH = "main"


def course_version(root: Path) -> CourseVersion:
    """Which state of its own repository a course is in; an empty one if that can't be said.

    It can't where the course is no repository, has no commit, belongs to somebody whom git doesn't trust, or where
    there is no git. A course that was published into a student's repository says which state it was made of.
    """
    if root.name == FOLDER and (manifest := read_manifest(root.parent)) is not None:
        return manifest.course
    try:
        repository = _repository(root)
    except (UsageError, Ungraded):
        return CourseVersion()
    from git import GitCommandError

    with repository, suppress(GitCommandError):
        folders = [str(root.resolve() / folder) for folder in CONTENT]
        return CourseVersion(
            commit=repository.git.rev_parse("HEAD"),
            tag=repository.git.tag("--points-at", "HEAD", "--sort=-creatordate").partition("\n")[0],
            dirty=bool(repository.git.status("--porcelain", "--", *folders)),
        )
    return CourseVersion()


@contextmanager
def course_at(root: Path, revision: str) -> Iterator[Path]:
    """A course's content as it was, in a folder for the time being.

    Args:
        root: The course's folder.
        revision: A tag, a branch or a commit of its repository.

    Raises:
        UsageError: The course is no git repository, or has no such revision.
        Ungraded: There is no git.
    """
    with _repository(root) as repository, TemporaryDirectory(prefix="course-") as folder:
        from git import BadName, GitCommandError

        try:
            name = f"{revision}^{{commit}}"
            tree = repository.commit(repository.git.rev_parse("--verify", "--end-of-options", name)).tree
        except (GitCommandError, BadName, ValueError) as error:
            tags = ", ".join(repository.git.tag("--sort=-creatordate").split()[:5])
            raise UsageError(
                f"The course's repository has no revision {revision!r}.",
                f"Its latest tags: {tags}." if tags else "It has no tags; name a commit or a branch.",
            ) from error
        below = root.resolve().relative_to(Path(str(repository.working_tree_dir)).resolve())
        with suppress(KeyError):  # at that time there was no course here
            content = tree / below.as_posix() if below.parts else tree
            for part in content.trees:
                if part.name in CONTENT:
                    _write(part, Path(folder, part.name))
        yield Path(folder)


def make_repository(folder: Path, files: Iterable[Path], message: str) -> str:
    """Make a folder a git repository, with these files in its first commit; returns that.

    Neither templates nor hooks of the user's have a say in it; name and address are the user's.

    Raises:
        Ungraded: There is no git, or it failed.
    """
    git = _git()
    try:
        # GitPython takes a template for unsafe, because it may bring hooks; this is none at all
        with git.Repo.init(
            folder, template="", initial_branch=BRANCH, allow_unsafe_options=True
        ) as repository:
            repository.index.add([file.resolve() for file in files])
            return str(repository.index.commit(message, skip_hooks=True).hexsha)
    except git.GitCommandError as error:
        raise Ungraded(f"git could not make a repository of {folder}: {error.stderr.strip()}") from error


def _write(tree: Tree, folder: Path) -> None:
    """A tree's regular files; what is in them, not what filters make of it."""
    folder.mkdir(exist_ok=True)
    for blob in tree.blobs:
        if blob.mode != blob.link_mode:
            (folder / blob.name).write_bytes(blob.data_stream.read())
    for below in tree.trees:
        _write(below, folder / below.name)


def _repository(root: Path) -> Repo:
    git = _git()
    try:
        repository: Repo = git.Repo(root.resolve(), search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise UsageError(
            f"The course in {root} is no git repository, so that it has no revisions.",
            "Run `git init`, commit, and tag each year's course.",
        ) from error
    repository.git.set_persistent_git_options(c=QUIET)
    repository.git.update_environment(**ENVIRONMENT)
    return repository


def _git() -> ModuleType:
    """GitPython; it looks for git as soon as it is imported."""
    try:
        import git
    except ImportError as error:
        raise Ungraded("git is needed, and was not found.", "Install it: `sudo apt install git`.") from error
    return git
