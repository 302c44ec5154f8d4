"""Backpropagation through time, one step back after the other."""

from grader.checks import check, values_match
from test_suites.ps10.ex3_rnn.hidden import through_time
from test_suites.ps10.ex3_rnn.public.cells import CELL

HINTS = {
    "W_ih": "dL/dW_ih = x_t^T dz, with dz = (d_h_next + d_output) * (1 - h_t ** 2).",
    "W_hh": "dL/dW_hh = h_prev^T dz: with the state before the step, not the one after.",
    "b_h": "dL/db_h is the sum of dz over the examples.",
    "h_prev": "dL/dh_prev = dz W_hh^T: what the step before gets as its d_h_next.",
}


def judge(name, student, rng, readings, evidence, known_mistakes):
    """One gradient, on all steps of all probes."""
    probes = through_time.passages(rng)
    seen = {}

    def found(reading, number):
        key = str(reading.choices), number
        if key not in seen:
            seen[key] = through_time.asked(student, probes[number], reading)
        gradients, convention = through_time.gradients(seen[key], probes[number], reading)
        return through_time.answers(seen[key], name, gradients), convention

    def compare(reading, number):
        yours, _ = found(reading, number)
        values_match(yours, through_time.true(probes[number])[name], name=f"{name} gradients")

    def explain(reading, evidence=None):
        pairs = [found(reading, number) for number in range(len(probes))]
        values_match(
            [a for yours, _ in pairs for a in yours],
            [a for probe in probes for a in through_time.true(probe)[name]],
            name=f"{name} gradients",
            evidence=evidence,
            diagnose=known_mistakes.matcher(
                "rnn", lambda module: [a for probe in probes for a in probe.observed(module)[name]]
            ),
            hint=HINTS[name],
        )

    def note(reading):
        pairs = [found(reading, number) for number in range(len(probes))]
        for convention in dict.fromkeys(convention for _, convention in pairs if convention):
            evidence.note(f"Your gradients are read so, which is legal: {convention}.")

    def explain_or_ask(reading):
        last = seen.get((str(reading.choices), 0))
        if last and last.opaque and through_time.gradients(last, probes[0], reading)[0][name] is None:
            raise through_time.undecided(last, name)
        readings.named_first(CELL, explain)(reading)

    fitting = readings.find(CELL, range(len(probes)), compare, explain=explain_or_ask)
    explain(fitting, evidence)
    note(fitting)


@check("bptt.input_weights")
def test_input_weights(student, rng, readings, evidence, known_mistakes):
    """`RNNCell.backward` gives the gradient of W_ih."""
    judge("W_ih", student, rng, readings, evidence, known_mistakes)


@check("bptt.hidden_weights")
def test_hidden_weights(student, rng, readings, evidence, known_mistakes):
    """`RNNCell.backward` gives the gradient of W_hh."""
    judge("W_hh", student, rng, readings, evidence, known_mistakes)


@check("bptt.bias")
def test_bias(student, rng, readings, evidence, known_mistakes):
    """`RNNCell.backward` gives the gradient of b_h."""
    judge("b_h", student, rng, readings, evidence, known_mistakes)


@check("bptt.hidden_state")
def test_hidden_state(student, rng, readings, evidence, known_mistakes):
    """`RNNCell.backward` hands the gradient of h_prev on to the step before."""
    judge("h_prev", student, rng, readings, evidence, known_mistakes)
