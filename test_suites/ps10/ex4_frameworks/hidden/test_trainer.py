"""The loop: its modes, its rate, when it stops, what it keeps and logs.

A linear model on an orthogonal design goes straight to the targets of its training data; where those of the
validation data lie decides whether the validation loss falls, rises, or falls first.
"""

import numpy as np

from grader.checks import check, fail

SIZE = 16
"""Examples in each set; two batches of eight, in each of which every input stands twice."""

RATE = 0.2
"""Of plain SGD: with this design each epoch takes away 0.19 of what is left."""


class Scene:
    """A model with weights 0 of 4, which training takes to ``goal``; validation wants ``wanted``."""

    def __init__(self, student, goal, wanted, growing=0.0):
        side = student.trainer
        self.side = side
        self.X = np.tile(np.eye(4), (SIZE // 4, 1))
        self.goal, self.wanted = goal, wanted
        model = side.tool("bench.network", {"W": np.zeros((1, 4))})
        optimizer = side.tool("bench.optimizer", model, RATE)
        self.trainer = side.CustomTrainer(model, optimizer, side.tool("bench.loss", "MSELoss"))
        self.data = side.tool("bench.batches", self.X, self.X @ goal[:, None], 8, growing)
        self.check = side.tool("bench.batches", self.X, self.X @ wanted[:, None], 8)

    def run(self, epochs):
        """Train; returns what the data noted."""
        told = self.side.tool("bench.train", self.trainer, self.data, self.check, epochs)
        if told.item("epochs").whole() == 0:
            raise fail("train does not go through the training data.", call="CustomTrainer.train")
        return told

    def loss(self, weights):
        """The validation loss of weights (4,): the mean over examples."""
        return float(((self.X @ (weights - self.wanted)) ** 2).mean())


def goal_of(rng):
    """Weights of order 30: no usual ``min_delta`` is near the change of a loss."""
    return rng.choice([-1.0, 1.0], size=4) * rng.uniform(30, 60, size=4)


@check("trainer.modes")
def test_modes(student, rng):
    """Training batches are seen in train mode, every epoch, and validation batches in eval mode."""
    side = student.trainer
    model = side.tool("bench.watch")
    trainer = side.CustomTrainer(
        model, side.tool("bench.optimizer", model, 0.01), side.tool("bench.loss", "MSELoss")
    )
    sets = [
        side.tool("bench.batches", rng.normal(size=(n, 4)), rng.normal(size=(n, 1)), n // 2) for n in (10, 14)
    ]
    side.tool("bench.train", trainer, *sets, 3)
    seen = side.tool("bench.seen", model).array((None, 3))
    trained = seen[(seen[:, 0] == 5) & (seen[:, 2] == 1)]
    validated = seen[seen[:, 0] == 7]
    if not len(validated):
        raise fail("The model never sees the validation data.", call="CustomTrainer.train")
    if not trained[:, 1].all():
        raise fail(
            "The model is trained in eval mode.",
            call="CustomTrainer.train",
            how_many=f"{int((trained[:, 1] == 0).sum())} of {len(trained)} training batches",
            diagnosis=EVAL_KEPT if trained[0, 1] else "",
            diagnosis_id="eval-mode-kept" if trained[0, 1] else "",
            hint="model.train() belongs at the start of each epoch.",
        )
    if validated[:, 1].any():
        raise fail(
            "The model is validated in train mode.",
            call="CustomTrainer.train",
            how_many=f"{int(validated[:, 1].sum())} of {len(validated)} validation batches",
            diagnosis=NO_EVAL,
            diagnosis_id="validated-in-train-mode",
        )


EVAL_KEPT = "After the first validation the model stays in eval mode: dropout and batch norm no longer train"
NO_EVAL = "model.eval() is missing before validation: dropout and batch norm work as in training"


@check("trainer.schedule")
def test_schedule(student, rng):
    """The learning rate changes while it trains."""
    goal = goal_of(rng)
    rates = Scene(student, goal, goal).run(60).item("rates").numbers()
    if len(np.unique(rates)) == 1:  # a schedule that waits for a plateau has seen none
        rates = np.append(rates, Scene(student.fresh(), goal, -goal).run(60).item("rates").numbers())
    if len(np.unique(rates)) == 1:
        raise fail(
            "The learning rate never changes.",
            call="CustomTrainer.train(…, epochs=60)",
            yours=f"{rates[0]:g} in all {len(rates)} epochs",
            hint="Call the scheduler's step() once an epoch; it belongs to this trainer's optimizer.",
        )


@check("trainer.early_stopping")
def test_early_stopping(student, rng):
    """It stops when the validation loss rises, and not while it falls."""
    goal = goal_of(rng)
    rising = Scene(student, goal, -goal).run(100).item("epochs").whole()
    falling = Scene(student.fresh(), goal, goal, growing=30.0).run(EPOCHS).item("epochs").whole()
    goes_on, gives_up = rising > 40, falling < EPOCHS - 1  # patience up to 10, twice, and a margin
    if not goes_on and not gives_up:
        return
    both = Scene(student.fresh(), goal, goal).run(EPOCHS).item("epochs").whole()
    named = UPWARDS if both < EPOCHS - 1 else BY_TRAINING if gives_up else NEVER
    if goes_on:
        raise fail(
            "It goes on although the validation loss rises from the first epoch.",
            call="CustomTrainer.train(…, epochs=100)",
            yours=f"{rising} epochs",
            expected="about as many as your patience",
            diagnosis=named,
            diagnosis_id="early-stopping",
        )
    raise fail(
        "It stops although the validation loss is still falling.",
        call=f"CustomTrainer.train(…, epochs={EPOCHS})",
        yours=f"stopped after {falling} epochs",
        expected=f"{EPOCHS} epochs: only the training loss rises here",
        hint="Compare the validation loss with the best so far, and count from 0 after each better one.",
    )


EPOCHS = 20
UPWARDS = "It stops when the loss gets less: the comparison is the wrong way round"
BY_TRAINING = "The training loss decides when to stop, where the validation loss should"
NEVER = "Nothing stops it: all epochs are gone through"


@check("trainer.history")
def test_history(student, rng):
    """val_loss holds the validation loss of each epoch, train_loss the training loss."""
    goal = goal_of(rng)
    scene = Scene(student, goal, 0.3 * goal)
    told = scene.run(4)
    for name in ("val_loss", "train_loss"):
        if len(told.item(name).numbers()) < 4:
            raise fail(
                f"{name} does not hold a loss for each epoch.",
                yours=f"{len(told.item(name).numbers())} values after 4 epochs",
            )
    if not snapshots(told):
        raise fail("The model never sees the validation data.", call="CustomTrainer.train")
    yours = told.item("val_loss").numbers()
    truth = np.array([scene.loss(row.fitted((4,))) for row in snapshots(told)])
    near = [min(abs(value - truth) / truth.max()) < 1e-3 for value in yours]
    if not all(near):
        factors = yours[: len(truth)] / truth[: len(yours)]
        named = f"val_loss is {factors[0]:.3g} times the mean loss" if np.ptp(factors) < 1e-3 else ""
        raise fail(
            "val_loss is not the mean loss on the validation data.",
            yours=", ".join(f"{value:.4g}" for value in yours[:4]),
            expected=", ".join(f"{value:.4g}" for value in truth[:4]),
            diagnosis=named,
            diagnosis_id="factor" if named else "",
        )


def snapshots(told):
    """The weights at each validation, as answers."""
    from grader.checks import Answer

    rows = told.item("weights")
    parts = rows.as_it_came() if isinstance(rows.as_it_came(), list) else []
    return [Answer(rows.call, part) for part in parts]


@check("trainer.checkpoint")
def test_checkpoint(student, rng):
    """The weights with the least validation loss are in a file of the working folder."""
    goal = goal_of(rng)
    scene = Scene(student, goal, 0.5 * goal)  # best after 3 epochs, then worse
    told = scene.run(30)
    weights = [row.fitted((4,)) for row in snapshots(told)]
    if not weights:
        raise fail("The model never sees the validation data.", call="CustomTrainer.train")
    best = min(weights, key=scene.loss)
    files = [name for name in student.trainer.files() if "tfevents" not in name and not name.endswith(".py")]
    if not files:
        raise fail("train leaves no checkpoint in the working folder.", call="CustomTrainer.train")
    room = student.without_code("onnx")
    held = []
    for number, name in enumerate(files[:40]):
        suffix = ".npz" if name.endswith(".npz") else ".pt"
        room.bring(f"checkpoint{number}{suffix}", student.trainer.read(name))
        kept = room.tool("opening.load", f"checkpoint{number}{suffix}")
        found = [kept.item(key) for key in kept.names()]
        held += [each.fitted((4,)) for each in found if is_weights(each)]
    if not held:
        raise fail(
            "No file of the working folder holds the model's weights.",
            call="CustomTrainer.train",
            yours=", ".join(str(name)[:40] for name in files[:4]),
            hint="torch.save(model.state_dict(), path) keeps weights.",
        )
    nearest = apart(held, best)
    if nearest > 1e-3:
        last = apart(held, weights[-1]) < 1e-3
        raise fail(
            "The checkpoint does not hold the best weights.",
            call="CustomTrainer.train",
            yours=f"weights that are {nearest:.3g} away from those with the least validation loss",
            diagnosis=THE_LAST if last else "",
            diagnosis_id="last-checkpoint" if last else "",
            hint="" if last else "Save when the validation loss is less than the best so far, and only then.",
        )


THE_LAST = "The checkpoint holds the last weights, not the best ones"


def is_weights(answer):
    """Whether it can be the weights: four numbers, along one axis."""
    return answer.is_finite() and [n for n in answer.shape() if n != 1] == [4]


def apart(held, weights):
    """How far the nearest of those that are held is from these weights."""
    return min(float(np.abs(each - weights).max()) for each in held)


@check("trainer.tensorboard")
def test_tensorboard(student, rng):
    """TensorBoard's event file shows a loss for each epoch."""
    goal = goal_of(rng)
    epochs = 5
    Scene(student, goal, goal).run(epochs)
    written = [name for name in student.trainer.files() if "tfevents" in name]
    if not written:
        raise fail(
            "train writes no event file.",
            call="CustomTrainer.train",
            hint="torch.utils.tensorboard.SummaryWriter('runs') writes one into the working folder.",
        )
    room = student.without_code("onnx")
    longest, steps = 0, 0
    for number, name in enumerate(written[:20]):
        room.bring(f"events.{number}.tfevents", student.trainer.read(name))
        told = room.tool("opening.scalars", f"events.{number}.tfevents")
        for tag in told.names():
            if isinstance(told.as_it_came(), dict) and isinstance(told.as_it_came()[tag], list):
                at, values = told.item(tag).pair()
                longest = max(longest, len(values.numbers()))
                steps = max(steps, len(np.unique(at.numbers())))
    if longest < epochs:
        raise fail(
            "The event file does not show a loss for each epoch.",
            call=f"CustomTrainer.train(…, epochs={epochs})",
            yours=f"{longest} values in the longest series",
            expected=f"at least {epochs}",
        )
    if steps < epochs:
        raise fail(
            "All values in the event file stand at the same step.",
            yours=f"{steps} different steps",
            expected=f"{epochs}",
            hint="add_scalar(tag, value, global_step): the third argument is the epoch.",
        )
