"""The head of a classifier, and training steps: what needs nothing but PyTorch."""

from grader.checks import check, fail, values_match
from test_suites.ps10.ex4_frameworks.public.frameworks import FEATURES, lost


@check("transfer.head")
def test_head(student, rng):
    """The head has one output for each class, whatever their number."""
    for classes, count in ((10, 3), (7, 5), (2, 1)):
        model = student.transfer.transfer_learning_classifier(classes)
        X = rng.uniform(size=(count, 1, 16, 16))
        answer = student.transfer.tool("bench.logits", model, X)
        lost(answer, "The model can't be run.", hint="It takes images (N, 1, 16, 16), any number of them.")
        found = {(count, 10): TEN, (count, FEATURES): NO_HEAD}.get(answer.shape(), "")
        if found and answer.shape() != (count, classes):
            raise fail(
                "The head has the wrong number of outputs.",
                call=f"transfer_learning_classifier({classes})",
                yours=f"shape {answer.shape()} for {count} images",
                expected=f"shape {(count, classes)}",
                diagnosis=found,
                diagnosis_id="head",
            )
        answer.array((count, classes))


TEN = "The head has ten outputs, whatever n_classes says"
NO_HEAD = "There is no head: what comes out are the backbone's features"


@check("trainer.step")
def test_step(student, rng, known_mistakes):
    """A call of train_step makes the step that PyTorch makes, and the next one too."""
    weights = {
        "W1": rng.normal(size=(5, 4)),
        "b1": rng.normal(size=5),
        "W2": rng.normal(size=(3, 5)),
        "b2": rng.normal(size=3),
    }
    probes = [(rng.normal(size=(n, 4)), rng.integers(0, 3, size=n)) for n in (6, 7, 8)]
    side = student.trainer
    model = side.tool("bench.network", weights)
    optimizer = side.tool("bench.optimizer", model, RATE, MOMENTUM)
    trainer = side.CustomTrainer(model, optimizer, side.tool("bench.loss", "CrossEntropyLoss"))
    after = []
    for X, y in probes:
        trainer.train_step(X.astype("float32"), y)
        told = side.tool("bench.describe", model).item("state")
        after += [told.item(name) for name in ("0.weight", "0.bias", "2.weight", "2.bias")]
    values_match(
        after,
        true_steps(weights, probes),
        name="weights",
        diagnose=known_mistakes.matcher("modern_dl", lambda module: steps_of(module, weights, probes)),
        hint="The order is zero_grad, loss, backward, step; the loss is loss_fn's, as it is.",
    )


RATE, MOMENTUM = 0.25, 0.5


def true_steps(weights, probes):
    """The weights after each step of SGD with momentum, by PyTorch in float64."""
    import torch

    model = network(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    after = []
    for X, y in batches(probes):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()
        after += [p.detach().numpy().copy() for p in model.parameters()]
    return after


def steps_of(module, weights, probes):
    """The same by a module's ``CustomTrainer``."""
    import torch

    model = network(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    trainer = module.CustomTrainer(model, optimizer, torch.nn.CrossEntropyLoss())
    after = []
    for X, y in batches(probes):
        trainer.train_step(X, y)
        after += [p.detach().numpy().copy() for p in model.parameters()]
    return after


def network(weights):
    """Linear, tanh, linear with these weights, in float64."""
    import torch

    H, D = weights["W1"].shape
    layers = torch.nn.Linear(D, H), torch.nn.Tanh(), torch.nn.Linear(H, len(weights["b2"]))
    model = torch.nn.Sequential(*layers).double()
    for parameter, name in zip(model.parameters(), ("W1", "b1", "W2", "b2"), strict=True):
        parameter.data = torch.tensor(weights[name])
    return model


def batches(probes):
    """Inputs, in single precision as they are sent, and labels, as tensors."""
    import torch

    return [(torch.tensor(X.astype("float32")).double(), torch.tensor(y)) for X, y in probes]
