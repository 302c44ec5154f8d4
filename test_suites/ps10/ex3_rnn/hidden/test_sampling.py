"""Samples at several temperatures."""

import numpy as np

from grader.checks import CheckFailed, Diagnosis, check, fail, options
from test_suites.ps10.ex3_rnn.hidden import draws
from test_suites.ps10.ex3_rnn.public.answers import ready

SAMPLING = options("sample_with_temperature", predictions=("probabilities", "logits"))
SHAPES = ((-1,), (1, -1), (-1, 1))
"""Of predictions; the first that is taken without an error."""
SIZES = (5, 6)
SLIPS = {
    "largest": Diagnosis("The likeliest is always taken: nothing is drawn.", "argmax"),
    "flat": Diagnosis(
        "The temperature divides probabilities, where it should divide their logarithms.", "on-p"
    ),
    "inverse": Diagnosis("The temperature multiplies, where it should divide.", "inverse"),
    "ignored": Diagnosis("The temperature makes no difference.", "ignored"),
    "uniform": Diagnosis("All characters are equally likely.", "uniform"),
    "negative": Diagnosis("The likely and the unlikely have changed places.", "negative"),
}


DIFFERENT = 0.02
"""Between two distributions that samples can tell apart."""
WRONG = {
    "flat": lambda p, T: softmax(p / T),
    "inverse": lambda p, T: draws.likely(p, 1 / T),
    "ignored": lambda p, _: p,
    "uniform": lambda p, _: np.full(len(p), 1 / len(p)),
    "negative": lambda p, T: draws.likely(p, -T),
}


def predictions(made, p, reading):
    """Probabilities as a reading wants them: logits are log p and a constant."""
    values = p if reading["predictions"] == "probabilities" else np.log(p) + 0.7
    for shape in SHAPES[:-1]:
        try:
            made.sample_with_temperature(values.reshape(shape), 1.0).number()
        except CheckFailed:
            continue
        return values.reshape(shape)
    return values.reshape(SHAPES[-1])


def probabilities(rng, size):
    """In random order, from a tenth of the largest up: each outcome is seen at every temperature asked."""
    p = np.geomspace(1.0, 0.12, size) * rng.uniform(0.9, 1.1, size=size)
    return rng.permutation(p / p.sum())


def slip(drawn):
    """The wrong distribution that all samples have, if it is one that is known.

    Args:
        drawn: (counts, p, temperature) of each probe.
    """
    if all(counts[p.argmax()] == counts.sum() for counts, p, _ in drawn):
        return SLIPS["largest"]
    fits = [
        name
        for name, wrong in WRONG.items()
        if any(np.abs(wrong(p, T) - draws.likely(p, T)).max() > DIFFERENT for _, p, T in drawn)
        and all(draws.g_statistic(c, wrong(p, T)) <= draws.limit(len(p)) / 2 for c, p, T in drawn)
    ]
    return SLIPS[fits[0]] if len(fits) == 1 else None


def softmax(z):
    """exp(z), as probabilities."""
    e = np.exp(z - z.max())
    return e / e.sum()


def follow(counts, p, temperature, named=None):
    """Samples follow p^(1/T); raises CheckFailed, with the bug's name if it has one."""
    right = draws.likely(p, temperature)
    found = draws.g_statistic(counts, right)
    if found <= draws.limit(len(p)):
        return
    most = int(np.abs(counts / counts.sum() - right).argmax())
    failure = fail(
        f"At temperature {temperature:g}, samples don't follow the predictions.",
        call=f"sample_with_temperature(predictions, {temperature:g}), {draws.SAMPLES:,} times",
        yours=f"index {most} was drawn in {counts[most] / counts.sum():.1%}",
        expected=f"about {right[most]:.1%}",
        how_far=f"G = {found:.0f}",
        allowed=f"{draws.limit(len(p)):.0f}, which chance exceeds once in 10^9 times",
        diagnosis=named.sentence if named else "",
        diagnosis_id=named.id if named else "",
        hint="" if named else "Draw from softmax(log(p) / temperature).",
    )
    failure.distance = found
    raise failure


def judge(student, rng, temperatures, readings, evidence):
    """The samples' distribution at each temperature."""
    probes = [(probabilities(rng, size), T) for size, T in zip(SIZES * 2, temperatures, strict=False)]
    made = {
        size: ready(student, lambda size=size: student.text_generator.TextGenerator(size)) for size in SIZES
    }
    counts = {}

    def samples(reading, probe):
        p, T = probe
        key = str(reading.choices), T
        if key not in counts:
            counts[key] = draws.counted(made[len(p)], predictions(made[len(p)], p, reading), T, len(p))
        return counts[key]

    def compare(reading, probe):
        follow(samples(reading, probe), *probe)

    def explain(nearest):
        named = slip([(samples(SAMPLING[0], probe), *probe) for probe in probes])
        for probe in probes:
            follow(samples(SAMPLING[0] if named else nearest, probe), *probe, named)

    reading = readings.find(SAMPLING, probes, compare, explain=explain)
    for p, T in probes:
        found = draws.g_statistic(samples(reading, (p, T)), draws.likely(p, T))
        evidence.measure(f"G at temperature {T:g}", found, limit=draws.limit(len(p)))


@check("sampling.distribution", seconds=120)
def test_distribution(student, rng, readings, evidence):
    """`sample_with_temperature` draws by the predictions at temperature 1."""
    judge(student, rng, (1.0,), readings, evidence)


@check("sampling.temperature", seconds=120)
def test_temperature(student, rng, readings, evidence):
    """A low temperature favours the likely, a high one the rest: p^(1/T)."""
    judge(student, rng, (0.5, 2.5), readings, evidence)
