"""What a student's process can't reach from the inside of a container: other processes, the host."""

import pytest

from tests.sandbox.visiting import Visitor

pytestmark = pytest.mark.docker


def test_no_memory_but_its_own_can_be_opened(docker):
    there = Visitor(
        docker,
        """
        import os
        def opened():
            found = []
            for pid in ["1", str(os.getppid()), *filter(str.isdigit, os.listdir("/proc"))]:
                if pid == str(os.getpid()):
                    continue
                for name in ("mem", "maps", "environ", "fd", "root", "cwd", "exe", "io", "auxv"):
                    try:
                        path = f"/proc/{pid}/{name}"
                        os.listdir(path) if name == "fd" else os.readlink(path) if name in ("root", "cwd", "exe") else open(path, "rb").read(1)
                        found.append(path)
                    except OSError:
                        pass
            return sorted(set(found))
        """,
    )
    try:
        assert there.call("opened") == []
    finally:
        there.sandbox.close()


def test_what_the_list_of_mounts_says_of_the_host_names_nobody(docker, monkeypatch):
    """The kernel shows where a mount comes from to whoever may read its own list; so that place has no meaning."""
    there = Visitor(docker, "def mounts(): return open('/proc/self/mountinfo').read()")
    try:
        text = there.call("mounts")
        print(text)
        assert "/home/" not in text
    finally:
        there.sandbox.close()
