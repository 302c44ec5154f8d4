"""Correct submissions that look different from the reference: what strictness must not fail.

``CORRECT`` are lists of edits (module, text, other text) of the reference's files; ``SOLUTIONS`` are files of
``lab1_solutions``, each as somebody else would write one half of the lab.
"""

from __future__ import annotations

from pathlib import Path

Edits = list[tuple[str, str, str]]

N, T = "mlp_numpy.py", "mlp_torch.py"

LAST_LINE = "    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))\n"

IN_FLOAT32 = """

class MLP(MLP):  # weights and inputs are float32, and so is all that is made of them
    def __setattr__(self, name, value):
        if name == "params":
            value = {n: np.asarray(v, dtype=np.float32) for n, v in value.items()}
        super().__setattr__(name, value)

    def layers(self, X):
        return super().layers(X.astype(np.float32))

    def gradients(self, X, y):
        return super().gradients(X.astype(np.float32), y)
"""

CORRECT: dict[str, Edits] = {
    "everything in float32": [(N, LAST_LINE, LAST_LINE + IN_FLOAT32)],
    "inputs in float32": [(N, "Z = X @", "Z = X.astype(np.float32) @")],
    "a ReLU that lets zero pass": [(N, "(Z > 0)", "(Z >= 0)")],
    "bias gradients that keep their axis": [
        (N, "db1 = dZ.sum(axis=0)", "db1 = dZ.sum(axis=0, keepdims=True)"),
        (N, "db2 = dlogits.sum(axis=0)", "db2 = dlogits.sum(axis=0, keepdims=True)"),
    ],
    "a softmax that is not stable": [
        (N, "shifted = logits - logits.max(axis=1, keepdims=True)", "shifted = logits")
    ],
    "log(p + 1e-8)": [
        (
            N,
            "-log_p[np.arange(len(y)), y].mean()",
            "-np.log(np.exp(log_p[np.arange(len(y)), y]) + 1e-8).mean()",
        )
    ],
    "updates in place": [
        (N, "self.params[name] = self.params[name] - lr * gradient", "self.params[name] -= lr * gradient")
    ],
    "sums over the batch in another order": [
        (N, "dW1 = X.T @ dZ", 'dW1 = np.einsum("ni,nj->ij", X[::-1], dZ[::-1])')
    ],
    "first weights by Glorot": [
        (N, " * np.sqrt(2 / n_in)", " * np.sqrt(1 / n_in)"),
        (N, " * np.sqrt(2 / n_hidden)", " * np.sqrt(1 / n_hidden)"),
    ],
    "small first weights": [
        (N, " * np.sqrt(2 / n_in)", " * 0.01"),
        (N, " * np.sqrt(2 / n_hidden)", " * 0.01"),
    ],
    "plots when run as a script": [
        (
            N,
            "def log_softmax(logits):",
            'if __name__ == "__main__":\n    import matplotlib\n\n\ndef log_softmax(logits):',
        )
    ],
    "a port that works in float32 only": [
        (T, "H = F.relu(self.hidden(X))", "H = F.relu(self.hidden(X.float()))")
    ],
    "a port whose load_params makes new parameters": [
        (
            T,
            "            self.hidden.weight.copy_(W1.T)\n            self.hidden.bias.copy_(b1)\n",
            "            self.hidden.weight = nn.Parameter(W1.float().T.clone())\n"
            "            self.hidden.bias = nn.Parameter(b1.float())\n",
        )
    ],
    "a port whose load_params takes arrays": [
        (T, "torch.as_tensor(params[name]) for", "torch.from_numpy(params[name]) for")
    ],
    "a port whose loss is a float": [
        (T, "self.loss(X, y).backward()", "F.cross_entropy(self(X), y).backward()"),
        (T, "loss = self.loss(X[rows], y[rows])", "loss = F.cross_entropy(self(X[rows]), y[rows])"),
        (
            T,
            "        return F.cross_entropy(self(X), y)\n",
            "        return F.cross_entropy(self(X), y).item()\n",
        ),
    ],
    "a port that takes its steps itself": [
        (
            T,
            "            optimizer.step()\n",
            "            with torch.no_grad():\n"
            "                for p in self.parameters():\n"
            "                    p -= lr * p.grad\n",
        )
    ],
    "losses as tensors": [(T, "losses.append(loss.item())", "losses.append(loss.detach())")],
    "log(p + 1e-6), the largest stabiliser": [
        (
            N,
            "-log_p[np.arange(len(y)), y].mean()",
            "-np.log(np.exp(log_p[np.arange(len(y)), y]) + 1e-6).mean()",
        )
    ],
    "a probability clipped to 1e-7": [
        (
            N,
            "-log_p[np.arange(len(y)), y].mean()",
            "-np.log(np.clip(np.exp(log_p[np.arange(len(y)), y]), 1e-7, 1 - 1e-7)).mean()",
        )
    ],
    "a port with log(p + 1e-6)": [
        (
            T,
            "F.cross_entropy(self(X), y)",
            "F.nll_loss(torch.log(F.softmax(self(X), dim=1) + 1e-6), y)",
        )
    ],
    "nll_loss of log_softmax": [
        (T, "F.cross_entropy(self(X), y)", "F.nll_loss(F.log_softmax(self(X), dim=1), y)")
    ],
}


SOLUTIONS = {path.stem: path for path in sorted((Path(__file__).parent / "lab1_solutions").glob("*.py"))}


def correct(reference: dict[str, str], name: str) -> dict[str, str]:
    """A submission of ``CORRECT`` or ``SOLUTIONS``: the reference's files with its own in their place."""
    if name in CORRECT:
        return edited(reference, CORRECT[name])
    return {**reference, N if name.startswith("numpy") else T: SOLUTIONS[name].read_text()}


def edited(sources: dict[str, str], edits: Edits) -> dict[str, str]:
    """The reference's files with these edits; each text must be found once (edits are made in order)."""
    sources = dict(sources)
    for module, text, other in edits:
        assert sources[module].count(text) == 1, (module, text)
        sources[module] = sources[module].replace(text, other)
    return sources
