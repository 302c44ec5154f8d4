"""Checks that ask tools."""

import numpy as np

from grader.checks import check, values_match


@check("tool.total")
def test_total(student):
    """A tool sees objects and arrays."""
    told = student.vault.tool("total", student.vault.Vault(3), np.ones(2))
    values_match(told.item("total"), 5.0)


@check("tool.broken")
def test_broken(student):
    """A tool with a fault of its own."""
    student.vault.tool("broken", student.vault.Vault(3))


@check("tool.heavy")
def test_heavy(student):
    """A tool that can't run here."""
    student.vault.tool("heavy.norm", student.vault.Vault(3))


@check("tool.unknown")
def test_unknown(student):
    """A tool that nobody wrote."""
    student.vault.tool("nobody")


@check("mapped.twice")
def test_twice(student):
    """Twice the total, derived or not."""
    values_match(student.vault.Vault(3).twice(), 6.0)
