"""A real PostgreSQL server, started from what Debian installs; one for all tests of a process."""

import os
import shutil
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import pytest

NUMBERS = count()


def server_programs():
    """The folder of ``initdb`` and ``postgres``; Debian keeps them off the PATH."""
    found = shutil.which("postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(found).parent] if found else []
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgresql():
    """``make()`` → the address of a new, empty database."""
    psycopg = pytest.importorskip("psycopg", reason="LEFT OUT: no psycopg; pip install 'grader[postgresql]'")
    programs = server_programs()
    if programs is None:
        pytest.skip("LEFT OUT: no PostgreSQL server here; on Debian: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: sockets are in it
    as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    if as_user:  # a server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
    initdb = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        "ada",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, **as_user)
    settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, *settings],
            stdout=log, stderr=log, cwd=folder, **as_user,
        )  # fmt: skip
    address = f"postgresql://ada@/{{}}?host={folder}"

    def admin():
        return psycopg.connect(address.format("postgres"), autocommit=True)

    def make():
        name = f"grades{next(NUMBERS)}"
        with admin() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return address.format(name)

    try:
        while True:
            try:
                admin().close()
                break
            except psycopg.OperationalError:
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield make
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
