"""Packages for an image, fetched by the host's own pip: images need no network, no pip, no certificates."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from grader.environments import CUDA
from grader.errors import Ungraded

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = "3.11"
"""Of both bases, ``python:3.11-slim`` and Debian bookworm."""
TORCH = "https://download.pytorch.org/whl/"
"""PyTorch's own indices, one for each build; asked only if what this machine's pip knows lacks it."""
CPU_BUILD, CUDA_BUILD = "cpu", "cu130"

TRIMS = (
    *("bin/f2py", "bin/numpy-config", "bin/isympy", "share"),
    *("numpy/**/tests", "numpy/**/*.pyi", "numpy/**/*.a"),
    *("torch/include", "torch/share", "torch/test", "torch/bin/protoc*", "torch/**/*.pyi", "torch/**/*.a"),
    *("scipy/**/tests", "sympy/**/tests", "sympy/**/benchmarks", "networkx/**/tests"),
    *("matplotlib/tests", "matplotlib/**/sample_data", "mpl_toolkits/**/tests", "onnx/backend/test"),
)
"""Never needed to run. ``torch/bin/torch_shm_manager`` and sympy look so too, but torch asks for both."""


def fetch(requirements: Path, target: Path, machine: str) -> None:
    """Install the pinned packages for Linux and ``PYTHON`` into ``target``, without what never runs.

    Args:
        requirements: Fully pinned, dependencies included.
        target: A folder to create.
        machine: The engine's architecture, ``x86_64`` or ``aarch64``.

    Raises:
        Ungraded: pip is missing, or can't find or fetch something; its own last line is in the message.
    """
    _pip(
        "install",
        "--no-compile",
        "--root-user-action=ignore",
        "--target",
        target,
        of=requirements,
        machine=machine,
    )
    for pattern in TRIMS:
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def download(requirements: Path, target: Path, machine: str) -> None:
    """The wheels themselves, for an image that installs them with its own pip; see ``fetch``."""
    _pip("download", "--dest", target, of=requirements, machine=machine)


def _pip(action: str, *options: str | Path, of: Path, machine: str) -> None:
    if importlib.util.find_spec("pip") is None:
        raise Ungraded(
            "Building an image needs pip, and this Python has none.", f"Run `{sys.executable} -m ensurepip`."
        )
    command = [
        *(sys.executable, "-m", "pip", action, "--quiet", "--no-deps", "--only-binary=:all:"),
        *("--disable-pip-version-check", "--no-input"),
        *("--python-version", PYTHON, "--implementation", "cp"),
        *(f"--platform=manylinux_2_{glibc}_{machine}" for glibc in range(36, 16, -1)),
        *(f"--platform=manylinux2014_{machine}", "--requirement", str(of), *map(str, options)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode and re.search(r"\btorch[!=]=", done.stderr):
        command.append(f"--extra-index-url={TORCH}{CUDA_BUILD if CUDA in of.stem else CPU_BUILD}")
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Ungraded(
            f"pip could not fetch the packages of {of.name}: {said[-1]}",
            "Check the network, or point pip at a mirror (PIP_INDEX_URL, PIP_FIND_LINKS), and run "
            "`grade image build` again.",
        )
