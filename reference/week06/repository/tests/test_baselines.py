"""The baselines: on series whose coefficients are known."""

import numpy as np
from baselines import AR1, LastValue


def test_last_value_repeats_the_last_days():
    # BEGIN SOLUTION: a history whose rows differ
    history = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, -6.0]])
    assert LastValue().fit(history).forecast(history, horizon=2).tolist() == [8.0, -2.0]
    # END SOLUTION


def test_ar1_finds_the_coefficients_of_an_exact_series():
    # BEGIN SOLUTION: r[t+1] = 0.1 + 0.5 r[t] in one asset, 0.2 - 0.3 r[t] in the other
    rows = [np.array([1.0, -1.0])]
    for _ in range(6):
        rows.append(np.array([0.1, 0.2]) + np.array([0.5, -0.3]) * rows[-1])
    model = AR1().fit(np.array(rows[:-2]))
    np.testing.assert_allclose(model.a, [0.1, 0.2])
    np.testing.assert_allclose(model.b, [0.5, -0.3])
    np.testing.assert_allclose(model.forecast(np.array(rows[:-2]), horizon=2), rows[-2] + rows[-1])
    # END SOLUTION
