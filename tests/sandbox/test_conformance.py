"""What every sandbox keeps, tried from the inside by student code that means harm.

``GAPS_WITHOUT_WALLS`` is the whole list of what a subprocess can't keep: why ``local`` says that it doesn't protect.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from grader import wire
from grader.errors import Ungraded, UsageError
from grader.history import NoHistory
from grader.judge.budget import Budget
from grader.judge.processes import Died, SandboxLost, StudentProcess
from grader.judge_service import JudgeService
from grader.pipeline import grade
from grader.records import Limits
from grader.report import to_markdown
from grader.request import Request
from grader.sandbox.engine import Engine
from tests.conftest import Silent
from tests.sandbox.visiting import LIMITS, StudentError

TESTS = Path(__file__).parents[1]
GAPS_WITHOUT_WALLS = {
    "test_no_packet_leaves": "a subprocess has this machine's network",
    "test_only_unix_sockets_can_be_made": "a subprocess makes any socket that its user may make",
    "test_only_scratch_folders_can_be_written_to": "a subprocess writes wherever its user may write",
    "test_the_labs_tools_cannot_be_changed_from_inside": "a subprocess writes wherever its user may write",
    "test_the_disk_is_bounded_and_wiped_between_checks": "only the size of a single file is bounded",
    "test_the_number_of_files_is_bounded": "only the size of a single file is bounded",
    "test_memory_is_bounded_and_the_sandbox_survives": "a bound on address space would break torch",
    "test_threads_are_bounded": "a bound on processes would count all of the user's",
    "test_a_fork_bomb_is_bounded_and_the_sandbox_survives": "a bound on processes would count all of the user's",
    "test_no_file_of_the_course_or_of_the_judge_is_there": "a subprocess reads what its user reads",
    "test_no_other_process_can_be_seen": "a subprocess sees this machine's processes",
    "test_student_code_has_no_privileges": "a subprocess runs as this user",
    "test_the_zygote_cannot_be_touched": "zygote and student's process run as the same user",
    "test_forbidden_system_calls_are_refused": "there is no system call filter",
    "test_there_is_no_compiler_and_no_installer": "a subprocess runs this machine's programs",
    "test_student_files_cannot_be_changed_from_inside": "a subprocess may change what its user owns",
}


def test_student_code_runs_and_its_value_comes_back(visit):
    assert visit("def f(a, b): return {'sum': a + b}").call("f", 2, 3) == {"sum": 5}


def test_each_call_gets_a_fresh_process(visit):
    visitor = visit(
        """
        seen = []
        def f():
            seen.append(1)
            return len(seen)
        """
    )
    assert [visitor.call("f"), visitor.call("f")] == [1, 1]


def test_hidden_checks_run_without_trust_only_where_the_sandbox_protects(provider, tmp_path):
    shutil.copy(TESTS / "attacks" / "00_correct" / "mlp.py", tmp_path)
    request = Request(repo=str(tmp_path), assignment="toy")
    with JudgeService(type(provider)(), TESTS / "courses" / "attacks") as service:
        if not provider.protects:
            with pytest.raises(UsageError, match=f"The {provider.name} sandbox does not protect") as caught:
                grade(request, service, NoHistory(), Silent())
            assert "--trust" in caught.value.remedy
        trusted = replace(request, trust=not provider.protects)
        record = grade(trusted, service, NoHistory(), Silent())
    assert any(check.hidden for check in record.checks)
    assert (record.sandbox, record.protects) == (provider.name, provider.protects)
    assert ("did not protect" in to_markdown(record)) == ("without isolation" in to_markdown(record))
    assert ("did not protect" in to_markdown(record)) == (not provider.protects)


# ── Nothing worth stealing ────────────────────────────────────────────────────────────────────────────────


def test_nothing_of_the_host_s_environment_is_there(visit, monkeypatch):
    monkeypatch.setenv("GRADER_TEST_TOKEN", "s3cret")
    source = """
        import os
        def own(): return dict(os.environ)
    """
    environment = visit(source, limits=Limits(memory_mb=385)).call(
        "own"
    )  # limits of its own: a sandbox started now
    allowed = {
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "LC_CTYPE",
        "HOSTNAME",
        "PYTHONPATH",
        "PWD",
        "SHLVL",
        "_",
        "OLDPWD",
        "SUBMISSION",  # ours: where tools find it
    }
    libraries = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
    assert set(environment) <= allowed | libraries | {"PYTHON_VERSION", "PYTHON_SHA256", "GPG_KEY"}
    assert "s3cret" not in environment.values()


def test_no_file_of_the_course_or_of_the_judge_is_there(visit):
    found = visit(
        """
        import os
        def f():
            names = ("test_suites", "reference", "rubrics", "judge", "checks", "mistakes.yaml", "docker.sock")
            return [os.path.join(top, name) for top, folders, files in os.walk("/")
                    if not top.startswith(("/proc", "/sys", "/opt/packages", "/usr")) for name in folders + files if name in names]
        """
    ).call("f")
    assert found == []


def test_the_engine_s_other_parts_cannot_be_imported(visit):
    visitor = visit("import importlib\ndef f(name): importlib.import_module(name)")
    for module in ("grader.judge", "grader.checks", "grader.records", "test_suites", "reference"):
        with pytest.raises(StudentError, match="ModuleNotFoundError"):
            visitor.call("f", module)


@pytest.mark.parametrize("library", ["torch", "jax", "tensorflow", "autograd"])
def test_where_numpy_is_asked_for_nothing_can_differentiate(visit, library):
    with pytest.raises(StudentError, match="ModuleNotFoundError"):
        visit(f"import {library}\ndef f(): return {library}.grad(f)").call("f")


def test_there_is_no_compiler_and_no_installer(visit):
    visitor = visit(
        """
        import importlib.util, shutil
        def programs(): return [n for n in "cc gcc g++ clang tcc as ld make pip pip3 git curl wget".split() if shutil.which(n)]
        def modules(): return [n for n in ("pip", "setuptools", "ensurepip.__main__", "numba", "pytest") if found(n)]
        def found(name):
            try:
                return importlib.util.find_spec(name) is not None
            except ModuleNotFoundError:
                return False
        """
    )
    assert visitor.call("programs") == []
    assert visitor.call("modules") == []


def test_no_other_process_can_be_seen(visit):
    seen = visit(
        "import os\ndef f(): return sorted(int(n) for n in os.listdir('/proc') if n.isdigit()), os.getpid()"
    )
    pids, own = seen.call("f")
    assert set(pids) <= {1, own}


def test_a_process_holds_no_descriptor_but_its_own_channel(visit):
    descriptors = visit(
        """
        import os
        def f(): return sorted(os.readlink(f"/proc/self/fd/{n}").split(":")[0] for n in os.listdir("/proc/self/fd")
                               if os.path.islink(f"/proc/self/fd/{n}"))
        """
    ).call("f")
    assert descriptors == ["/dev/null"] * 3 + ["socket"]


def test_the_way_the_sandbox_called_back_is_gone(visit):
    visitor = visit(
        """
        import os, socket
        def f():
            for top in ("/rpc", os.path.dirname(os.path.dirname(os.getcwd()))):
                for name in os.listdir(top) if os.path.isdir(top) else []:
                    if name.endswith(".sock"):
                        return name
        """
    )
    assert visitor.call("f") is None


# ── Nowhere to put it ─────────────────────────────────────────────────────────────────────────────────────


def test_no_packet_leaves(visit):
    visitor = visit(
        """
        import socket
        def interfaces(): return sorted(line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:])
        def f(host, port): socket.create_connection((host, port), timeout=2)
        def name(): socket.getaddrinfo("example.com", 80)
        """
    )
    assert visitor.call("interfaces") == ["lo"]
    for host in ("127.0.0.1", "1.1.1.1", "172.17.0.1"):
        with pytest.raises(StudentError, match="PermissionError"):
            visitor.call("f", host, 80)
    with pytest.raises(StudentError, match="gaierror"):
        visitor.call("name")


def test_only_unix_sockets_can_be_made(visit):
    visitor = visit(
        """
        import socket
        def f(family):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
                try:
                    socket.socket(family, kind).close()
                    return "made"
                except PermissionError:
                    pass
            return "refused"
        """
    )
    families = {
        "unix": 1,
        "inet": 2,
        "inet6": 10,
        "netlink": 16,
        "packet": 17,
        "alg": 38,
        "vsock": 40,
        "xdp": 44,
    }
    assert {n for n, family in families.items() if visitor.call("f", family) == "made"} == {"unix"}


def test_only_scratch_folders_can_be_written_to(visit):
    writable = visit(
        """
        import os, stat
        def f():
            found = []
            for top, folders, files in os.walk("/"):
                folders[:] = [n for n in folders if not (top == "/proc" and n != "sys")]
                for path in (top, *(os.path.join(top, n) for n in files)):
                    try:
                        if os.access(path, os.W_OK) and not stat.S_ISCHR(os.lstat(path).st_mode) and not os.path.islink(path):
                            found.append(path)
                    except OSError:
                        pass
            return [path for path in found if path not in ("/tmp", "/dev/shm") and not path.startswith(os.getcwd())]
        """
    ).call("f")
    assert writable == []


def test_student_files_cannot_be_changed_from_inside(visit):
    visitor = visit(
        """
        import os
        def f(): open(os.path.join(os.path.dirname(__file__), "student.py"), "w")
        """
    )
    with pytest.raises(StudentError, match="Permission denied|Read-only"):
        visitor.call("f")


# ── What it may use ───────────────────────────────────────────────────────────────────────────────────────


def test_memory_is_bounded_and_the_sandbox_survives(visit):
    visitor = visit("def eat(): return len(bytearray(2 << 30))\ndef fine(): return 1")
    with pytest.raises(Died, match="memory"):
        visitor.call("eat")
    assert visitor.call("fine") == 1


def test_a_fork_bomb_is_bounded_and_the_sandbox_survives(visit):
    visitor = visit(
        """
        import os
        def bomb():
            while True:
                try:
                    if os.fork() == 0:
                        os.setsid()
                except OSError:
                    pass
        def fine(): return 1
        """
    )
    with pytest.raises(Died, match="did not finish"):
        visitor.call("bomb", seconds=1.0)
    assert visitor.call("fine") == 1


def test_threads_are_bounded(visit):
    visitor = visit(
        """
        import threading, time
        def f():
            for n in range(1_000):
                threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        """
    )
    with pytest.raises(StudentError, match="can't start new thread"):
        visitor.call("f")


def test_the_disk_is_bounded_and_wiped_between_checks(visit):
    visitor = visit(
        """
        import os
        def fill(place):
            for n in range(100):
                open(f"{place}/{n}", "wb").write(bytes(1 << 20))
        def room(place): return os.statvfs(place).f_bavail * os.statvfs(place).f_frsize >> 20
        """
    )
    for place in ("/tmp", "/dev/shm"):
        for _ in range(2):
            with pytest.raises(StudentError, match="No space left"):
                visitor.call("fill", place)
        assert visitor.call("room", place) >= LIMITS.disk_mb - 1


def test_the_number_of_files_is_bounded(visit):
    visitor = visit("def fill():\n    for n in range(100_000):\n        open(f'/tmp/{n}', 'w').close()")
    with pytest.raises(StudentError, match="No space left"):
        visitor.call("fill")


def test_a_flood_of_output_goes_nowhere_and_hangs_nobody(visit, provider):
    visitor = visit(
        """
        import os, sys
        def flood():
            for _ in range(300):
                os.write(1, b"x" * (1 << 20)); os.write(2, b"y" * (1 << 20))
            print("z" * (1 << 20), flush=True)
            return "done"
        """
    )
    assert visitor.call("flood") == "done"
    began = time.monotonic()
    visitor.sandbox.close()
    assert time.monotonic() - began < 2


# ── Nobody to speak for ───────────────────────────────────────────────────────────────────────────────────


def test_student_code_has_no_privileges(visit):
    status = visit("def f(): return open('/proc/self/status').read()").call("f")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in fields["Uid"].split()
    assert "0" not in fields["Gid"].split()
    assert fields["Groups"].strip() == ""
    assert {fields[name].strip("0 ") for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {""}
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"


def test_two_sandboxes_share_no_uid(docker, visit):
    source = "import os\ndef f(): return os.getuid()"
    first, second = (visit(source).call("f") for _ in range(2))
    if first and second:  # 0: the local sandbox, run by root
        assert first == second == os.getuid() or abs(first - second) >= 1000


def test_the_zygote_cannot_be_touched(visit):
    visitor = visit(
        """
        import ctypes, os, resource, signal
        libc = ctypes.CDLL(None, use_errno=True)
        def tried(what):
            try:
                return what() or "done"
            except OSError as error:
                return os.strerror(error.errno)
        def call(number, *args):
            if libc.syscall(number, *args) == -1:
                raise OSError(ctypes.get_errno(), "refused")
        def f():
            return {
                "kill": tried(lambda: os.kill(1, signal.SIGKILL)),
                "stop": tried(lambda: os.kill(1, signal.SIGSTOP)),
                "memory": tried(lambda: open("/proc/1/mem", "r+b").close()),
                "maps": tried(lambda: len(open("/proc/1/maps").read())),
                "descriptors": tried(lambda: os.listdir("/proc/1/fd")),
                "environment": tried(lambda: len(open("/proc/1/environ").read())),
                "limits": tried(lambda: resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))),
                "priority": tried(lambda: os.setpriority(os.PRIO_PROCESS, 1, 19)),
                "trace": tried(lambda: call(101, 16, 1, 0, 0)),
                "oom": tried(lambda: open("/proc/1/oom_score_adj", "w").close()),
                "own oom": tried(lambda: open("/proc/self/oom_score_adj", "wb", buffering=0).write(b"-999") and None),
            }
        """
    )
    answers = visitor.call("f")
    refused = {"Permission denied", "Operation not permitted", "Read-only file system"}
    assert {name: answer for name, answer in answers.items() if answer not in refused} == {}
    assert visitor.call("f") == answers  # the zygote lives


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86_64")
def test_forbidden_system_calls_are_refused(visit):
    numbers = {
        "ptrace": 101, "io_uring_setup": 425, "process_vm_readv": 310, "process_vm_writev": 311, "unshare": 272,
        "setns": 308, "mount": 165, "bpf": 321, "perf_event_open": 298, "keyctl": 250, "add_key": 248,
        "userfaultfd": 323, "memfd_secret": 447, "shmget": 29, "msgget": 68, "mq_open": 240, "pidfd_getfd": 438,
        "kcmp": 312, "io_setup": 206, "fanotify_init": 300, "open_by_handle_at": 304, "init_module": 175,
        "chroot": 161, "pivot_root": 155, "swapon": 167, "reboot": 169, "personality": 135,
    }  # fmt: skip
    visitor = visit(
        """
        import ctypes, errno
        libc = ctypes.CDLL(None, use_errno=True)
        def f(number):
            libc.syscall(number, 0, 0, 0, 0, 0, 0)
            return errno.errorcode.get(ctypes.get_errno(), "done")
        def namespaces(): return errno.errorcode.get(libc.clone(0, 0, 0x10000000, 0) and ctypes.get_errno(), "done")
        """
    )
    assert {
        name: answer for name, number in numbers.items() if (answer := visitor.call("f", number)) != "EPERM"
    } == {}


# ── When it ends ──────────────────────────────────────────────────────────────────────────────────────────


def test_closing_a_sandbox_ends_everything_in_it(visit, tmp_path):
    sign = f"grader-test-{os.getpid()}-{time.time_ns()}"
    visitor = visit(
        f"""
        import os, subprocess, sys, time
        def f():
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)", "{sign}"], start_new_session=True)
            return "started"
        """
    )
    assert visitor.call("f", stay=True) == "started"
    visitor.sandbox.close()  # over the head of a process that nobody ended
    with contextlib.suppress(SandboxLost):
        visitor.staying.leave()
    until = time.monotonic() + 15
    while time.monotonic() < until and any(sign in line for line in _command_lines()):
        time.sleep(0.05)
    assert not any(sign in line for line in _command_lines())


def test_hanging_up_ends_the_sandbox_even_if_someone_holds_a_copy_of_its_connection(visit):
    visitor = visit("def f(): return 1")
    copy = visitor.sandbox.connection.dup()
    visitor.sandbox.close()
    copy.settimeout(5)
    while data := copy.recv(1):
        assert data == b"R"
    copy.close()


def test_a_sandbox_that_is_closed_twice_is_closed(visit):
    visitor = visit("def f(): return 1")
    visitor.sandbox.close()
    visitor.sandbox.close()


def test_a_killed_grader_s_sandboxes_end_and_the_next_one_removes_what_is_left(provider, tmp_path):
    program = textwrap.dedent(
        """
        import importlib, sys, time
        from pathlib import Path
        from grader.records import Limits
        from grader.sandbox import owner
        provider = getattr(importlib.import_module(sys.argv[3]), sys.argv[1])()
        sandboxes = [provider.open("numpy", Limits(), {"student.py": b""}), provider.judge(Path(sys.argv[2]))]
        print(provider._folder, owner.myself(), flush=True)
        time.sleep(300)
        """
    )
    grader = subprocess.Popen(
        [sys.executable, "-c", program, type(provider).__name__, str(tmp_path), type(provider).__module__],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path.cwd(),
    )
    folder, owner = grader.stdout.readline().split()
    folder = Path(folder)
    assert folder.is_dir()
    grader.kill()
    grader.wait()
    grader.stdout.close()
    with contextlib.closing(type(provider)()):  # the next start
        until = time.monotonic() + 15
        while time.monotonic() < until and (folder.exists() or _traces(folder, owner)):
            time.sleep(0.05)
        assert not folder.exists()
        assert _traces(folder, owner) == []


def _traces(folder: Path, owner: str) -> list[str]:
    processes = [line for line in _command_lines() if str(folder) in line]
    try:
        return processes + [c.id for c in Engine().containers(f"grader.owner={owner}")]
    except Ungraded:
        return processes


def _command_lines() -> list[str]:
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                lines.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
    return lines


# ── The judge ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_judge_calls_back(provider, tmp_path):
    (tmp_path / "rubrics").mkdir()
    judge = provider.judge(tmp_path, data=tmp_path)
    try:
        assert judge.exit_reason() == ""
        assert judge.connection.fileno() >= 0
    finally:
        judge.close()


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_files_arrive_in_folders_with_their_bytes(visit):
    visitor = visit(
        """
        import os
        def f():
            place = os.path.join(os.path.dirname(__file__), "data", "deep", "x.bin")
            return open(place, "rb").read(), oct(os.stat(place).st_mode & 0o777)
        """,
        files={"data/deep/x.bin": b"\x00\xff", "data/y": b"", "ünï\ncode.txt": b""},
    )
    assert visitor.call("f") == [b"\x00\xff", "0o644"]


TOOL = b"import numpy as np\ndef twice(x): return 2 * np.asarray(x)\n"


def test_the_labs_tools_lie_in_a_place_of_their_own_and_run_there(visit):
    visitor = visit(
        "def f(): pass", files={"tools.py": b"def twice(x): return 'mine'"}, tools={"tools.py": TOOL}
    )
    process = StudentProcess(visitor.client, Budget(15, visitor.sandbox.usage), 1 << 20)
    process.ask(wire.Load("student", "student.py"))
    assert process.ask(wire.Tool("student", "twice", [21])) == wire.Returned(42)
    process.leave()


def test_the_labs_tools_cannot_be_changed_from_inside(visit):
    visitor = visit(
        """
        import os
        def f():
            os.chmod("/tools/tools.py", 0o777)
        def g():
            open("/tools/tools.py", "w")
        def h():
            open("/tools/more.py", "w")
        def there():
            return os.listdir("/tools")
        """,
        tools={"tools.py": TOOL},
    )
    for name in "fgh":
        with pytest.raises(StudentError, match="OSError|PermissionError"):
            visitor.call(name)
    assert visitor.call("there") == ["tools.py"]


def test_where_no_tools_are_sent_there_are_none(visit):
    visitor = visit("def f(): pass")
    process = StudentProcess(visitor.client, Budget(15, visitor.sandbox.usage), 1 << 20)
    process.ask(wire.Load("student", "student.py"))
    reply = process.ask(wire.Tool("student", "twice", [21]))
    process.leave()
    assert (reply.where, reply.type) == ("tool", "NoSuchToolError")


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "", ".", "a\0b"])
def test_no_file_lands_outside_the_submission(provider, name):
    with pytest.raises(ValueError, match="not a path below"):
        provider.open("numpy", LIMITS, {name: b""})


def test_a_name_cannot_be_a_file_and_a_folder(provider):
    with pytest.raises(ValueError, match="at once"):
        provider.open("numpy", LIMITS, {"a": b"", "a/b": b""})


# ── Environments ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.torch
def test_torch_trains_where_it_is_asked_for(visit):
    visitor = visit(
        """
        import torch
        def f():
            torch.manual_seed(0)
            net = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 1))
            adam = torch.optim.Adam(net.parameters(), lr=1e-3)
            X, y = torch.randn(512, 64), torch.randn(512, 1)
            losses = []
            for _ in range(20):
                adam.zero_grad(); loss = ((net(X) - y) ** 2).mean(); loss.backward(); adam.step(); losses.append(loss.item())
            return losses[-1] < losses[0]
        """,
        environment="torch",
        limits=Limits(memory_mb=1024),
    )
    assert visitor.call("f") is True


@pytest.mark.torch
def test_a_data_loader_may_have_workers(visit):
    visitor = visit(
        """
        import torch
        from torch.utils.data import DataLoader, TensorDataset
        def f():
            batches = DataLoader(TensorDataset(torch.arange(12.0)), batch_size=4, num_workers=2)
            return float(sum(x.sum() for (x,) in batches))
        """,
        environment="torch",
        limits=Limits(memory_mb=1024),
    )
    assert visitor.call("f") == 66.0


def test_sandboxes_stand_by_when_they_were_prepared(provider):
    limits = Limits(memory_mb=390)
    provider.prepare("numpy", limits, 2)
    sandboxes = [provider.open("numpy", limits, {"student.py": b"def f(): return 1"}) for _ in range(3)]
    for sandbox in sandboxes:
        sandbox.close()
    assert len({id(sandbox) for sandbox in sandboxes}) == 3


def test_an_image_is_named_where_there_are_images(visit, provider):
    image = visit("def f(): return 1").sandbox.image
    assert provider.image_digests().get("numpy", "") == image
    assert image.startswith("sha256:") == (provider.name == "docker")
