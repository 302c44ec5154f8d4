"""Checks whose judge a student's word can bring to its knees."""

import os
import re

from grader.checks import check, reader


@reader("a word")
def read(word):
    """A reader with every fault that a reader may have."""
    match word:
        case "pattern":
            re.fullmatch("(a+)+b", "a" * 64)  # in C, for longer than the world stands
        case "deep":
            read_deeply(word)
        case "odd":
            raise ValueError(word)
        case "huge":
            return float(10**400)
    return word


def read_deeply(word):
    return read_deeply(word) if word else word


@check("mirror.says")
def test_says(student):
    """say() gives a text."""
    student.mirror.say().text()


@check("mirror.reads")
def test_reads(student):
    """What it says can be read."""
    read(student.mirror.say().text())


@check("mirror.looks")
def test_looks(student):
    """The suite can bear what it says."""
    if student.mirror.say().text() == "broken":
        raise KeyError("ours")


@check("mirror.twice")
def test_twice(student):
    """The judge survives what it says."""
    if student.mirror.say().text() == "die":
        os.kill(os.getpid(), 9)


@check("mirror.unheard")
def test_unheard(student, rng):
    """A fault that no student can cause: nothing of theirs was asked for."""
    if rng.integers(1 << 62) == 7:
        raise KeyError("ours")


@check("mirror.last", needs="mirror.says")
def test_last(student):
    """Comes last."""
    student.mirror.say().text()
