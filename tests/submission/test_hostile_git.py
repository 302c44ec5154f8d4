"""Rows g01 to g22 of the attack corpus, and more of their kind: no code runs, nothing is written outside."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import struct
import subprocess
import tarfile
import time
import zipfile
import zlib

import pytest

from grader.errors import SubmissionError, UsageError
from grader.submission import FetchLimits, Wanted, open_repository, shown

LAB = {"mlp.py": "class MLP: ...\n"}


def written(submission):
    return set(submission.files)


# ── What a URL or a ref may say ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% {canary}",
        "fd::17",
        "--upload-pack=touch {canary}; git-upload-pack",
        "-u touch {canary}",
        "ssh://-oProxyCommand=touch {canary}/x",
        "ssh://-oProxyCommand=touch/x",
        "-oProxyCommand=touch:x",
        "ssh://-l@host/x",
        "host:--upload-pack=x",
        "https://host/x\n--upload-pack=x",
        "https://-host/x",
        "rsync://host/x",
        "file://host/x",
        "",
    ],
)
def test_g01_g02_an_address_that_would_run_something_is_refused(fetch, canary, url, trusted):
    with pytest.raises(UsageError):
        fetch(url.format(canary=canary.path), trusted_origin=trusted)
    assert canary.alive


@pytest.mark.parametrize(
    "ref",
    [
        "--upload-pack=touch x",
        "-x",
        "+main",
        "a:b",
        "main~3",
        "HEAD^",
        "@{u}",
        "a..b",
        "*",
        "a b",
        "a\nb",
        "",
        "../x",
        "/x",
        "x.lock",
        "$(touch x)\x1b",
    ],
)
def test_g03_a_ref_that_git_would_not_take_for_a_name_is_refused(student, fetch, ref):
    student.commit(LAB)
    with pytest.raises(UsageError, match="is not the name of a branch"):
        fetch(student.path, ref=ref)


@pytest.mark.parametrize("how", ["{}", "file://{}", "{}/.git", "."])
def test_g04_a_roster_cannot_name_folders_of_this_machine(student, fetch, how):
    student.commit(LAB)
    with pytest.raises(UsageError):
        fetch(how.format(student.path), trusted_origin=False)


def test_g04_a_host_cannot_be_rewritten_to_a_folder(student, fetch, host, tmp_path):
    student.commit(LAB)
    config = f'[url "file://{tmp_path}/"]\n\tinsteadOf = {host.url("")}\n'
    (tmp_path / "home/.gitconfig").write_text(config)
    with pytest.raises(SubmissionError, match="way that is not allowed"):
        fetch(host.url("week06-ada/.git"), trusted_origin=False)


def test_g16_a_branch_named_like_a_command_is_only_a_name(student, fetch, canary, monkeypatch):
    student.commit(LAB)
    name = f"main;touch${{IFS}}{canary.path}"
    commit = student.git("rev-parse", "HEAD")
    ref = student.dot_git / f"refs/heads/{name}"
    ref.parent.mkdir(parents=True)
    ref.write_text(f"{commit}\n")
    assert fetch(student.path, ref=name).commit == commit
    assert canary.alive


# ── What a repository's own files may do ──────────────────────────────────────────────────────────────────


def test_g05_submodules_are_named_and_never_fetched(student, make_student, fetch, canary):
    student.commit(LAB)
    entry = ("160000", b"solutions", student.git("rev-parse", "HEAD"))
    modules = student.put(
        "blob", f'[submodule "s"]\n\tpath = solutions\n\turl = ext::sh -c touch% {canary.path}\n'.encode()
    )
    student.put_commit(student.put_tree(("100644", b".gitmodules", modules), entry))
    submission = fetch(student.path)
    assert written(submission) == {".gitmodules"}
    assert "Left out: solutions (a submodule; it is not fetched)." in submission.notes
    assert canary.alive


CONFIGURATION = """\
[core]
	repositoryformatversion = 1
	fsmonitor = {program}
	hooksPath = {hooks}
	sshCommand = {program}
	gitProxy = {program}
	alternateRefsCommand = {program}
	pager = {program}
	editor = {program}
	askPass = {program}
[extensions]
	partialClone = origin
[remote "origin"]
	url = ext::{program}
	promisor = true
	uploadpack = {program}
[protocol "ext"]
	allow = always
[uploadpack]
	packObjectsHook = {program}
[log]
	showSignature = true
[gpg]
	program = {program}
[filter "evil"]
	smudge = {program}
	clean = {program}
	process = {program}
[diff]
	external = {program}
[credential]
	helper = {program}
[alias]
	fetch = !{program}
	ls-tree = !{program}
	cat-file = !{program}
	upload-pack = !{program}
[include]
	path = {fifo}
"""


def booby_trap(git_folder, canary, fifo):
    """Every setting and hook that git runs a program for."""
    hooks = git_folder / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in (
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-auto-gc",
        "fsmonitor-watchman",
    ):
        shutil.copy(canary.program, hooks / hook)
    os.mkfifo(fifo)
    (git_folder / "config").write_text(CONFIGURATION.format(program=canary.program, hooks=hooks, fifo=fifo))


@pytest.mark.parametrize("missing", [False, True])
def test_g06_g07_g08_nothing_in_an_uploaded_git_folder_runs(student, fetch, canary, missing, tmp_path):
    """Including the fetch of an absent object in a partial clone, which git would make by the ext:: remote."""
    commit = student.commit(LAB)
    blob = student.git("rev-parse", "HEAD:mlp.py")
    booby_trap(student.dot_git, canary, tmp_path / "fifo")
    if missing:
        (student.dot_git / f"objects/{blob[:2]}/{blob[2:]}").unlink()
        with pytest.raises(SubmissionError):
            fetch(student.path)
    else:
        assert fetch(student.path).commit == commit
    assert canary.alive


def test_the_booby_trap_works_on_whoever_runs_git_there(student, canary, tmp_path):
    student.commit(LAB)
    booby_trap(student.dot_git, canary, tmp_path / "fifo")
    config = (student.dot_git / "config").read_text().partition("[extensions]")[0]
    (student.dot_git / "config").write_text(config)
    subprocess.run(["git", "-C", str(student.path), "status"], capture_output=True, check=False, timeout=20)
    assert not canary.alive


def test_g09_a_bare_repository_among_the_files_is_only_files(student, make_student, fetch, canary, tmp_path):
    embedded = make_student("week06-ada/data", bare=True)
    booby_trap(embedded.path, canary, tmp_path / "fifo")
    (embedded.path / "objects/keep").touch()
    (embedded.path / "refs/keep").touch()
    student.commit(LAB)
    assert "data/config" in written(fetch(student.path))
    assert canary.alive


def test_g10_g11_g12_attributes_change_nothing_that_is_read(student, fetch, canary):
    """A checkout would decode cheat.py from UTF-7 and drop it from archives; what is read is what was committed."""
    source = b"x +AD0 +ACI-a+-b+ACI\r\n"
    attributes = b"* filter=evil working-tree-encoding=UTF-7 export-ignore ident eol=lf text\n"
    contents = {b".gitattributes": attributes, b"a.txt": b"$Id$", b"cheat.py": source}
    student.put_commit(
        student.put_tree(*(("100644", n, student.put("blob", c)) for n, c in contents.items()))
    )
    student.git("config", "filter.evil.smudge", str(canary.program))
    submission = fetch(student.path)
    assert submission.files["cheat.py"] == source
    assert submission.files["a.txt"] == b"$Id$"
    assert canary.alive


def test_g13_lfs_contacts_nobody(student, fetch, host):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
    student.commit(LAB | {".lfsconfig": f"[lfs]\n\turl = {host.url('steal')}\n", "weights.npy": pointer})
    submission = fetch(student.path)
    assert "Left out: weights.npy (kept in Git LFS, which is not fetched)." in submission.notes
    assert host.authorizations == []


def test_g20_the_tree_holds_no_git_folder_and_no_token(student, host, fetch):
    student.commit(LAB)
    submission = fetch(host.url("private/week06-ada/.git", f"x-access-token:{host.token}@"))
    assert written(submission) == {"mlp.py"}


def test_g21_the_commits_date_is_only_ever_what_the_student_says(student, fetch):
    tree = student.put_tree(("100644", b"a.py", student.put("blob", b"")))
    dates = {
        "1577836800 +0000": "2020-01-01T00:00:00+00:00",
        "99999999999999 +0000": "",
        "-5 +0000": "",
        "0 +9999": "",
    }
    for i, (date, shown_as) in enumerate(dates.items()):
        student.put_commit(tree, committed=date)
        assert fetch(student.path).committed_at == shown_as


def test_g22_messages_and_authors_are_not_read(student, fetch):
    student.commit(LAB, message="<script>alert(1)</script>\n::error::x\x1b]0;t\x07")
    assert "script" not in repr(fetch(student.path))


# ── Names ─────────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE_NAMES = {
    b"../escaped.py": "the path leads elsewhere",
    b"..": "the path leads elsewhere",
    b"/etc/grader-was-here": "the path leads elsewhere",
    b"sub/../../escaped.py": "the path leads elsewhere",
    b".git": "the name belongs to git",
    b".GIT": "the name belongs to git",
    b".git /config": "the name belongs to git",
    b"git~1": "the name belongs to git",
    b".g\xe2\x80\x8cit": "the name belongs to git",
    b".git::$INDEX_ALLOCATION": "the name belongs to git",
    b"-pevil": "the name starts with a dash",
    b"--collect-only": "the name starts with a dash",
    b"new\nline.py": "the name has control characters or backslashes",
    b"\x1b]0;title\x07.py": "the name has control characters or backslashes",
    b"right\xe2\x80\xaeyp.exe": "the name has control characters or backslashes",
    b"back\\slash.py": "the name has control characters or backslashes",
    b"latin\xe91.py": "the name is not UTF-8",
    b"x" * 300: "the name is too long",
}


def hostile_commit(student):
    blob = student.put("blob", b"import os\n")
    names = sorted([*HOSTILE_NAMES, b"mlp.py", "größe 1.txt".encode()])
    return student.put_commit(student.put_tree(*(("100644", name, blob) for name in names)))


def test_g17_g18_hostile_names_are_reported_and_never_written(student, fetch, tmp_path):
    hostile_commit(student)
    before = {p for p in tmp_path.rglob("*") if "scratch" not in p.parts}
    submission = fetch(student.path)
    assert written(submission) == {"mlp.py", "größe 1.txt"}
    after = {p for p in tmp_path.rglob("*") if "scratch" not in p.parts}
    assert after == before
    for name, reason in HOSTILE_NAMES.items():
        notes = [note for note in submission.notes if f"({reason})" in note]
        assert notes, reason
        assert shown(name) in submission.paths
    assert all(text.isprintable() for text in (*submission.paths, *submission.notes))


def test_hostile_names_arrive_the_same_over_the_network(student, host, fetch):
    commit = hostile_commit(student)
    student.git("update-server-info")
    submission = fetch(host.url("plain/week06-ada/.git"))
    assert (submission.commit, written(submission)) == (commit, {"mlp.py", "größe 1.txt"})


def test_a_link_is_refused_as_file_as_folder_and_on_the_way(student, fetch, tmp_path):
    (tmp_path / "secret.py").write_text("the instructor's")
    student.write({"src/mlp.py": "x"})
    (student.path / "mlp.py").symlink_to(tmp_path / "secret.py")
    (student.path / "lab1_mlp").symlink_to("src")
    student.commit({})
    submission = fetch(student.path, Wanted(files=("mlp.py", "lab1_mlp/mlp.py"), folders=("lab1_mlp",)))
    assert submission.notes == ("Left out: lab1_mlp, mlp.py (a link; links are not followed).",)
    assert written(submission) == set()
    with open_repository(str(student.path)) as repository, pytest.raises(SubmissionError, match="is a link"):
        repository.read("mlp.py", limit=100)


def test_a_name_given_twice_or_to_file_and_folder_is_written_once(student, fetch):
    first, second = student.put("blob", b"first\n"), student.put("blob", b"second, longer\n")
    folder = student.put_tree(("100644", b"b.py", first))
    student.put_commit(
        student.put_tree(
            ("100644", b"a.py", first),
            ("100644", b"a.py", second),
            ("100644", b"pkg", first),
            ("40000", b"pkg", folder),
            ("120000", b"link", student.put("blob", b"/etc")),
            ("40000", b"link", folder),
        )
    )
    submission = fetch(student.path)
    assert submission.files["a.py"].decode() == "first\n"
    assert "link" not in submission.files
    assert submission.files["link/b.py"].decode() == "first\n"
    assert any("another file has this name" in note for note in submission.notes)


def test_only_source_is_written_not_what_tools_left(student, fetch):
    tools = {
        "__pycache__/mlp.cpython-311.pyc": b"\0",
        "mlp.so": b"",
        "venv/lib/x.py": "",
        ".ipynb_checkpoints/mlp.py": "",
    }
    student.commit(LAB | tools)
    student.git("add", "--all", "--force")
    assert written(fetch(student.path)) == {"mlp.py"}


def test_g18_g19_archives_are_not_opened(tmp_path, fetch):
    with tarfile.open(tmp_path / "work.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../escaped"), io.BytesIO())
    with zipfile.ZipFile(tmp_path / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../escaped", "0" * 1_000_000)
    for name in ("work.tar", "work.zip"):
        with pytest.raises(SubmissionError, match="is not a folder"):
            fetch(tmp_path / name)
    assert not (tmp_path.parent / "escaped").exists()


# ── Bombs ─────────────────────────────────────────────────────────────────────────────────────────────────


def bomb(student, leaf, *, levels=10, width=10):
    """width**levels paths in a few kilobytes."""
    tree = leaf
    for _ in range(levels):
        tree = student.put_tree(*(("40000", b"d%d" % i, tree) for i in range(width)))
    student.put_commit(tree)


@pytest.mark.parametrize("leaf", ["file", "empty folder"])
def test_g14_ten_billion_files_are_refused_at_once(student, host, fetch, leaf):
    file = [("100644", b"f", student.put("blob", b""))] if leaf == "file" else []
    bomb(student, student.put_tree(*file))
    started = time.monotonic()
    for repo in (student.path, host.url("week06-ada/.git")):
        with pytest.raises(SubmissionError, match="more than 100,000 files and folders"):
            fetch(repo)
    assert time.monotonic() - started < 25


def test_g14_names_that_multiply_are_refused(student, fetch):
    tree = student.put_tree(("100644", b"f", student.put("blob", b"")))
    for _ in range(4):
        tree = student.put_tree(*(("40000", b"%d" % i + b"n" * 4000, tree) for i in range(10)))
    student.put_commit(tree)
    with pytest.raises(SubmissionError, match="their list takes 4 MB"):
        fetch(student.path, limits=FetchLimits(listing_mb=4))


def test_folders_nested_without_end_do_no_harm(student, fetch):
    tree = student.put_tree(("100644", b"mlp.py", student.put("blob", b"")))
    for _ in range(1000):
        tree = student.put_tree(("40000", b"d", tree))
    blob = student.put("blob", b"right\n")
    student.put_commit(student.put_tree(("40000", b"d", tree), ("100644", b"mlp.py", blob)))
    submission = fetch(student.path)
    assert written(submission) == {"mlp.py"}


def test_g15_a_file_that_is_large_only_unpacked_is_left_out(student, fetch):
    student.commit(LAB | {"zeros.bin": bytes(40_000_000)})
    submission = fetch(student.path)
    assert written(submission) == {"mlp.py"}
    assert submission.notes == ("Left out: zeros.bin (larger than 16 MB).",)


def test_a_few_bytes_that_unpack_beyond_the_memory_limit_are_refused(student, host, fetch):
    """A delta says "copy this megabyte" 200 times: git must build the result in memory to know its name."""
    times, base = 200, bytes(1 << 20)
    copy = bytes([0b11000000, 16])  # from offset 0, 16 << 16 bytes
    delta = _varint(len(base)) + _varint(times * len(base)) + copy * times
    blob = hashlib.sha1(b"blob %d\0" % (times * len(base)))
    for _ in range(times):
        blob.update(base)
    base_id = hashlib.sha1(b"blob %d\0" % len(base) + base)
    objects = [
        _packed(3, len(base)) + zlib.compress(base),
        _packed(7, len(delta)) + base_id.digest() + zlib.compress(delta),
    ]
    pack = b"PACK" + struct.pack(">II", 2, len(objects)) + b"".join(objects)
    student.git("index-pack", "--stdin", stdin=pack + hashlib.sha1(pack).digest())
    names = {b"base": base_id.hexdigest(), b"mlp.py": blob.hexdigest()}
    student.put_commit(student.put_tree(*(("100644", name, i) for name, i in names.items())))
    for repo in (host.url("week06-ada/.git"), student.path):
        with pytest.raises(SubmissionError, match="too large"):
            fetch(repo, limits=FetchLimits(memory_mb=100))


def _varint(n):
    return bytes([n & 127 | 128]) + _varint(n >> 7) if n > 127 else bytes([n])


def _packed(kind, size):
    """The header of an object in a pack: three bits of type, then the size, four bits first."""
    return bytes([kind << 4 | size & 15 | 128]) + _varint(size >> 4)


@pytest.mark.parametrize("way", ["week06-ada/.git", "plain/week06-ada/.git"])
def test_a_transfer_beyond_the_limit_is_stopped(student, host, fetch, tmp_path, way):
    student.commit({f"{i}.bin": os.urandom(1_000_000) for i in range(4)})
    student.git("update-server-info")
    with pytest.raises(SubmissionError, match="too large: one commit may take 2 MB packed"):
        fetch(host.url(way), limits=FetchLimits(transfer_mb=2))
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_is_written_is_bounded_and_the_named_files_come_first(student, fetch):
    many = {f"data/{i:03d}.txt": "x" * 100_000 for i in range(30)}
    student.commit(many | {"z.txt": "x" * 500_000, "helper.py": "y" * 50_000})
    wanted = Wanted(files=("z.txt",), folders=("",))
    submission = fetch(student.path, wanted, limits=FetchLimits(total_mb=1))
    assert {"z.txt", "helper.py"} < written(submission)
    assert sum(map(len, submission.files.values())) <= 1 << 20
    assert "and 23 more (all files together may take 1 MB)." in submission.notes[0]
    submission = fetch(student.path, wanted, limits=FetchLimits(files=3))
    assert len(written(submission)) == 3
    assert {"z.txt", "helper.py"} < written(submission)


def test_thirty_thousand_files_are_no_obstacle(student, host, fetch):
    empty = student.put("blob", b"")
    many = student.put_tree(*(("100644", b"%05d" % i, empty) for i in range(30_000)))
    lab = student.put_tree(("100644", b"mlp.py", student.put("blob", b"x\n")))
    student.put_commit(student.put_tree(("40000", b"lab", lab), ("40000", b"many", many)))
    started = time.monotonic()
    submission = fetch(host.url("week06-ada/.git"), Wanted(folders=("lab",)))
    assert time.monotonic() - started < 25
    assert written(submission) == {"lab/mlp.py"}
    assert len(submission.paths) == 30_001
