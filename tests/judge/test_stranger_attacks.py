"""What a repository's own commands may try in the stranger's sandbox, where bash, compilers and packages are."""

import socket
import textwrap

import pytest

from grader.checks.failure import CheckUndecided
from grader.judge.job import ProjectSource
from grader.judge.processes import Killed, ZygotePool
from grader.judge.project import Project
from grader.judge_service import SubmissionSandboxes
from grader.records import CommitStatus, Limits
from tests.sandbox.conftest import docker_or_skip

pytestmark = pytest.mark.docker
LIMITS = Limits(check_seconds=60, memory_mb=1024, processes=256, disk_mb=64, cpus=2.0)
FILES = {"net.py": b"x = 1\n", "test_net.py": b"import net\nassert net.x == 1\n", "README.md": b"# Net\n"}


@pytest.fixture(scope="module")
def provider():
    provider = docker_or_skip()
    yield provider
    provider.close()


@pytest.fixture
def project(provider):
    """A check's view of a repository, in a real sandbox with a real proxy."""
    texts = {name: content.decode() for name, content in FILES.items()}
    source = ProjectSource(
        texts=texts, status=CommitStatus(state="none", source=""), url="https://host.example/ada/net"
    )
    with SubmissionSandboxes(provider, LIMITS, (), FILES, {}) as sandboxes:

        def opened(environment, lost):
            return socket.socket(fileno=socket.dup(sandboxes.connection(environment, lost).fileno()))

        pool = ZygotePool(opened, sandboxes.usage, sandboxes.packages)
        project = Project(source, (), pool, LIMITS, 60.0, {})
        yield project
        project.leave()
        pool.close()


def typed(project, text, seconds=30.0):
    return project.script(textwrap.dedent(text), seconds=seconds).commands


def said(project, text, seconds=30.0):
    return "".join(ran.output for ran in typed(project, text, seconds))


def test_the_shell_can_t_write_to_the_memory_of_what_runs_it_nor_trace_it(project):
    project.settle(name="net")
    found = said(
        project,
        """
        cat > try.py <<'END'
        import ctypes, os
        server = int(open(f"/proc/{os.getppid()}/stat").read().rpartition(")")[2].split()[1])
        print("server", open(f"/proc/{server}/stat").read().split()[1])
        for name in ("mem", "environ", "maps", "fd"):
            place = f"/proc/{server}/{name}"
            try:
                os.listdir(place) if name == "fd" else open(place, "r+b" if name == "mem" else "rb").read(1)
                print(name, "OPEN")
            except PermissionError as error:
                print(name, "closed")
        print("ptrace", ctypes.CDLL(None).ptrace(16, server, 0, 0))
        END
        python3 try.py
        """,
    )
    assert "server (python3)" in found
    assert found.count("closed") == 4
    assert "OPEN" not in found
    assert "ptrace -1" in found


@pytest.mark.parametrize(
    "text",
    [
        "exit 0",
        "exec true",
        "kill -9 $$",
        "printf '0\\0/x\\0' >&$GRADER_SAY; exit 0",
        "for fd in /proc/$$/fd/*; do printf '0\\0/tmp\\0' > $fd; done 2>/dev/null; exit 3",
    ],
)
def test_a_shell_that_ends_itself_or_answers_for_itself_leaves_the_rest_unread(project, text):
    project.settle(name="net")
    played = project.script(f"{text}\nfalse\npython3 test_net.py\n", seconds=20.0)
    assert (
        played.unfinished
        or [ran.status for ran in played.commands[:2]] != [0, 0]
        or len(played.commands) == 3
    )
    (ran,) = project.trials("python3 test_net.py", [{"net.py": "x = 2\n"}], seconds=20, total_seconds=20)
    assert ran.status == 1  # what counts is seen by our own process


def test_what_runs_on_in_the_background_is_gone_at_the_next_phase_and_between_trials(project):
    project.settle(name="net")
    typed(project, "setsid nohup sleep 4242 >/dev/null 2>&1 &\n(sleep 4242 &) \n")
    (ran,) = project.trials(
        "pgrep -fc 'sleep 424[2]'; setsid sleep 4343 & true", [{}], seconds=20, total_seconds=20
    )
    assert ran.output.split()[0] == "0"
    (ran,) = project.trials("pgrep -fc 'sleep 434[3]'", [{}], seconds=20, total_seconds=20)
    assert ran.output.split()[0] == "0"
    project.settle(name="net")
    assert "0" in said(project, "pgrep -fc 'sleep 4[23]4[23]'")


def test_a_home_that_was_filled_costs_only_itself(project):
    project.settle(name="net")
    assert "No space left" in said(project, "head -c 9G /dev/zero > ~/big; ls -d ~/big\n", 120.0)
    project.settle(name="net")
    assert "README.md" in said(project, "ls\n")


def test_nothing_leads_out_but_to_the_index_and_nothing_at_all_after_the_phase(project):
    project.settle(name="net")
    found = said(
        project,
        """
        curl -sS -m 5 https://example.com 2>&1 || true
        curl -sS -m 5 -x http://127.0.0.1:3128 -p http://169.254.169.254/ 2>&1 || true
        curl -sS -m 5 --noproxy '*' http://1.1.1.1/ 2>&1 || true
        python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)" 2>&1 | tail -1
        """,
    )
    assert found.count("403") >= 2
    assert "not permitted" in found
    typed(project, "python3 -m pip download --no-deps --no-cache-dir -q six==1.15.0\n", 60.0)
    seen = project.fetched()
    assert "example.com:443" in seen.refused
    assert "169.254.169.254:80" in seen.refused
    host = next(line.split(":")[0] for line in seen.hosts if " passed" not in line and "refused" not in line)
    assert "000" in said(project, f"curl -s -m 5 -o /dev/null -w '%{{http_code}}' https://{host}/\n")


def test_whoever_kills_all_that_there_is_is_asked_about_not_blamed(project):
    project.settle(name="net")
    with pytest.raises((CheckUndecided, Killed)) as raised:
        typed(project, "kill -9 -1\n")
    assert not isinstance(raised.value, Killed) or raised.value.is_undecided
