"""gradients_match tells the first wrong tensor, accepts conventions where they are free, and takes odd shapes kindly."""

import numpy as np

from grader.checks import Evidence, GradientCase, gradients_match, slopes_match
from tests.checks.answers import answer, finding, rising

SIZES = {"N": 9, "n_in": 5, "n_out": 3}


def case(scale=1.0, n=9):
    """Gradients of a layer, b before W as backpropagation reaches them."""
    return GradientCase({"b": scale * rising(3), "W": scale * rising(5, 3)}, sizes={**SIZES, "N": n})


def given(**changes):
    return answer({**case().expected, **changes}, call="net.gradients(X, y)")


def test_true_gradients_pass():
    gradients_match(given(), case())


def test_the_tensor_the_check_is_about_is_reported():
    told = finding(gradients_match, given(W=rising(5, 3) + np.eye(5, 3)), case(), of="W")
    assert told.headline == "The gradient of W is wrong."
    assert told.where.startswith("W[")
    assert told.hint == "b is right, so look at the lines that lead from there to W."


def test_a_check_about_b_does_not_mind_a_wrong_w():
    gradients_match(given(W=rising(5, 3) + 1), case(), of="b")
    gradients_match(given(W=rising(3, 5)), case(), of="b")


def test_a_missing_tensor_is_named():
    told = finding(gradients_match, answer({"b": rising(3)}), case())
    assert told.headline == "W missing from the result."


def test_a_bias_may_keep_the_axis_it_was_summed_over():
    evidence = Evidence()
    gradients_match(given(b=rising(1, 3)), case(), evidence=evidence)
    assert "Your b gradient has shape (1, 3), the parameter (3,)." in evidence.notes


def test_a_transposed_gradient_is_named():
    told = finding(gradients_match, given(W=rising(3, 5)), case())
    assert told.headline == "The array has the wrong shape."
    assert told.diagnosis == "Your W gradient is transposed: swap the two factors of the matrix product."


def test_a_gradient_of_the_right_shape_that_is_not_finite_is_not_called_misshapen():
    told = finding(
        gradients_match, given(b=np.full(3, np.nan)), GradientCase(case().expected, sizes={"N": 3})
    )
    assert (told.headline, told.diagnosis) == ("The result is not finite: it contains NaN or infinity.", "")


def test_a_sum_over_the_wrong_axis_is_named():
    assert "wrong axis" in finding(gradients_match, given(b=rising(9)), case()).diagnosis
    assert (
        "sum over the batch is missing" in finding(gradients_match, given(b=rising(9, 3)), case()).diagnosis
    )


def test_one_factor_is_a_convention_where_it_is_free():
    evidence = Evidence()
    cases = [case(n=9), case(2.0, n=4)]
    summed = [answer({k: c.sizes["N"] * v for k, v in c.expected.items()}) for c in cases]
    gradients_match(summed, cases, any_factor=True, evidence=evidence)
    assert evidence.notes == ["Your gradients are those of the summed loss: N times those of the mean."]


def test_a_factor_of_n_on_one_probe_is_the_summed_loss():
    evidence = Evidence()
    summed = answer({k: 9 * v for k, v in case().expected.items()})
    gradients_match(summed, case(), any_factor=True, evidence=evidence)
    assert evidence.notes == ["Your gradients are those of the summed loss: N times those of the mean."]


def test_one_factor_is_a_bug_where_the_mean_is_asked_for():
    cases = [case(n=9), case(2.0, n=4)]
    summed = [answer({k: c.sizes["N"] * v for k, v in c.expected.items()}) for c in cases]
    told = finding(gradients_match, summed, cases)
    assert told.diagnosis == (
        "All your gradients are exactly N times too large (N is the batch size): "
        "the mean over the batch is missing."
    )


def test_different_factors_are_no_convention():
    yours = [given(W=2 * rising(5, 3)), given(W=2 * rising(5, 3))]
    told = finding(gradients_match, yours, [case(), case()], any_factor=True)
    assert told.diagnosis == "Your W gradient is exactly twice the true ones."


def test_a_little_weight_decay_is_not_single_precision():
    decayed = {name: g + 1e-4 * (1 + g) for name, g in case().expected.items()}
    assert finding(gradients_match, answer(decayed), case()).headline == "The gradient of b is wrong."


def test_between_single_precision_and_certainty_all_probes_must_agree():
    off, right = (
        answer({k: (v * f).astype(np.float32) for k, v in case().expected.items()}) for f in (1.004, 1.0)
    )
    gradients_match([off, right], [case(), case()])
    assert finding(gradients_match, [off, off], [case(), case()]).headline == "The gradient of b is wrong."


def test_slopes_are_those_of_the_students_own_loss(rng=np.random.default_rng(0)):
    params = {"w": rng.normal(size=4)}

    def loss(weights):
        return float((weights["w"] ** 4).sum())

    slopes_match(answer({"w": 4 * params["w"] ** 3}), loss, params, rng)
    told = finding(slopes_match, answer({"w": 4.01 * params["w"] ** 3}), loss, params, rng)
    assert told.headline == "The gradient of w is not the slope of your own loss."
