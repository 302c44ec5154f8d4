"""How often a bug gets its name, and how often a wrong one.

    python -m benchmarks.diagnosis --seeds 10

closed world     every mistake of week06/lab1_mlp with a diagnosis, in float64 and in float32: is it named?
leave one out    the same with the mistake taken out of the known mistakes: nothing but a true rule may be said
unseen           bugs that are no mistake of the lab: the rules alone, and which of them they may say
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.content.correct import IN_FLOAT32, edited
from tests.suites import Suite

from grader.checks import KnownMistakes
from grader.records import Mistake, Outcome

TRUE_RULES = {
    "last-example-dropped": "rule.examples",
    "gradients-clipped": "rule.clipped",
    "weight-decay-in-gradients": "rule.decayed",
    "hidden-mean-twice": "w1-mean-twice+b1-mean",  # which is the same
    "w1-mean-twice": "rule.factor.1/N",
    "b1-mean": "rule.factor.1/N",
    "b2-mean": "rule.factor.1/N",
    "sign-flipped": "rule.factor.-1",
    "mean-missing": "rule.factor",
    "uphill": "rule.factor.-1",
    "biases-not-trained": "rule.zero",
    "first-layer-frozen": "rule.zero",
    "copy-trained": "rule.zero",
    "step-divided-by-batch": "rule.factor",
    "short-batch-skipped": "rule",
    "guarded-division": "rule.feature",
    "b1-wrong-axis": "rule.shape",
    "b2-not-summed": "rule.shape",
    "w1-transposed": "rule.shape",
    "port-gradients-transposed": "rule.shape",
}
"""What the rules may say of a mistake that is none of the known ones: the beginning of the rule's id."""

DLOGITS = "        dlogits /= N  # the loss is a mean\n"
UNSEEN = [
    ("mean over N twice", DLOGITS, "        dlogits /= N * N\n", "rule.factor.1/N"),
    ("mean over the classes too", DLOGITS, "        dlogits /= N * logits.shape[1]\n", "rule.factor.1/n_out"),
    (
        "sum over the batch, mean over the classes",
        DLOGITS,
        "        dlogits /= logits.shape[1]\n",
        "rule.factor.N/n_out",
    ),
    ("a factor two", DLOGITS, "        dlogits *= 2 / N\n", "rule.factor.2"),
    ("half", DLOGITS, "        dlogits *= 0.5 / N\n", "rule.factor.0.5"),
    ("a learning rate inside", DLOGITS, "        dlogits *= 0.1 / N\n", "rule.factor.0.1"),
    ("first example only", DLOGITS, DLOGITS + "        dlogits[1:] = 0\n", "rule.examples"),
    ("first example dropped", DLOGITS, DLOGITS + "        dlogits[0] = 0\n", "rule.examples"),
    ("last example only", DLOGITS, DLOGITS + "        dlogits[:-1] = 0\n", "rule.examples"),
    ("every other example", DLOGITS, DLOGITS + "        dlogits[::2] = 0\n", "rule.examples"),
    ("mask inverted", "dZ = dH * (Z > 0)", "dZ = dH * (Z < 0)", ""),
    ("sign as mask", "dZ = dH * (Z > 0)", "dZ = dH * np.sign(Z)", ""),
    ("leaky on the way back", "dZ = dH * (Z > 0)", "dZ = dH * np.where(Z > 0, 1, 0.01)", ""),
    ("mask at one half", "dZ = dH * (Z > 0)", "dZ = dH * (Z > 0.5)", ""),
    ("tanh's derivative", "dZ = dH * (Z > 0)", "dZ = dH * (1 - H**2)", ""),
    ("sigmoid's derivative", "dZ = dH * (Z > 0)", "dZ = dH * H * (1 - H)", ""),
    ("hidden gradient doubled", "dZ = dH * (Z > 0)", "dZ = 2 * dH * (Z > 0)", "rule.factor.2"),
    ("hidden sign", "dZ = dH * (Z > 0)", "dZ = -dH * (Z > 0)", "rule.factor.-1"),
    ("W2 squared on the way back", '@ self.params["W2"].T', '@ (self.params["W2"] ** 2).T', ""),
    (
        "W2 without its bias column",
        '@ self.params["W2"].T',
        '@ (self.params["W2"] + self.params["b2"]).T',
        "",
    ),
    ("no gradient for b1", "db1 = dZ.sum(axis=0)", "db1 = np.zeros_like(dZ[0])", "rule.zero"),
    ("no gradient for W1", "dW1 = X.T @ dZ", "dW1 = np.zeros_like(X.T @ dZ)", "rule.zero"),
    ("max for sum", "db1 = dZ.sum(axis=0)", "db1 = dZ.max(axis=0)", ""),
    ("first row's b2", "db2 = dlogits.sum(axis=0)", "db2 = dlogits[0]", ""),
    ("W1 with rows reversed", "dW1 = X.T @ dZ", "dW1 = X[:, ::-1].T @ dZ", "rule.flipped"),
    ("W1 by reshape", "dW1 = X.T @ dZ", "dW1 = (dZ.T @ X).reshape(X.shape[1], -1)", "rule.reshaped"),
    ("W1 from centred X", "dW1 = X.T @ dZ", "dW1 = (X - X.mean(axis=0)).T @ dZ", ""),
    ("W1 without the first feature", "dW1 = X.T @ dZ", "dW1 = X.T @ dZ\n        dW1[0] = 0", "rule.one_line"),
    (
        "W2 without the last class",
        "dW2 = H.T @ dlogits",
        "dW2 = H.T @ dlogits\n        dW2[:, -1] = 0",
        "rule.one_line",
    ),
    ("an L1 penalty", "dW1 = X.T @ dZ", 'dW1 = X.T @ dZ + 0.02 * np.sign(self.params["W1"])', "rule.decayed"),
    (
        "weight decay on W1 alone",
        "dW1 = X.T @ dZ",
        'dW1 = X.T @ dZ + 0.03 * self.params["W1"]',
        "rule.decayed",
    ),
    (
        "weight decay on biases",
        "db1 = dZ.sum(axis=0)",
        'db1 = dZ.sum(axis=0) + 0.1 * self.params["b1"]',
        "rule.decayed",
    ),
    ("softmax at another temperature", "np.exp(log_softmax(logits))", "np.exp(log_softmax(logits / 2))", ""),
    ("sigmoid for softmax", "np.exp(log_softmax(logits))", "1 / (1 + np.exp(-logits))", ""),
    ("labels off by one", "dlogits[np.arange(N), y] -= 1", "dlogits[np.arange(N), y - 1] -= 1", ""),
    (
        "gradients cut to length one",
        'return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}',
        "g = {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2}\n"
        "        size = np.sqrt(sum((v**2).sum() for v in g.values()))\n"
        "        return {n: v * (0.05 / size) for n, v in g.items()}",
        "rule.clip_norm",
    ),
    ("W1 clipped", "dW1 = X.T @ dZ", "dW1 = np.clip(X.T @ dZ, -0.02, 0.02)", "rule.clipped"),
    (
        "W2 gradient from probabilities",
        "dW2 = H.T @ dlogits",
        "dW2 = H.T @ np.exp(log_softmax(logits)) / N",
        "",
    ),
]
"""What, text, other text, and the beginning of the rule's id that may be told; "" where silence is right."""

BACKWARD = ("gradients.b2", "gradients.W2", "gradients.b1", "gradients.W1")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seeds", type=int, default=10)
    options.add_argument("--unseen", action="store_true", help="only bugs that are no mistake of the lab")
    seeds = range(options.parse_args().seeds)
    suite = Suite("week06", "lab1_mlp")
    wrong = 0 if "--unseen" in sys.argv else known_bugs(suite, seeds)
    wrong += unseen_bugs(suite, seeds)
    sys.exit(bool(wrong))


def known_bugs(suite: Suite, seeds: range) -> int:
    """Closed world and leave one out; returns the number of wrong names."""
    closed, left_out = Counter[str](), Counter[str]()
    named = [m for m in suite.mistakes if m.diagnosis and m.id != "numeric-gradients"]
    whole = KnownMistakes(suite.folder, suite.mistakes)
    for mistake in named:
        others = KnownMistakes(
            suite.folder, tuple(m for m in suite.mistakes if m.diagnosis != mistake.diagnosis)
        )
        for single in (False, True):
            sources = suite.mistaken_sources(mistake)
            if single:
                sources["mlp_numpy"] += IN_FLOAT32
            for seed in seeds:
                told = names(suite, sources, seed, mistake.fails, whole)
                kind = "named" if mistake.diagnosis in told.values() else "silent"
                closed["wrong" if set(told.values()) - {mistake.diagnosis} else kind] += 1
                if kind != "named" or len(set(told.values())) > 1:
                    print(f"closed world: {mistake.id} float{32 if single else 64} seed {seed}: {told}")
                told = names(suite, sources, seed, mistake.fails, others)
                allowed = TRUE_RULES.get(mistake.id, "-")
                false = [i for i in told if not i.startswith(allowed)]
                left_out["wrong" if false else "named by a rule" if told else "silent"] += 1
                if false:
                    print(f"leave one out: {mistake.id} float{32 if single else 64} seed {seed}: {told}")
    print(f"closed world   {dict(closed)} of {closed.total()}")
    print(f"leave one out  {dict(left_out)} of {left_out.total()}")
    return closed["wrong"] + left_out["wrong"]


def unseen_bugs(suite: Suite, seeds: range) -> int:
    """Bugs outside the known mistakes; returns the number of wrong names."""
    count, missed = Counter[str](), Counter[str]()
    known_mistakes = KnownMistakes(suite.folder, suite.mistakes)
    for what, text, other, allowed in UNSEEN:
        for single in (False, True):
            sources = edited(suite.reference_sources(), [("mlp_numpy", text, other)])
            if single:
                sources["mlp_numpy"] += IN_FLOAT32
            for seed in seeds:
                told = names(suite, sources, seed, BACKWARD, known_mistakes)
                false = [i for i in told if not (allowed and i.startswith(allowed))]
                count["wrong" if false else "named" if told else "silent"] += 1
                if allowed and not told:
                    missed[what] += 1
                if false:
                    print(f"unseen: {what} float{32 if single else 64} seed {seed}: {told}")
    print(f"unseen         {dict(count)} of {count.total()}; could have been named: {dict(missed)}")
    return count["wrong"]


def names(
    suite: Suite, sources: dict[str, str], seed: int, checks: tuple[str, ...], known_mistakes: KnownMistakes
) -> dict[str, str]:
    """Every name that was told: id → sentence."""
    told = suite.run(sources, seed, checks, known_mistakes).values()
    failed = [t.finding for t in told if t.outcome is Outcome.FAILED and t.finding is not None]
    return {f.diagnosis_id: f.diagnosis for f in failed if f.diagnosis}


if __name__ == "__main__":
    main()
