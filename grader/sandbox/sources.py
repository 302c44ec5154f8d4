"""The engine's own files that travel into a student's sandbox: the worker and the wire, nothing else."""

from __future__ import annotations

from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent
"""The installed ``grader`` package."""


def worker_sources() -> dict[str, Path]:
    """Path below a sandbox's ``/opt/grader`` → file here."""
    files = [ENGINE / "__init__.py", ENGINE / "wire.py", *sorted((ENGINE / "worker").rglob("*.py"))]
    return {str(file.relative_to(ENGINE.parent)): file for file in files}
