"""What runs beside the code of Exercise 4: networks to train, data that watches, clients for a server.

Nothing here decides; what it gives is held against what is computed elsewhere.
"""

import http.client
import json
import socket
import threading

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def _lost(error):
    return {"lost": f"{type(error).__name__}: {error}"[:200]}


def _module(found):
    """The first ``nn.Module`` at any depth, or None."""
    if isinstance(found, nn.Module):
        return found
    if isinstance(found, list | tuple):
        return next((m for m in map(_module, found) if m is not None), None)
    return None


# ── a classifier ─────────────────────────────────────────────────────────────────────────────────────────


def describe(found):
    """What a model is; ``lost`` if it isn't one.

    Returns:
        ``state``: name → array; ``trained``: the names of what is trained; ``marked``: the names of modules that have
        an attribute ``requires_grad``, which means nothing.
    """
    model = _module(found)
    if model is None:
        return {"lost": f"a {type(found).__name__} is not an nn.Module"}
    return {
        "state": {name: _array(value) for name, value in model.state_dict().items()},
        "trained": [name for name, value in model.named_parameters() if value.requires_grad],
        "marked": [name for name, module in model.named_modules() if "requires_grad" in vars(module)],
    }


def _array(value):
    """A tensor as an array of its own precision; of those that NumPy lacks, in double."""
    usual = value.dtype in {torch.float32, torch.float64, torch.int64}
    return np.array(value.detach().to(value.dtype if usual else torch.float64).numpy())


def dataset(X, y):
    """A ``TensorDataset`` of images, float32, and labels, int64."""
    return TensorDataset(X.float(), y.long())


def logits(found, X):
    """What a model makes of images, in eval mode."""
    model = _module(found)
    if model is None:
        return {"lost": "there is no nn.Module"}
    try:
        model.eval()
        with torch.no_grad():
            return model(X.float()).double()
    except Exception as error:
        return _lost(error)


# ── training ─────────────────────────────────────────────────────────────────────────────────────────────


def network(weights):
    """Linear, tanh, linear with these weights: W1 (H, D), b1, W2 (C, H), b2; or linear alone: W (C, D)."""
    if "W" in weights:
        layer = nn.Linear(weights["W"].shape[1], weights["W"].shape[0], bias=False)
        layer.weight.data = weights["W"].float().clone()
        return layer
    first = nn.Linear(weights["W1"].shape[1], weights["W1"].shape[0])
    second = nn.Linear(weights["W2"].shape[1], weights["W2"].shape[0])
    for value, name in (
        (first.weight, "W1"),
        (first.bias, "b1"),
        (second.weight, "W2"),
        (second.bias, "b2"),
    ):
        value.data = weights[name].float().clone()
    return nn.Sequential(first, nn.Tanh(), second)


def optimizer(model, rate, momentum=0.0):
    """SGD of a model's parameters."""
    return torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)


def loss(name):
    """``CrossEntropyLoss`` or ``MSELoss``, the mean over a batch."""
    return getattr(nn, name)()


def pair(x, y, labels=False):
    """A batch in single precision."""
    return [x.float(), y.long() if labels else y.float()]


class Watch(nn.Module):
    """A linear layer that writes down each batch that it sees: its size, the mode, whether gradients are kept."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 1)
        self.seen = []

    def forward(self, x):
        """(N, 4) → (N, 1)."""
        self.seen.append([len(x), float(self.training), float(torch.is_grad_enabled())])
        return self.inner(x)


def watch():
    """A ``Watch``."""
    return Watch()


def seen(model):
    """What a ``Watch`` wrote down, (calls, 3)."""
    return np.array(model.seen, dtype=np.float64).reshape(-1, 3)


class Batches(DataLoader):
    """Batches in a fixed order that note the weights and the rate whenever an epoch begins.

    ``growing`` moves half of the targets of epoch k up by k times as much, and half of them down: a linear model's
    mean squared error grows by the square of it, and its gradient stays as it is.
    """

    def __init__(self, X, y, size, growing=0.0):
        super().__init__(TensorDataset(X.float(), y.float()), batch_size=size)
        object.__setattr__(self, "growing", growing)
        object.__setattr__(self, "weights", [])
        object.__setattr__(self, "rates", [])
        object.__setattr__(self, "trainer", None)

    def __iter__(self):
        """One epoch."""
        trained = self.trainer
        if trained is not None:
            state = [value.detach().double().numpy().ravel() for value in trained.model.parameters()]
            self.weights.append(np.concatenate(state))
            self.rates.append(float(trained.optimizer.param_groups[0]["lr"]))
        move = self.growing * len(self.weights)
        for x, y in super().__iter__():
            sign = torch.ones(len(y), 1)
            sign[len(y) // 2 :] = -1
            yield x, y + move * sign


def batches(X, y, size, growing=0.0):
    """A ``Batches``."""
    return Batches(X, y, size, growing)


def train(trainer, train_data, val_data, epochs):
    """Run ``trainer.train``; returns what the data noted, the epochs that began, and the trainer's lists."""
    train_data.trainer = val_data.trainer = trainer
    trainer.train(train_data, val_data, epochs)
    _flush()
    return {
        "epochs": len(train_data.weights),
        "rates": list(train_data.rates),
        "weights": [np.array(w) for w in val_data.weights],
        "val_loss": [float(value) for value in trainer.val_loss],
        "train_loss": [float(value) for value in trainer.train_loss],
    }


def _flush():
    """Event files are written at once, whether or not they were closed."""
    import gc

    from torch.utils.tensorboard import SummaryWriter

    for found in gc.get_objects():
        if isinstance(found, SummaryWriter):
            found.flush()


# ── serving ──────────────────────────────────────────────────────────────────────────────────────────────


def classifier(weights, n_classes):
    """A backbone, dropout and a head with these weights, in train mode as after an epoch."""
    from backbone import FEATURES, Backbone

    model = nn.Sequential(Backbone(), nn.Dropout(0.5), nn.Linear(FEATURES, n_classes))
    held = model.state_dict()
    model.load_state_dict({name: weights[name].to(held[name].dtype) for name in held})
    return model.train()


def save(model, path):
    """``torch.save`` of a whole model."""
    torch.save(model, path)


class _Connection(http.client.HTTPConnection):
    """HTTP on a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self._path = path

    def connect(self):
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(20)
        self.sock.connect(self._path)


def _post(path, body):
    """[status, the answer's JSON]; status 0 where there is no answer."""
    try:
        connection = _Connection(path)
        connection.request("POST", "/predict", body)
        response = connection.getresponse()
        return [response.status, json.loads(response.read())]
    except Exception as error:
        return [0, _lost(error)]


def clients(server, bodies, together=True):
    """Send each body to ``serve.py`` with this server behind it, all at once or one after another.

    Returns:
        For each body [status, answer].
    """
    import serve

    path = f"bench{id(bodies)}.sock"
    behind = serve.HTTPServer(path, server)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    answers = [[0, {"lost": "no answer"}] for _ in bodies]

    def ask(number):
        answers[number] = _post(path, bodies[number].encode())

    if together:
        threads = [threading.Thread(target=ask, args=(n,), daemon=True) for n in range(len(bodies))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
    else:
        for number in range(len(bodies)):
            ask(number)
    behind.shutdown()
    behind.server_close()
    return answers
