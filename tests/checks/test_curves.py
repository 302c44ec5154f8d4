"""Curves are compared step by step, and the first step that deviates names the suspect."""

import numpy as np
import pytest

from grader.checks import Evidence, curves_match, same_curve
from tests.checks.answers import answer, finding

TRUTH = np.exp(-np.arange(100) / 40) * (1 + 0.1 * np.sin(np.arange(100)))
SHORT = [16, 16, 11] * 33 + [16]


def judged(curve, **options):
    return finding(
        curves_match, answer(list(curve)), TRUTH, evidence=Evidence(), batch_sizes=SHORT, **options
    )


def from_step(step, factor=1.5):
    """The truth, but wrong from a step on (the first is 1)."""
    curve = TRUTH.copy()
    curve[step - 1 :] *= factor
    return curve


def test_the_true_curve_passes_with_its_plot():
    evidence = Evidence()
    curves_match(answer(list(TRUTH)), TRUTH, evidence=evidence, others={"your NumPy net": TRUTH})
    (plot,) = evidence.plots
    assert [line.role for line in plot.series] == ["reference", "yours", "other"]
    assert [line.role for line in plot.beneath.series] == ["deviation", "limit"]


@pytest.mark.parametrize(
    ("step", "suspect"),
    [
        (1, "before any update"),
        (2, "look at the update and the gradients"),
        (3, "first short batch: look at how its loss is averaged"),
        (4, "right after the first short batch"),
        (9, "carried from step to step"),
    ],
)
def test_the_first_step_that_deviates_names_the_suspect(step, suspect):
    told = judged(from_step(step))
    assert told.headline == f"Your loss curve leaves the reference's at step {step}."
    assert suspect in told.hint


def test_a_list_of_another_length_is_reported_before_its_values():
    assert judged(TRUTH[:-1]).headline == "The list has the wrong length."


def test_the_plot_is_kept_when_the_check_fails():
    evidence = Evidence()
    finding(curves_match, answer(list(from_step(5))), TRUTH, evidence=evidence)
    assert len(evidence.plots) == 1


def test_in_double_precision_a_stabiliser_is_allowed_and_no_weight_decay():
    curves_match(answer(list(TRUTH * (1 + 2e-5))), TRUTH, evidence=Evidence())
    judged(TRUTH * (1 + 2e-4))


def test_where_a_loss_is_small_a_stabiliser_counts_as_it_is():
    stabilised = [float(loss) for loss in TRUTH + 1e-5]
    judged(stabilised)
    curves_match(answer(stabilised), TRUTH, evidence=Evidence(), least=1.0)


def test_in_single_precision_the_first_steps_count_and_then_the_mean():
    single = (TRUTH * (1 + 1e-6)).astype(np.float32).astype(float)
    single[60:] *= np.linspace(0.99, 1.01, 40)
    rounded = [float(np.float32(v)) for v in single]
    curves_match(answer(rounded), TRUTH, evidence=Evidence())
    drifted = rounded[:60] + [float(np.float32(1.1 * v)) for v in rounded[60:]]
    assert judged(drifted).headline == "Your loss curve drifts away from the reference's."


def test_the_same_curve_twice_passes_and_another_does_not():
    same_curve(answer(list(TRUTH)), answer(list(TRUTH)), evidence=Evidence())
    told = finding(same_curve, answer(list(TRUTH)), answer(list(from_step(7, 1.001))), evidence=Evidence())
    assert told.headline == "The same run twice gives two different curves."
    assert told.where == "step 7 of 100"
