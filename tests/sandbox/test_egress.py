"""Packages in a sandbox without a network: real tools, a real engine, this machine's own index."""

import contextlib
import functools
import hashlib
import http.server
import itertools
import secrets
import shutil
import socket
import subprocess
import textwrap
import threading
import zipfile

import pytest

from grader.records import Limits
from grader.sandbox import hardening, image, owner, stranger
from grader.sandbox import walls as seen
from grader.sandbox.container import Container
from grader.sandbox.docker import OWNER
from grader.sandbox.egress import TrafficBounds, ConnectionOutcome, of_index, of_this_machine
from grader.sandbox.egress.index import Index, certificates
from grader.sandbox.egress.rules import Endpoint
from grader.sandbox.engine import Engine
from grader.sandbox.remover import Remover
from grader.worker.confine import OPEN_FILES
from grader.worker.zygote import BEGIN, END, ENDED, FORWARDER, READY

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(
        not shutil.which("docker"), reason="LEFT OUT, no docker command: these tests run its exec"
    ),
]

LIMITS = stranger.LIMITS
NUMBERS = itertools.count()


class Stranger:
    """A sandbox with a real worker and a real proxy, in which a test runs scripts as a student's process would."""

    def __init__(self, engine, image_id, packages, folder, limits=LIMITS, walls=stranger.WALLS, **bounds):
        egress = folder / f"egress{next(NUMBERS)}"
        egress.mkdir()
        egress.chmod(0o755)
        self.egress, self.packages, self.bounds = egress, packages, TrafficBounds(**bounds)
        self.proxy = packages.open(egress, self.bounds)
        self.uid = 100_000 + 1000 * secrets.randbelow(2_000_000)
        self.remover = Remover(engine)
        self.sandbox = Container(engine, self.remover, folder / f"room{next(NUMBERS)}")
        program = stranger.program(packages, egress, "/rpc/callback.sock", self.uid, limits)
        self.sandbox.start(image_id, program._replace(walls=walls), {OWNER: owner.myself()})
        self.facts = seen.read(self.sandbox.connection)
        self.phase = 0
        self.begin()

    def begin(self):
        """A phase: the worker's waiting process gets its socket, and the forwarder runs."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.sandbox.connection, [BEGIN], [theirs.fileno()])
        self.sandbox.connection.sendall(READY)  # answered once the forwarder listens
        assert self.sandbox.connection.recv(1) == READY
        self.check = ours
        self.phase += 1
        self.bash("mkdir tmp")

    def end(self):
        """The worker kills all that the phase left."""
        self.sandbox.connection.sendall(END)
        got = b""
        while len(got) < ENDED.size:
            got += self.sandbox.connection.recv(ENDED.size - len(got))
        self.check.close()

    def root(self, script):
        return self._exec("0:0", "/", script, 60)

    def bash(self, script, seconds=400, **variables):
        """A script in the home of a student's process, with its uid."""
        home = f"{stranger.HOME}/check{self.phase}"
        own = {
            "HOME": home,
            "TMPDIR": f"{home}/tmp",
            "PATH": f"{home}/.local/bin:/usr/local/bin:/usr/bin:/bin",
        }
        return self._exec(
            f"{self.uid + 1}:{self.uid + 1}", home, textwrap.dedent(script), seconds, own | variables
        )

    def _exec(self, user, folder, script, seconds, variables=()):
        told = [word for name, value in dict(variables).items() for word in ("-e", f"{name}={value}")]
        command = [
            "docker",
            "exec",
            "-u",
            user,
            "-w",
            folder,
            *told,
            self.sandbox._id,
            "bash",
            "-euc",
            f"ulimit -n {OPEN_FILES}\n{script}",
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)

    def close(self):
        self.proxy.close()
        self.check.close()
        self.sandbox.close()
        self.remover.finish(30)


class Listener:
    """A service of this machine, on all its addresses, that counts its visitors."""

    def __init__(self):
        self._listener = socket.create_server(("0.0.0.0", 0))
        self.port = self._listener.getsockname()[1]
        self.visits = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.visits += 1
                connection.close()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listener.close()


def our_address() -> str:
    """This machine's address on its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]


def try_everything(addresses, port) -> str:
    """A script that tries to connect, and to open every kind of socket but TCP and Unix ones."""
    return textwrap.dedent(f"""
        cat > try.py <<'END'
        import socket
        for host in {addresses!r}:
            try:
                socket.create_connection((host, {port}), 3)
            except OSError as error:
                print(host, error)
        udp, raw, mptcp, sctp, udp6 = (2, 2, 0), (2, 3, 1), (2, 1, 262), (2, 1, 132), (10, 2, 0)
        netlink, packet, vsock = (16, 3, 0), (17, 3, 0), (40, 1, 0)
        for kind in (udp, raw, mptcp, sctp, udp6, netlink, packet, vsock):
            try:
                socket.socket(*kind)
            except OSError as error:
                print(kind, error.strerror)
        END
        python3 try.py
        tail -n +3 /proc/net/dev | cut -d: -f1
        cat /proc/net/route
    """)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    for place in (folder, *folder.parents):
        with contextlib.suppress(PermissionError):
            place.chmod(place.stat().st_mode | 0o055)
    return of_this_machine(folder)


@pytest.fixture(scope="module")
def image_id(engine):
    return image.ensure(engine, ["stranger"], print)["stranger"]


@pytest.fixture
def provider(engine, image_id, packages):
    """``provider(…)`` → Stranger; closed after the test."""
    with contextlib.ExitStack() as everything:
        folder = owner.private_folder()
        everything.callback(owner.remove, folder)

        def start(using=packages, **options):
            one = Stranger(engine, image_id, using, folder, **options)
            everything.callback(one.close)
            return one

        yield start


@pytest.fixture(scope="module")
def shared(engine, image_id, packages, tmp_path_factory):
    """One sandbox for the tests that only look."""
    folder = owner.private_folder()
    one = Stranger(engine, image_id, packages, folder)
    yield one
    one.close()
    owner.remove(folder)


def fine(done):
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


# ── the tools ─────────────────────────────────────────────────────────────────────────────────────────────


def test_pip_installs_into_a_virtual_environment_and_the_log_tells_hosts_and_bytes(provider):
    one = provider()
    said = fine(one.bash("""
        python3 -m venv .venv && . .venv/bin/activate
        pip install --quiet --no-binary :none: 'colorama<0.4.6' && python -c 'import colorama; print(colorama.__version__)'
    """))  # fmt: skip
    assert said.startswith("0.4.")
    traffic = one.proxy.close()
    hosts = {one.to.host: one for one in traffic.connections if one.outcome is ConnectionOutcome.PASSED}
    assert set(hosts) <= one.packages.rules.hosts
    assert traffic.received > 10_000 > traffic.sent > 500
    assert any("bytes sent" in line and "received" in line for line in traffic.summary())
    assert not traffic.limit
    assert not traffic.refused


def test_uv_syncs_and_runs_a_project(provider):
    one = provider()
    said = fine(one.bash("""
        uv init --quiet --name demo demo && cd demo
        uv add --quiet 'colorama<0.4.6'
        uv sync --quiet --locked
        uv run --quiet python -c 'import colorama, sys; print(colorama.__version__, sys.prefix)'
        uv pip install --quiet 'iniconfig<2.1'
        uvx --quiet --from cowsay cowsay -t done
    """))  # fmt: skip
    assert "0.4.5 /home/stranger/check1/demo/.venv" in said
    assert one.proxy.close().received > 10_000


def test_poetry_installs_a_project(provider):
    one = provider()
    said = fine(one.bash("""
        poetry new --quiet demo && cd demo
        poetry add --quiet 'colorama<0.4.6'
        poetry install --quiet
        poetry run python -c 'import colorama, demo; print(colorama.__version__)'
    """))  # fmt: skip
    assert "0.4.5" in said


def test_tox_and_nox_make_their_environments(provider):
    one = provider()
    fine(one.bash("""
        mkdir demo && cd demo
        echo 'def test_it(): import colorama' > test_it.py
        printf '[tox]\\nskipsdist = true\\n[testenv]\\ndeps = pytest\\n  colorama<0.4.6\\ncommands = pytest -q\\n' > tox.ini
        cat > noxfile.py <<'END'
        import nox
        @nox.session
        def tests(session):
            session.install("pytest", "colorama<0.4.6")
            session.run("pytest", "-q")
        END
        tox -q && nox -db virtualenv
    """))  # fmt: skip


def test_an_extension_is_built_from_source(provider):
    one = provider()
    fine(one.bash("""
        python3 -m venv .venv && . .venv/bin/activate
        pip install --quiet --no-binary markupsafe 'markupsafe==3.0.2'
        python -c 'import markupsafe._speedups'
    """))  # fmt: skip


def test_packages_that_this_machine_has_come_from_its_own_folders(provider):
    one = provider()
    if "PIP_CONSTRAINT" not in one.packages.variables:
        pytest.skip("this machine's pip knows no folder with a CPU build")
    said = fine(one.bash("""
        python3 -m venv .venv && . .venv/bin/activate
        pip download --quiet --no-deps --dest got torch && ls got
    """))  # fmt: skip
    assert "+cpu" in said
    assert one.proxy.close().received < 20 << 20


def test_a_package_that_does_not_exist_is_told_apart_from_an_index_that_fails(provider):
    one = provider()
    name = "surely-nobody-has-this-package-1f3a"
    done = one.bash(f"python3 -m venv .venv && .venv/bin/pip install --quiet {name}")
    assert done.returncode != 0
    assert "No matching distribution found" in done.stderr
    traffic = one.proxy.close()
    assert not traffic.index_failed
    assert not traffic.index_broke
    assert not one.packages.upstream.has(name)
    one.packages.upstream.check()


def test_an_index_that_fails_is_our_fault(provider, packages):
    at = next(iter(packages.rules.indexes))
    dead = packages._replace(rules=packages.rules._replace(addresses=frozenset()))

    def nowhere(_to):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    one = provider(dead)
    one.proxy.resolve = nowhere
    done = one.bash("python3 -m venv .venv && .venv/bin/pip install --quiet --retries 0 surely-not-here-1f3a")
    assert done.returncode != 0
    assert one.proxy.close().index_failed == (
        f"{at} has no address: [Errno -3] Temporary failure in name resolution",
    )


@pytest.fixture
def own_index(tmp_path):
    """An index on this machine's loopback, without TLS, that holds one package of ours."""
    files, page = tmp_path / "files", tmp_path / "simple" / "egress-demo" / "index.html"
    files.mkdir()
    page.parent.mkdir(parents=True)
    name = "egress_demo-1.0-py3-none-any.whl"
    info = "egress_demo-1.0.dist-info"
    with zipfile.ZipFile(files / name, "w") as wheel:
        wheel.writestr("egress_demo.py", "answer = 42\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: egress-demo\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(
            f"{info}/RECORD", f"egress_demo.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
        )
    digest = hashlib.sha256((files / name).read_bytes()).hexdigest()
    page.write_text(f'<a href="../../files/{name}#sha256={digest}">{name}</a>')
    (page.parent.parent / "index.html").write_text('<a href="egress-demo/">egress-demo</a>')

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    serve = functools.partial(Quiet, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Endpoint("127.0.0.1", server.server_port)
    server.shutdown()
    server.server_close()


def test_an_index_at_a_private_address_without_tls_serves_every_tool_and_nothing_beside_it_is_reached(
    provider, own_index, tmp_path
):
    found = Index(f"http://{own_index}/simple", certificates=certificates("", {}))
    one = provider(of_index(found, tmp_path))
    said = fine(one.bash("""
        python3 -m venv a && a/bin/pip install --quiet egress-demo && a/bin/python -c 'import egress_demo; print(egress_demo.answer)'
        uv venv --quiet b && VIRTUAL_ENV=$PWD/b uv pip install --quiet egress-demo && b/bin/python -c 'import egress_demo; print(egress_demo.answer)'
        poetry new --quiet c && cd c && poetry add --quiet egress-demo && poetry run python -c 'import egress_demo; print(egress_demo.answer)'
    """))  # fmt: skip
    assert said.split() == ["42"] * 3
    with Listener() as listener:
        beside = curl(one, f"http://127.0.0.1:{listener.port}/", "--noproxy", "''")
        upload = one.bash(
            f"curl -sS -m 20 --noproxy '' -w ' %{{http_code}}' -d x=y http://{own_index}/simple/"
        )
        assert "403" in beside.stdout
        assert upload.stdout.endswith(" 400")
        assert listener.visits == 0
    traffic = one.proxy.close()
    assert traffic.refused == {f"127.0.0.1:{listener.port}": "is not a package index of this machine"}
    assert {str(one.to) for one in traffic.connections if one.outcome is ConnectionOutcome.PASSED} == {
        str(own_index)
    }


# ── what does not pass ────────────────────────────────────────────────────────────────────────────────────


def curl(one, url, *options):
    return one.bash(
        f"curl -sS -m 20 -o /dev/null -w '%{{http_connect}} %{{http_code}}' {' '.join(options)} {url}"
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://example.com/", "not a package index"),
        ("https://github.com/", "not a package index"),
        ("https://upload.pypi.org/legacy/", "takes uploads"),
        ("https://127.0.0.1/", "not a package index"),
        ("https://169.254.169.254/latest/meta-data/", "not a package index"),
        ("https://192.168.0.1/", "not a package index"),
        ("http://example.com/", "not a package index"),
    ],
)
def test_what_is_not_an_index_is_refused(shared, url, why):
    done = curl(shared, url, "--noproxy", "''")
    assert "403" in done.stdout, done.stderr
    host = url.split("/")[2] + (":443" if url.startswith("https") else ":80")
    assert why in shared.proxy.traffic.refused[host]


def test_a_package_may_not_be_uploaded(provider):
    one = provider()
    done = one.bash("""
        curl -sS -m 20 -F content=@/etc/hostname https://upload.pypi.org/legacy/
    """)  # fmt: skip
    assert done.returncode != 0
    assert "403" in done.stderr
    assert one.proxy.close().refused == {"upload.pypi.org:443": "takes uploads"}


def test_a_name_that_comes_to_lead_to_this_machine_reaches_nothing(provider, packages):
    """DNS rebinding: an index's own name, which was public when the rules were made."""
    with Listener() as listener:
        at = Endpoint("index.test", listener.port)
        rules = packages.rules._replace(indexes=frozenset({at}), plain=frozenset({at}))
        for address, visits in (("127.0.0.1", 0), (our_address(), 0), ("127.0.0.1", 1)):
            allowed = rules._replace(
                addresses=frozenset({address} if visits else ())
            )  # and once to see it work
            one = provider(packages._replace(rules=allowed))
            one.proxy.resolve = lambda _to, address=address: [address]
            curl(one, f"http://{at}/")
            refused = one.proxy.close().refused
            assert listener.visits == visits
            assert refused == ({} if visits else {str(at): f"leads to {address}, which is not public"})


def test_nothing_of_this_machine_is_in_reach_without_the_proxy(shared):
    with Listener() as listener, socket.create_connection((our_address(), listener.port)):
        said = fine(shared.bash(try_everything((our_address(), "172.17.0.1", "1.1.1.1"), listener.port)))
    assert listener.visits == 1  # ours
    assert said.count("Network is unreachable") == 3
    assert said.count("Operation not permitted") == 8
    assert said.split("Operation not permitted")[-1].split()[0] == "lo"


def test_bytes_are_bounded_and_the_bound_is_ours(provider):
    one = provider(received_mb=1)
    done = one.bash(
        "python3 -m venv .venv && .venv/bin/pip download --quiet --no-deps --no-binary :all: --no-build-isolation numpy==1.26.4"
    )
    assert done.returncode != 0
    traffic = one.proxy.close()
    assert traffic.limit == "More than 1 MB were received."
    assert not traffic.index_failed


def test_closing_ends_the_phase_and_another_may_follow(provider):
    one = provider()
    host = next(iter(one.packages.rules.hosts))
    assert "200" in curl(one, f"https://{host}/").stdout
    one.proxy.close()
    assert "000" in curl(one, f"https://{host}/").stdout
    one.proxy = one.packages.open(one.egress, one.bounds)
    assert "200" in curl(one, f"https://{host}/").stdout


def test_between_phases_every_process_dies_the_forwarder_too(provider):
    one = provider()
    one.bash("setsid sleep 1000 >/dev/null 2>&1 & nohup sleep 1000 >/dev/null 2>&1 &")
    before = one.root("ps -e -o user:12,args").stdout
    assert "grader.worker.forwarder" in before
    assert str(one.uid + FORWARDER) in before
    one.end()
    after = one.root("ps -e -o pid,args").stdout
    assert "sleep 1000" not in after
    assert "forwarder" not in after
    assert one.root(f"ls -A {stranger.HOME}").stdout.split() == ["check2"]


def test_two_sandboxes_have_sockets_of_their_own(provider):
    first, second = provider(), provider()
    host = next(iter(first.packages.rules.hosts))
    assert "200" in curl(first, f"https://{host}/").stdout
    first.proxy.close()
    assert "000" in curl(first, f"https://{host}/").stdout
    assert "200" in curl(second, f"https://{host}/").stdout
    assert len(first.proxy.traffic.connections) == len(second.proxy.close().connections) == 1
    inside = first.bash("ls /egress; touch /egress/x")
    assert inside.stdout.split() == []
    assert "Read-only file system" in inside.stderr


# ── what still stands ─────────────────────────────────────────────────────────────────────────────────────


def test_all_other_walls_stand(shared):
    said = fine(shared.bash("""
        id -u; grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t' ' '
        for place in / /usr/bin /opt/tools /opt/worker /packages/0 /submission /etc/ssl/certs; do touch $place/x 2>&1 || true; done
        cp /bin/true /tmp/true && /tmp/true 2>&1 || echo tmp is noexec
        cp /bin/true ~/true && ~/true && echo home is exec
        ls /var/run/docker.sock 2>&1 || true
        unshare -U true 2>&1 || true
    """))  # fmt: skip
    assert said.split()[0] == str(shared.uid + 1)
    for line in ("CapEff: 0000000000000000", "CapPrm: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2"):
        assert line in said
    assert said.count("Read-only file system") + said.count("Permission denied") >= 7
    for place in ("/", "/usr/bin", "/opt/worker", "/egress", "/packages"):  # its owner can't, either
        assert "Read-only file system" in shared.root(f"touch {place}/x").stderr
    assert "tmp is noexec" in said
    assert "home is exec" in said
    assert "No such file or directory" in said
    assert "Operation not permitted" in said.rpartition("unshare")[2]


def test_ten_walls_stand_where_they_do_everywhere_and_two_where_this_environment_needs_them(shared):
    assert seen.missing(shared.facts, LIMITS, stranger.WALLS) == ()
    assert set(seen.missing(shared.facts, LIMITS)) == {"disk", "sockets", "no programs of their own"}
    assert shared.facts.student.sockets == ("unix", "tcp")
    assert shared.facts.student.executable == {stranger.HOME: stranger.HOME_MB << 20}


def test_the_engine_is_reported_so(shared):
    told = Engine().inspect(shared.sandbox._id)
    host = told["HostConfig"]
    assert host["NetworkMode"] == "none"
    assert told["Config"]["NetworkDisabled"] is True
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert set(host["CapAdd"]) == set(hardening.TO_CHANGE_USER)
    assert host["Memory"] == host["MemorySwap"] == LIMITS.memory_mb << 20
    assert host["PidsLimit"] == LIMITS.processes
    assert "no-new-privileges" in host["SecurityOpt"]
    assert not host["Privileged"]
    assert not host["Devices"]
    assert not host["Binds"]
    assert all(mount["ReadOnly"] for mount in host["Mounts"])
    assert {mount["Target"] for mount in host["Mounts"]} == {
        "/rpc", "/submission", "/tools", "/egress", *shared.packages.mounts,
    }  # fmt: skip


def test_processes_and_memory_are_bounded(provider):
    one = provider(limits=Limits(memory_mb=300, processes=40, disk_mb=16))
    many = one.bash("for i in $(seq 60); do sleep 30 >/dev/null 2>&1 & done", seconds=60)
    assert "Resource temporarily unavailable" in many.stderr
    one.end()
    one.begin()
    greedy = one.bash("python3 -c 'bytearray(1 << 30)'")
    assert greedy.returncode == 137


def test_the_home_is_bounded_in_bytes_and_in_files(provider):
    one = provider(walls=stranger.WALLS._replace(executable={stranger.HOME: 8}, inodes=100))
    assert "No space left on device" in one.bash("head -c 9M /dev/zero > big").stderr
    one.bash("rm -f big")
    assert "No space left on device" in one.bash("for i in $(seq 200); do : > file$i; done").stderr


def test_the_home_s_bounds_are_those_of_the_environment(shared):
    size, files = shared.bash("df -m ~ | tail -n 1; df -i ~ | tail -n 1").stdout.splitlines()
    assert int(size.split()[1]) == stranger.HOME_MB
    assert int(files.split()[1]) == stranger.WALLS.inodes
    assert stranger.LIMITS.memory_mb > stranger.HOME_MB + 1024  # a full home is "no space left", not a kill


def test_no_secret_of_this_machine_is_inside(shared, monkeypatch):
    said = fine(shared.bash("env; cat /proc/1/environ 2>&1 | tr '\\0' '\\n' || true"))
    names = {line.partition("=")[0] for line in said.splitlines() if "=" in line}
    allowed = {
        *shared.packages.variables,
        *stranger.IDENTITY,
        *stranger.OWN_PYTHON,
        *hardening.THREADS,
        *hardening.PLACE,
        "PATH",
        "HOSTNAME",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
    }
    assert names <= allowed
    assert not any(word in said for word in ("token", "secret", "password", "@"))


def test_what_the_tools_find_is_a_bare_python_and_a_pip_of_today(shared):
    said = fine(shared.bash("""
        python -c 'import sys; print(sys.prefix)'; python -c 'import numpy' 2>&1 | tail -1 || true
        pip --version; python -m venv fresh && fresh/bin/pip --version
        for tool in git make gcc g++ curl uv uvx poetry tox nox pipx; do $tool --version | head -1; done
    """))  # fmt: skip
    assert said.startswith("/usr")
    assert "No module named 'numpy'" in said
    assert said.count("pip 26.3") == 2
