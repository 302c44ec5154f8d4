"""Checks that exercise every part of the judge."""

import numpy as np

from grader.checks import check, fail, values_match


@check("box.last", needs="box.after")
def test_last(student):
    """Comes last, although it is written first."""
    student.box.load()


@check("box.loads")
def test_loads(student):
    """Your file can be imported."""
    student.box.load()


@check("box.adds", needs="box.loads")
def test_adds(student, reference):
    """add(x) gives the new total."""
    values_match(student.box.Box(2.0).add(np.ones(3)), reference.box.Box(2.0).add(np.ones(3)))


@check("box.after", needs="box.adds")
def test_after(student):
    """Waits for box.adds."""
    student.box.load()


@check("box.state", needs="box.loads")
def test_state(student):
    """An object keeps its state between calls."""
    box = student.box.Box(1.0)
    box.add(1.0)
    box.twin().add(1.0)
    if box.get("total").number() != 3.0:
        raise fail("The total is lost.", call=box.call)
    box.set("total", np.array(10.0))
    values_match(box.add(1.0), 11.0)


@check("box.held", needs="box.loads")
def test_held(student):
    """An array that is passed is not changed."""
    held = student.box.hold(np.ones(2))
    student.box.Box(0.0).add(held)
    values_match(held.fetch(), np.ones(2))


@check("box.fresh", needs="box.loads")
def test_fresh(student):
    """Every process starts anew."""
    student.box.Box().add(1.0)
    if student.fresh().box.count().number() != 0:
        raise fail("Something survived.")
