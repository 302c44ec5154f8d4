"""Training: the rule of a step, the path of the weights, the curve of the loss."""

import numpy as np

from grader.checks import (
    MEAN,
    Answer,
    GradientCase,
    check,
    curves_match,
    fail,
    gradients_match,
    reaches,
    same_curve,
)
from test_suites.week06.lab1_mlp.hidden.own import judged, net_at, with_own
from test_suites.week06.lab1_mlp.hidden.probes import (
    BACKWARD,
    Probe,
    Run,
    clear_run,
    convention_of,
    draw,
    epochs,
    images,
    single,
    weights,
)
from test_suites.week06.lab1_mlp.hidden.test_initialisation import shapes


@check("fit.step", needs="init.used", explained_by=("example.step", "gradients.W1", "gradients.W2"))
def test_step(student, reference, rng, evidence, known_mistakes):
    """One step of fit moves every parameter by -lr times its gradient on the batch."""
    runs = one_step_each(rng, convention_of(student.mlp_numpy, reference, rng))
    movements_match(runs, "update", net_at(student.mlp_numpy), reference, evidence, known_mistakes)


@check("fit.path", needs="init.used", explained_by=("fit.step", "gradients.W1", "gradients.W2"))
def test_path(student, reference, rng, evidence, known_mistakes):
    """After three epochs, short last batches included, the weights are where gradient descent leads."""
    convention = convention_of(student.mlp_numpy, reference, rng)
    runs = [
        clear_run(
            reference.mlp_numpy,
            lambda n=n, size=size: Run(draw(rng, n=n), 0.2, epochs(rng, n, size, 3), convention),
        )
        for n, size in ((13, 5), (22, 8))
    ]
    movements_match(runs, "movement", net_at(student.mlp_numpy), reference, evidence, known_mistakes)


@check(
    "fit.curve",
    needs="init.used",
    explained_by=("fit.step", "fit.path", "loss.value", "gradients.W1", "gradients.W2"),
)
def test_curve(student, reference, rng, lab, evidence, known_mistakes):
    """The losses that fit returns, each before its step, are the reference's curve on real digits."""
    run = digits_run(reference, lab, rng, convention_of(student.mlp_numpy, reference, rng))
    net = run.start.net(student.mlp_numpy)
    curve_matches(
        run.on(net),
        run,
        net_at(student.mlp_numpy),
        reference,
        evidence,
        known_mistakes,
        title="Loss of each mini-batch: your NumPy net",
        single=net.get("params").is_single(),
    )


@check("fit.every_batch", needs="init.used", explained_by=("fit.step", "loss.value"))
def test_every_batch(student, rng):
    """A step is taken for each batch that fit is given, however small the loss is or how little it falls."""
    every_batch_is_a_step(rng, net_at(student.mlp_numpy))


@check("fit.repeatable", needs="init.used")
def test_repeatable(student, reference, rng, lab, evidence):
    """The same start and the same batches give the same curve, in this run and in the next."""
    run = digits_run(reference, lab, rng)
    net = run.start.net(student.mlp_numpy)
    single = net.get("params").is_single()
    first = run.on(net)
    net.set("params", run.start.params)
    same_curve(first, run.on(net), evidence=evidence, single=single)
    same_curve(first, run.on(run.start.net(student.fresh().mlp_numpy)), evidence=evidence, single=single)


@check(
    "fit.learns_digits",
    needs="init.used",
    explained_by=(
        "fit.step",
        "fit.path",
        "fit.curve",
        "forward.logits",
        "gradients.W1",
        "gradients.W2",
        "gradients.b1",
        "gradients.b2",
    ),
)
def test_learns_digits(student, reference, rng, withheld, lab, evidence):
    """Trained from its own first weights, the net reads digits it has never seen."""
    factor = convention_of(student.mlp_numpy, reference, rng).factor(32)
    reads_digits(
        student.mlp_numpy, net_at(student.mlp_numpy), factor, reference, rng, withheld, lab, evidence
    )


def reads_digits(module, at, factor, reference, rng, withheld, lab, evidence):
    """A net of this module, trained from its own first weights, reads unseen digits.

    Args:
        module: On the student's side.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        factor: By which its gradients of 32 rows differ from those of the mean.
        reference: Computes the predictions, from the trained weights.
        rng: Draws batches.
        withheld: Draws which digits are kept back.
        lab: Has the digits.
        evidence: Gets the accuracy.
    """
    X, y = images(reference, lab, withheld, 1797)
    seen, unseen = slice(0, 1437), slice(1437, 1797)
    sizes = {"n_in": X.shape[1], "n_hidden": 32, "n_out": 10}
    new = module.MLP(*sizes.values(), seed=int(rng.integers(1000)))
    first = new.get("params").tensors(shapes(sizes))
    net, cast = at(Probe(first, X[seen], y[seen]))
    net.fit(cast(X[seen]), y[seen], lr=0.3 / factor, batches=epochs(rng, 1437, 32, EPOCHS))
    trained = reference.mlp_numpy.MLP(*sizes.values())
    trained.params = net.get("params").tensors(shapes(sizes))
    reaches(
        "accuracy on 360 unseen digits",
        float((trained.predict(X[unseen]) == y[unseen]).mean()),
        FLOOR[X.shape[1]],
        evidence=evidence,
        hint="Each step is right, so look at the first weights: too small, too large, or all alike?",
    )


EPOCHS = 10
FLOOR = {64: 0.85, 784: 0.78}
"""By pixels. Over eight kinds of first weights (He, Xavier, torch's, uniform, normal with 0.1 to 0.0001) and
25 seeds each, the least was .90 on the small digits and .83 on MNIST."""


def one_step_each(rng, convention=MEAN):
    """Three runs of one step, with a small, a usual and a large learning rate."""
    runs = []
    for about in (0.07, 0.4, 1.3):
        probe, lr = draw(rng, n=16), about * rng.uniform(0.8, 1.2)
        runs.append(Run(probe, lr, [rng.permutation(16)[: rng.integers(5, 12)]], convention))
    return runs


def movement(run, params):
    """How far a run has moved the weights, over -lr, so that one step gives the gradient."""
    return {name: (run.start.params[name] - params[name]) / run.lr for name in BACKWARD}


def movements_match(runs, what, at, reference, evidence, known_mistakes, **options):
    """How far each run moves the weights.

    Args:
        runs: From where, over which batches.
        what: What a movement is called.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        reference: Computes the true movements.
        evidence: Gets the largest errors.
        known_mistakes: Name a bug.
        options: Of ``judged``.
    """
    answers, single = [], False
    for run in runs:
        net, cast = at(run.start)
        told = run.on(net, cast)
        params = net.get("params")
        single = single or params.is_single() or cast(run.start.X).dtype == np.float32
        answers.append(Answer(told.call, movement(run, params.tensors(shapes(run.start.sizes)))))

    def compare(movements, diagnose):
        cases = []
        for run, true in zip(runs, movements, strict=True):
            sizes = {**run.start.sizes, "N": len(run.batches[0]), "lr": run.lr}
            cases.append(GradientCase(true, sizes, run.start.params, what=what))
        gradients_match(answers, cases, single=single, evidence=evidence, diagnose=diagnose)

    judged(
        compare,
        lambda module: [movement(run, run.of(module)[1]) for run in runs],
        with_own(at, "loss", "gradients"),
        reference,
        evidence,
        known_mistakes,
        otherwise="Your steps are not -lr times the gradients that your own gradients(X, y) gives.",
        **options,
    )


def curve_matches(told, run, at, reference, evidence, known_mistakes, *, passed=None, **options):
    """The losses of a run.

    Args:
        told: What fit returned.
        run: From where, over which batches.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        reference: Computes the true losses.
        evidence: Gets the plot.
        known_mistakes: Name a bug.
        passed: Of ``judged``.
        options: Of ``curves_match``.
    """
    sizes = [len(rows) for rows in run.batches]

    def compare(losses, diagnose):
        curves_match(
            told, losses, evidence=evidence, least=1.0, batch_sizes=sizes, diagnose=diagnose, **options
        )

    judged(
        compare,
        lambda module: run.of(module)[0],
        with_own(at, "loss", "gradients"),
        reference,
        evidence,
        known_mistakes,
        passed=passed,
        otherwise=""
        if known_mistakes.passed.isdisjoint(("fit.path", "port.step"))  # a wrong step explains the curve
        else "Your curve is not that of gradient descent along your own loss and gradients.",
    )


def every_batch_is_a_step(rng, at):
    """One batch again and again, where nothing is left to be learnt, and where a step is too small to be seen.

    Args:
        rng: Draws the runs.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
    """
    for probe, lr in ((draw(rng, n=13), 1e-9), (sure(rng), 1e-3)):
        net, cast = at(probe)
        told = net.fit(cast(probe.X), probe.y, lr=lr, batches=[rng.permutation(13)] * 40)
        if (count := told.numbers().size) < 40:
            raise fail(
                f"fit stops before its batches are used up: {count} steps of 40.",
                call=told.call,
                hint="Take a step for every batch, also if the loss is small or hardly falls: no early stop.",
            )


def sure(rng):
    """A net with nothing left to learn: each true class is 20 above the others, and no logit is beyond 400."""
    largest = np.inf
    while largest > 400:
        probe = draw(rng, n=40)
        params = {**probe.params, "b2": np.zeros_like(probe.params["b2"])}
        logits = np.maximum(probe.X @ params["W1"] + params["b1"], 0) @ params["W2"]
        first, second = np.sort(logits, axis=1)[:, :-3:-1].T
        rows = np.argsort(second - first)[:13]
        scale = 20 / (first - second)[rows].min()
        largest = scale * np.abs(logits[rows]).max()
    params["W2"] = single(scale * params["W2"])
    return Probe(params, probe.X[rows], logits[rows].argmax(axis=1))


def digits_run(reference, lab, rng, convention=MEAN):
    """A hundred steps on digits: twenty epochs of four batches of 16 and a short one of 11."""

    def draw_run():
        X, y = images(reference, lab, rng, 75)
        start = weights(rng, X.shape[1], 12, 10)
        start["W2"] /= 4  # small logits: no probability is so small that log(p + 1e-8) would differ
        return Run(Probe(start, X, y), 0.1, epochs(rng, 75, 16, 20), convention)

    return clear_run(reference.mlp_numpy, draw_run)
