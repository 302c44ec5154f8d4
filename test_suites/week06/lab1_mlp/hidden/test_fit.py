"""Training: the rule of a step, the path of the weights, the curve of the loss."""

import numpy as np

from grader.checks import (
    MEAN,
    Answer,
    CheckFailed,
    GradientCase,
    check,
    curves_match,
    fail,
    gradients_match,
    reaches,
    same_curve,
)
from test_suites.week06.lab1_mlp.hidden.probes import (
    BACKWARD,
    Probe,
    Run,
    clear_run,
    convention_of,
    draw,
    epochs,
    images,
    own_descent,
    single,
    weights,
)
from test_suites.week06.lab1_mlp.hidden.test_initialisation import shapes


@check("fit.step", needs="init.used", explained_by=("example.step", "gradients.W1", "gradients.W2"))
def test_step(student, reference, rng, evidence, known_mistakes):
    """One step of fit moves every parameter by -lr times its gradient on the batch."""
    runs = one_step_each(rng, convention_of(student.mlp_numpy, reference, rng))
    at = net_at(student.mlp_numpy)
    movements_match(runs, "update", at, reference, evidence, matcher(known_mistakes, runs))


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
    at = net_at(student.mlp_numpy)
    movements_match(runs, "movement", at, reference, evidence, matcher(known_mistakes, runs))


@check(
    "fit.curve", needs="init.used", explained_by=("fit.step", "loss.value", "gradients.W1", "gradients.W2")
)
def test_curve(student, reference, rng, lab, evidence, known_mistakes):
    """The losses that fit returns, each before its step, are the reference's curve on real digits."""
    run = digits_run(reference, lab, rng, convention_of(student.mlp_numpy, reference, rng))
    net = run.start.net(student.mlp_numpy)
    losses_match(
        run.on(net),
        run,
        net_at(student.mlp_numpy),
        reference,
        evidence=evidence,
        title="Loss of each mini-batch: your NumPy net",
        single=net.get("params").is_single(),
        diagnose=known_mistakes.matcher("mlp_numpy", lambda module: run.of(module)[0]),
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
    explained_by=("fit.step", "fit.path", "fit.curve", "forward.logits", "gradients.W1", "gradients.W2"),
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


def net_at(module):
    """Gives the student's net with a probe's weights, and what turns inputs into its precision: nothing here."""
    return lambda probe: (probe.net(module), lambda values: values)


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


def matcher(known_mistakes, runs, **options):
    """The known mistakes' reading of movements."""
    return known_mistakes.matcher(
        "mlp_numpy", lambda module: [movement(run, run.of(module)[1]) for run in runs], **options
    )


def movements_match(runs, what, at, reference, evidence, diagnose):
    """How far each run moves the weights; where the student's gradients are wrong, along these.

    Args:
        runs: From where, over which batches.
        what: What a movement is called.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        reference: Computes the true movements.
        evidence: Gets the largest errors.
        diagnose: Names the bug.
    """
    answers, single = [], False
    for run in runs:
        net, cast = at(run.start)
        told = run.on(net, cast)
        params = net.get("params")
        single = single or params.is_single() or cast(run.start.X).dtype == np.float32
        answers.append(Answer(told.call, movement(run, params.tensors(shapes(run.start.sizes)))))

    def held_against(ends):
        cases = []
        for run, end in zip(runs, ends, strict=True):
            sizes = {**run.start.sizes, "N": len(run.batches[0]), "lr": run.lr}
            cases.append(GradientCase(movement(run, end), sizes, run.start.params, what=what))
        gradients_match(answers, cases, single=single, evidence=evidence, diagnose=diagnose)

    try:
        held_against([run.of(reference.mlp_numpy)[1] for run in runs])
    except CheckFailed:
        own = [own_descent(at, run) for run in runs]
        if not follows_own(own, lambda: held_against([end for _, end in own]), evidence):
            raise


def losses_match(told, run, at, reference, *, evidence, **options):
    """The losses of a run are the reference's; where the student's loss or gradients are wrong, those that follow.

    Args:
        told: What fit returned.
        run: From where, over which batches.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        reference: Computes the true losses.
        evidence: Gets the plot.
        options: Of ``curves_match``.
    """

    def held_against(losses):
        curves_match(
            told, losses, evidence=evidence, least=1.0, batch_sizes=[len(b) for b in run.batches], **options
        )

    try:
        held_against(run.of(reference.mlp_numpy)[0])
    except CheckFailed:
        own = own_descent(at, run)
        if not follows_own([own], lambda: held_against(own[0]), evidence):
            raise


def follows_own(own, hold, evidence):
    """Whether training is gradient descent along gradients of the student's own, wrong as these may be.

    Args:
        own: What ``own_descent`` gave, for each run.
        hold: Compares with that; raises CheckFailed.
        evidence: Starts anew, and gets a note.
    """
    if None in own:
        return False
    evidence.forget()
    try:
        hold()
    except CheckFailed:
        return False
    evidence.note("Your training follows your own gradients and loss, which are not right yet.")
    return True


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
