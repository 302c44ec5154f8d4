"""What may be typed as REPO, and what is shown of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.submission import clean_url, repository_name
from grader.submission.address import Local, RemoteAddress, parse


@pytest.mark.parametrize(
    ("typed", "url", "host"),
    [
        ("https://github.com/course/week06-ada", "https://github.com/course/week06-ada", "github.com"),
        (
            "HTTPS://GitHub.com/course/week06-ada.git",
            "https://github.com/course/week06-ada.git",
            "github.com",
        ),
        ("https://ada:secret@github.com/c/w.git", "https://github.com/c/w.git", "github.com"),
        ("https://secret@github.com:8443/c/w.git", "https://github.com:8443/c/w.git", "github.com"),
        ("http://[::1]:8000/w.git", "http://[::1]:8000/w.git", "[::1]"),
        ("git://host/w.git", "git://host/w.git", "host"),
        ("ssh://git@host:2222/~ada/w.git", "ssh://git@host:2222/~ada/w.git", "host"),
        ("ssh://git:secret@host/w.git", "ssh://git@host/w.git", "host"),
        ("git@github.com:course/week06-ada.git", "git@github.com:course/week06-ada.git", "github.com"),
        ("host:w.git", "host:w.git", "host"),
    ],
)
def test_every_git_url_is_understood_and_loses_its_credentials(typed, url, host):
    address = parse(typed, trusted_origin=False)
    assert isinstance(address, RemoteAddress)
    assert (address.url, address.host) == (url, host)
    assert "secret" not in repr(address)
    assert "secret" not in clean_url(typed)


def test_credentials_are_taken_out_of_the_url_decoded():
    address = parse("https://ada%40uni:s%2Fecret@host/w.git")
    assert isinstance(address, RemoteAddress)
    assert (address.username, address.password) == ("ada@uni", "s/ecret")


@pytest.mark.parametrize("typed", [".", "..", "/srv/ada", "ada", "./host:path", "file:///srv/a%20b", "a/b"])
def test_everything_else_is_a_folder(typed):
    address = parse(typed)
    assert isinstance(address, Local)
    assert address.path.is_absolute()
    with pytest.raises(UsageError, match="a roster may only name repositories on a host"):
        parse(typed, trusted_origin=False)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="htps:/@.-a%?#[]~ \n", max_size=30))
def test_whatever_is_typed_is_an_address_or_refused(typed):
    assert clean_url(typed).isprintable()
    try:
        parse(typed)
    except UsageError as error:
        assert error.message.isprintable()


def test_a_home_folder_and_a_file_url_are_spelled_out(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert parse("~/week06") == Local(Path("/home/ada/week06"))
    assert parse("file:///srv/a%20b") == Local(Path("/srv/a b"))


def test_a_url_without_its_scheme_is_corrected():
    with pytest.raises(UsageError) as error:
        parse("github.com/course/week06-ada")
    assert error.value.remedy == "Did you mean https://github.com/course/week06-ada ?"


def test_a_query_is_not_part_of_a_repositorys_url():
    with pytest.raises(UsageError, match=r"Did you mean https://github.com/c/w \?"):
        parse("https://github.com/c/w?tab=readme#top")


@pytest.mark.parametrize(
    "typed",
    [
        "https://ada:pa/ss-secret@host/w",
        "https://ada:secret@",
        "https://ada:secret@ho st/w",
        "https://ada:secret@host:port/w",
        "foo://ada:secret@host/w",
        "https://ada:secret@host/w?key=secret",
        "https://host/w#secret",
        "ada:secret@host:w",
        "https://ada:se%0acret-secret@host/w",
        "https://ada:secret@host/w\x1b[31m",
    ],
)
def test_a_malformed_url_is_refused_without_repeating_its_credentials(typed):
    with pytest.raises(UsageError) as error:
        parse(typed)
    assert "secret" not in f"{error.value}{error.value.remedy}"
    assert error.value.message.isprintable()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("https://github.com/course/week06-ada", "week06-ada"),
        ("https://github.com/course/week06-ada.git/", "week06-ada"),
        ("https://github.com/course/week06-ada/tree/main/lab1_mlp", "week06-ada"),
        ("https://gitlab.com/course/week06-ada/-/blob/main/a.py", "week06-ada"),
        ("git@github.com:course/week06-ada.git", "week06-ada"),
        ("host:week06-ada", "week06-ada"),
        ("ssh://git@host/~ada/week06-ada.git", "week06-ada"),
        ("/srv/week06-ada/", "week06-ada"),
        ("/srv/week06-ada/.git", "week06-ada"),
        ("/srv/week06-ada.git", "week06-ada"),
        ("file:///srv/week06-ada", "week06-ada"),
    ],
)
def test_a_repository_has_a_name(typed, name):
    assert repository_name(typed) == name


def test_the_current_folder_has_its_own_name(tmp_path, monkeypatch):
    (tmp_path / "week06-ada").mkdir()
    monkeypatch.chdir(tmp_path / "week06-ada")
    assert repository_name(".") == "week06-ada"
