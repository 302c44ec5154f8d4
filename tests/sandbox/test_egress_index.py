"""Which index a sandbox gets: as this machine's pip has it, without secrets, without anybody's home."""

import http.server
import threading
from pathlib import Path

import pytest

from grader.errors import Ungraded
from grader.sandbox.egress import IndexFailed, folders, index, variables
from grader.sandbox.egress.rules import Endpoint
from grader.sandbox.egress.upstream import Upstream


def of(settings: str = "", **environment) -> index.Index:
    return index.of_settings(index.settings(settings), environment)


def test_without_settings_it_is_pypi():
    found = of()
    assert found.url == "https://pypi.org/simple"
    assert found.urls == (found.url,)
    assert found.certificates.is_file()


def test_settings_are_read_as_pip_lists_them_the_later_over_the_earlier():
    found = of(
        "global.index-url='https://one.example/simple'\n"
        "install.index-url='https://two.example/simple/'\n"
        "freeze.index-url='https://three.example/simple'\n"
        "global.extra-index-url='\\nhttps://more.example/a\\nhttps://more.example/b'\n"
        ":env:.trusted-host='two.example more.example:8080'\n"
    )
    assert found.urls == ("https://two.example/simple", "https://more.example/a", "https://more.example/b")
    assert found.trusted == ("two.example", "more.example:8080")


def test_places_on_this_machine_and_pages_on_a_network_are_told_apart():
    found = of(":env:.find-links='/srv/wheels file:///srv/a%20b https://pages.example/torch.html'\n")
    assert found.folders == (Path("/srv/wheels"), Path("/srv/a b"))
    assert found.pages == ("https://pages.example/torch.html",)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://user:secret@corp.example/simple", "a password"),
        ("https://secret@corp.example/simple", "a password"),
        ("https://corp.example/simple?token=secret", "a token"),
        ("ftp://corp.example/simple", "no http"),
        ("https://corp.example:x/simple", "no URL"),
    ],
)
def test_an_index_with_a_secret_is_refused_and_the_secret_is_not_shown(url, why):
    with pytest.raises(Ungraded, match="can't be used for student code") as caught:
        of(f"global.index-url='{url}'\n")
    assert why in caught.value.message
    assert "secret" not in caught.value.message
    assert "PIP_INDEX_URL" in caught.value.remedy


def test_a_further_index_with_a_secret_is_left_out_and_said_so():
    found = of("global.extra-index-url='https://t0ken@corp.example/simple https://open.example/simple'\n")
    assert found.extra == ("https://open.example/simple",)
    (said,) = found.left_out
    assert "https://corp.example/simple (extra-index-url) is left out" in said
    assert "t0ken" not in said


def test_a_mirror_of_pythons_is_used_and_one_with_a_secret_is_not():
    found = of(UV_PYTHON_INSTALL_MIRROR="https://pythons.example/a")
    assert variables.of(found, [])["UV_PYTHON_INSTALL_MIRROR"] == found.pythons == "https://pythons.example/a"
    found = of(UV_PYTHON_INSTALL_MIRROR="https://t0ken@pythons.example/a")
    assert found.pythons == ""
    assert "t0ken" not in found.left_out[0]


def test_without_any_index_nothing_can_be_installed():
    with pytest.raises(Ungraded, match="no index"):
        of(":env:.no-index='1'\n")


def test_this_machines_own_pip_is_asked():
    assert index.of_this_machine().url.startswith("http")


def wheel(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"PK")
    return folder


def test_a_folder_of_packages_is_mounted_and_a_home_is_not(tmp_path):
    wheels = wheel(tmp_path / "wheels", "idna-3.20-py3-none-any.whl")
    home = wheel(tmp_path / "home", "idna-3.20-py3-none-any.whl")
    (home / ".netrc").write_text("machine corp password secret")
    found, left_out = folders.usable([wheels, home, tmp_path / "gone", wheels])
    assert found == [wheels]
    assert [line.partition(": ")[2] for line in left_out] == [
        "it holds .netrc, which is no package.",
        "it is no folder.",
    ]


def test_of_an_index_in_a_folder_the_files_are_mounted(tmp_path):
    files = wheel(tmp_path / "files", "idna-3.20-py3-none-any.whl")
    page = tmp_path / "simple" / "idna" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(
        '<a href="../../files/idna-3.20-py3-none-any.whl#sha256=0">idna</a> <a href="../../../etc/">x</a>'
    )
    assert folders.usable([tmp_path / "simple"]) == ([files], [])


def test_special_builds_bound_the_version_that_tools_take(tmp_path):
    for name in (
        "torch-2.9.1+cpu-cp311-cp311-linux_x86_64.whl",
        "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl",
    ):
        wheel(tmp_path, name)
    wheel(tmp_path, "numpy-2.4.6-cp311-cp311-linux_x86_64.whl")
    assert folders.cpu_builds([tmp_path]) == {"torch": "2.13.0"}


def test_pypi_itself_is_not_named_so_that_lock_files_stay_valid():
    given = variables.of(of(), ["/packages/0", "/packages/1"])
    assert given.keys().isdisjoint({"PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_STRATEGY"})
    assert given["PIP_FIND_LINKS"] == "/packages/0 /packages/1"
    assert given["UV_FIND_LINKS"] == "/packages/0,/packages/1"


def test_another_index_is_named_to_every_tool():
    found = of("global.index-url='http://10.0.0.5:8080/simple'\nglobal.extra-index-url='https://more.example'\n"
               "global.trusted-host='10.0.0.5'\n")  # fmt: skip
    given = variables.of(found, [])
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "POETRY_PYPI_MIRROR_URL"):
        assert given[name] == "http://10.0.0.5:8080/simple"
    assert given["PIP_EXTRA_INDEX_URL"] == given["UV_INDEX"] == "https://more.example"
    assert given["PIP_TRUSTED_HOST"] == given["UV_INSECURE_HOST"] == "10.0.0.5"


def test_an_index_at_this_machines_loopback_is_not_looked_for_at_the_sandboxs_own():
    assert variables.of(of(), [])["NO_PROXY"] == "localhost,127.0.0.1,::1"
    local = of("global.index-url='http://localhost:3141/simple'\n")
    assert variables.of(local, [])["no_proxy"] == "127.0.0.1,::1"


@pytest.fixture
def mirror():
    """An index on this machine, at a private address and without TLS: path → status and page."""
    pages: dict[str, tuple[int, str]] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, page = pages.get(self.path, (404, ""))
            self.send_response(status)
            self.send_header("Content-Type", pages.get("kind", (0, "text/html"))[1])
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/simple", pages
    server.shutdown()
    server.server_close()


def test_the_hosts_of_an_index_are_those_that_its_own_pages_name(mirror):
    url, pages = mirror
    links = '<a href="../../files/pip.whl">a</a><a href="https://files.example/pip.whl">b</a><a href="http://x/">c</a>'
    pages["/simple/pip/"] = 200, links
    rules = Upstream(index.Index(url)).rules(["pythons.example"])
    port = int(url.split(":")[2].split("/")[0])
    assert rules.indexes == rules.plain == {Endpoint("127.0.0.1", port)}
    assert rules.hosts == {"files.example"}
    assert rules.others == {"pythons.example"}
    assert rules.addresses == {"127.0.0.1"}


def test_an_index_without_pip_is_asked_for_its_first_project(mirror):
    url, pages = mirror
    pages["/simple/"] = 200, '<a href="torch/">torch</a>'
    pages["/simple/torch/"] = 200, '<a href="https://wheels.example/torch.whl">torch</a>'
    assert Upstream(index.Index(url)).rules().hosts == {"wheels.example"}


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_an_index_that_fails_is_our_fault(mirror, status):
    url, pages = mirror
    pages["/simple/pip/"] = pages["/simple/idna/"] = status, ""
    for ask in (Upstream(index.Index(url)).check, lambda: Upstream(index.Index(url)).has("idna")):
        with pytest.raises(IndexFailed, match=f"it answers {status}") as caught:
            ask()
        assert isinstance(caught.value, Ungraded)


def test_an_index_that_is_not_there_is_our_fault():
    with pytest.raises(IndexFailed, match="can't be reached from here"):
        Upstream(index.Index("http://127.0.0.1:1/simple")).check()


def test_a_page_that_is_no_index_is_our_fault(mirror):
    with pytest.raises(IndexFailed, match="does not answer as a package index"):
        Upstream(index.Index(mirror[0])).check()


def test_an_index_of_pages_alone_is_told_from_one_that_speaks_json(mirror):
    url, pages = mirror
    pages["/simple/pip/"] = 200, ""
    upstream = Upstream(index.Index(url))
    assert not upstream.speaks_json()
    pages["kind"] = 0, "application/vnd.pypi.simple.v1+json"
    assert not upstream.speaks_json()  # of projects, but not of one version: poetry asks for that, too
    pages["/pypi/pip/24.0/json"] = 200, "{}"
    assert upstream.speaks_json()
    assert "POETRY_PYPI_MIRROR_URL" not in variables.of(of(), [])
    assert variables.of(of(), [], pages_alone=True)["POETRY_PYPI_MIRROR_URL"] == index.PYPI


def test_whether_a_package_exists_is_the_repositorys_business(mirror):
    url, pages = mirror
    pages["/simple/my-own-net/"] = 200, ""
    upstream = Upstream(index.Index(url))
    assert upstream.has("My_Own.net")
    for missing in ("nump", "../../etc", "", "a b", "x" * 300, "é", "?q=1"):
        assert not upstream.has(missing)
