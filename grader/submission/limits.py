"""What reading a repository may cost."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds on one repository. Beyond the first five it is refused; beyond the others files are left out."""

    seconds: float = 120.0
    """Wall time of each git command; the fetch is the only long one."""
    transfer_mb: int = 512
    """What the commit may take on disk, packed."""
    memory_mb: int = 1024
    """Private memory of a git process: a small pack can describe a huge object."""
    entries: int = 100_000
    """Files and folders in the commit."""
    listing_mb: int = 64
    """All their names together."""
    file_mb: int = 16
    """One file that is written for the labs."""
    total_mb: int = 64
    """All of them together."""
    files: int = 5_000
    """How many of them."""
