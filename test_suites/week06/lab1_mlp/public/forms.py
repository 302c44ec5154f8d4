"""What the forward pass of a mapped repository may give in place of logits."""

import numpy as np


def log_softmax(logits):
    """Log-probabilities, row by row."""
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def probabilities(logits):
    """Softmax, row by row."""
    return np.exp(log_softmax(logits))


def as_given(module, answers, logits, evidence):
    """What is expected of a forward pass: logits, or what a mapped repository gives instead.

    Args:
        module: On the student's side.
        answers: What its forward pass gave, for each probe.
        logits: The true logits of each probe.
        evidence: Gets the convention.
    """
    if not module.mapped:
        return logits
    first = answers[0].array(logits[0].shape)
    apart = {name: np.abs(first - form(logits[0])).max() for name, form in FORMS.items()}
    name = min(apart, key=apart.get)
    if name != "logits":
        evidence.note(f"Your forward pass gives {name}, taken as your convention.")
    return [FORMS[name](z) for z in logits]


FORMS = {"logits": lambda z: z, "probabilities": probabilities, "log-probabilities": log_softmax}
