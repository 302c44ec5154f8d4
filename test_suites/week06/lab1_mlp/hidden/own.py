"""What follows from a student's own logits, losses or gradients, where these are not the true ones.

So a bug is found beside another one, and a right step after a wrong one is no second bug.
"""

from hashlib import blake2b
from types import SimpleNamespace

import numpy as np

from grader.checks import CheckFailed
from test_suites.week06.lab1_mlp.hidden.probes import Probe


def judged(compare, observe, own, reference, evidence, known_mistakes, *, otherwise, passed=None):
    """Compare with what is true; where the student's own earlier results are wrong, with what follows from them.

    Args:
        compare: Compares the student's answers with what is expected, given that and what names a bug.
        observe: Gets what is expected from a module of ours.
        own: Makes a module of ours ask for the student's own earlier results; see ``with_own``.
        reference: Ours.
        evidence: Starts anew where the student's own results are what counts.
        known_mistakes: Name a bug.
        otherwise: What is certain where they don't follow from the student's own results, and have no other name.
        passed: See ``KnownMistakes.matcher``.

    Raises:
        CheckFailed: They differ.
    """
    truth = observe(reference.mlp_numpy)
    try:
        compare(truth, known_mistakes.matcher("mlp_numpy", observe, passed=passed))
    except CheckFailed as failure:
        try:
            follows = observe(own(reference.mlp_numpy))
        except CheckFailed:
            raise failure from None
        if np.allclose(flat(follows), flat(truth), rtol=1e-4, atol=1e-7):
            raise
    else:
        return
    evidence.forget()
    by_own = known_mistakes.matcher("mlp_numpy", lambda module: observe(own(module)), passed=passed)
    try:
        compare(follows, by_own)
    except CheckFailed as failure:
        if failure.finding.diagnosis or not otherwise:
            raise
        raise failure.named(otherwise, "own") from None
    evidence.note("This is right for what your other methods give; these are not right yet.")


def with_own(at, *methods):
    """Makes a module of ours whose nets ask a student's net.

    Args:
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        methods: Which methods are the student's: ``forward``, ``loss``, ``gradients``.
    """
    known = {}

    def ask(method, net, X, *y):
        """Each question once: most mutants train as the reference does."""
        digest = blake2b(method.encode())
        for values in (*net.params.values(), X, *y):
            digest.update(np.ascontiguousarray(values).tobytes())
        key = digest.digest()
        if key not in known:
            theirs, cast = at(Probe(net.params, X, np.zeros(len(X), np.int64)))
            known[key] = reading[method](theirs.ask(method, (cast(X), *y), {}), net, len(X))
        return known[key]

    def forward(net, X):
        return ask("forward", net, X)

    def loss(net, X, y):
        return ask("loss", net, X, y)

    def gradients(net, X, y):
        return dict(ask("gradients", net, X, y))

    reading = {
        "forward": lambda answer, net, rows: answer.array((rows, len(net.params["b2"]))),
        "loss": lambda answer, _net, _rows: answer.number(),
        "gradients": lambda answer, net, _rows: answer.tensors({n: v.shape for n, v in net.params.items()}),
    }
    asking = {f.__name__: f for f in (forward, loss, gradients) if f.__name__ in methods}
    return lambda module: SimpleNamespace(MLP=type("MLP", (module.MLP,), asking))


def net_at(module):
    """Gives the student's net with a probe's weights, and what turns inputs into its precision: nothing here."""
    return lambda probe: (probe.net(module), lambda values: values)


def flat(seen):
    """All numbers of what was observed."""
    if isinstance(seen, dict):
        seen = list(seen.values())
    if isinstance(seen, list):
        return np.concatenate([flat(part) for part in seen])
    return np.ravel(np.asarray(seen, dtype=float))
