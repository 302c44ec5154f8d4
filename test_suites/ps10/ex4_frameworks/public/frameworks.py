"""What the checks of Exercise 4 share: what they ask of a model."""

from grader.checks import fail

CLASSES, FEATURES = 10, 36
"""Of the digits; of an image, behind the given backbone."""


def described(student, model):
    """The state of a model, name → array, and the names of what is trained."""
    told = student.transfer.tool("bench.describe", model)
    lost(told, "The model can't be looked at.", hint="Return an nn.Module.")
    state = told.item("state")
    return {name: state.item(name).array() for name in state.names()}, named(told, "trained")


def named(told, key):
    """The names under a key of what a tool found."""
    found = told.item(key).as_it_came()
    return [str(name) for name in found] if isinstance(found, list) else []


def lost(answer, headline, hint=""):
    """Fails if a tool says that something could not be done."""
    if isinstance(answer.as_it_came(), dict) and "lost" in answer.as_it_came():
        raise fail(headline, call=answer.call, yours=str(answer.as_it_came()["lost"])[:200], hint=hint)
