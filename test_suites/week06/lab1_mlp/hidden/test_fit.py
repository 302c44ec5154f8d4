"""Training: the rule of a step, the path of the weights, the curve of the loss."""

from grader.checks import (
    MEAN,
    Answer,
    GradientCase,
    check,
    curves_match,
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
    weights,
)
from test_suites.week06.lab1_mlp.hidden.test_initialisation import shapes


@check("fit.step", needs=("gradients.W1", "gradients.W2"))
def test_step(student, reference, rng, evidence, known_mistakes):
    """One step of fit moves every parameter by -lr times its gradient on the batch."""
    convention = convention_of(student.mlp_numpy, reference, rng)
    runs = []
    for lr in (0.07, 0.4, 1.3):
        probe = draw(rng, n=16)
        runs.append(
            Run(probe, lr * rng.uniform(0.8, 1.2), [rng.permutation(16)[: rng.integers(5, 12)]], convention)
        )
    movements_match(runs, "update", student, reference, evidence, known_mistakes)


@check("fit.path", needs="fit.step")
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
    movements_match(runs, "movement", student, reference, evidence, known_mistakes)


@check("fit.curve", needs="fit.step")
def test_curve(student, reference, rng, lab, evidence, known_mistakes):
    """The losses that fit returns, each before its step, are the reference's curve on real digits."""
    run = digits_run(reference, lab, rng, convention_of(student.mlp_numpy, reference, rng))
    net = run.start.net(student.mlp_numpy)
    curves_match(
        run.on(net),
        run.of(reference.mlp_numpy)[0],
        evidence=evidence,
        title="Loss of each mini-batch: your NumPy net",
        single=net.get("params").is_single(),
        batch_sizes=[len(rows) for rows in run.batches],
        diagnose=known_mistakes.matcher("mlp_numpy", lambda module: run.of(module)[0], passed=GRADIENTS),
    )


@check("fit.repeatable", needs="init.shapes")
def test_repeatable(student, reference, rng, lab, evidence):
    """The same start and the same batches give the same curve, in this run and in the next."""
    run = digits_run(reference, lab, rng)
    net = run.start.net(student.mlp_numpy)
    single = net.get("params").is_single()
    first = run.on(net)
    net.set("params", run.start.params)
    same_curve(first, run.on(net), evidence=evidence, single=single)
    same_curve(first, run.on(run.start.net(student.fresh().mlp_numpy)), evidence=evidence, single=single)


@check("fit.learns_digits", needs=("fit.step", "predict.labels"))
def test_learns_digits(student, reference, rng, withheld, lab, evidence):
    """Trained from its own first weights, the net reads digits it has never seen."""
    X, y = images(reference, lab, withheld, 1797)
    seen, unseen = slice(0, 1437), slice(1437, 1797)
    sizes = {"n_in": X.shape[1], "n_hidden": 32, "n_out": 10}
    lr = 0.3 / convention_of(student.mlp_numpy, reference, rng).factor(32)
    net = student.mlp_numpy.MLP(*sizes.values(), seed=int(rng.integers(1000)))
    net.fit(X[seen], y[seen], lr=lr, batches=epochs(rng, 1437, 32, EPOCHS))
    trained = reference.mlp_numpy.MLP(*sizes.values())
    trained.params = net.get("params").tensors(shapes(sizes))
    reaches(
        "accuracy on 360 unseen digits",
        float((trained.predict(X[unseen]) == y[unseen]).mean()),
        FLOOR[X.shape[1]],
        evidence=evidence,
        hint="Each step is right, so look at the first weights: too small, too large, or all alike?",
    )


GRADIENTS = tuple(f"gradients.{name}" for name in BACKWARD)
EPOCHS = 10
FLOOR = {64: 0.85, 784: 0.78}
"""By pixels. Over eight kinds of first weights (He, Xavier, torch's, uniform, normal with 0.1 to 0.0001) and
25 seeds each, the least was .90 on the small digits and .83 on MNIST."""


def movements_match(runs, what, student, reference, evidence, known_mistakes):
    """How far each run moves the weights, over -lr, so that one step gives the gradient."""

    def movement(run, params):
        return {name: (run.start.params[name] - params[name]) / run.lr for name in BACKWARD}

    answers, cases = [], []
    for run in runs:
        net = run.start.net(student.mlp_numpy)
        told = run.on(net)
        params = net.get("params").tensors(shapes(run.start.sizes))
        answers.append(Answer(told.call, movement(run, params)))
        sizes = {**run.start.sizes, "N": len(run.batches[0]), "lr": run.lr}
        true = movement(run, run.of(reference.mlp_numpy)[1])
        cases.append(GradientCase(true, sizes=sizes, params=run.start.params, what=what))
    gradients_match(
        answers,
        cases,
        evidence=evidence,
        diagnose=known_mistakes.matcher(
            "mlp_numpy", lambda module: [movement(run, run.of(module)[1]) for run in runs], passed=GRADIENTS
        ),
    )


def digits_run(reference, lab, rng, convention=MEAN):
    """A hundred steps on digits: twenty epochs of four batches of 16 and a short one of 11."""

    def draw_run():
        X, y = images(reference, lab, rng, 75)
        start = weights(rng, X.shape[1], 12, 10)
        start["W2"] /= 4  # small logits: no probability is so small that log(p + 1e-8) would differ
        return Run(Probe(start, X, y), 0.1, epochs(rng, 75, 16, 20), convention)

    return clear_run(reference.mlp_numpy, draw_run)
