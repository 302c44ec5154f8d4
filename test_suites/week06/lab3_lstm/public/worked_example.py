"""Numbers small enough to check by hand: put them beside yours, line by line.

Prices of five days and two assets, and the log returns over the next two days:

    day   price        row of forward_returns(prices, 2)
     0    100   50     log(121/100) =  0.1906   log(60/50) =  0.1823
     1    110   40     log(100/110) = -0.0953   log(75/40) =  0.6286
     2    121   60     log( 80/121) = -0.4138   log(30/60) = -0.6931
     3    100   75     no row: two days later nothing is known
     4     80   30
"""

import numpy as np

PRICES = np.array([[100.0, 50.0], [110.0, 40.0], [121.0, 60.0], [100.0, 75.0], [80.0, 30.0]])
RETURNS = np.array(
    [
        [0.190620359608650, 0.182321556793954],
        [-0.095310179804325, 0.628608659422374],
        [-0.413763910922860, -0.693147180559945],
    ]
)
"""Over the next two days."""

DAILY = np.array([[0.5, -0.5], [0.25, 0.125], [-0.125, 0.5], [1.0, 0.25], [0.375, -0.75]])
"""Five days' returns of two assets, the last row today's."""
LAST_THREE = np.array([1.25, 0.0])
"""-0.125 + 1 + 0.375, and 0.5 + 0.25 - 0.75."""

TARGETS = np.array([[0.0, 0.5], [1.0, -0.5], [0.5, 1.0], [-1.0, 0.0], [0.25, 0.75], [0.5, -0.25]])
ERRORS = {
    "lstm": np.array([[0.5, 1.0], [-0.5, 0.0], [1.0, 0.5], [0.0, -1.0], [0.5, 0.5], [-1.0, 0.5]]),
    "last": np.array([[1.0, -1.0], [2.0, 0.5], [-1.5, 1.0], [0.5, 0.5], [-1.0, 2.0], [1.0, -0.5]]),
    "ar1": np.array([[0.5, 0.5], [-1.0, 0.5], [0.5, -0.5], [1.0, 0.5], [-0.5, 0.0], [0.5, 1.0]]),
}
"""What each forecast adds to the targets: their squares are easily summed up."""
MSE = {"lstm": 5.5 / 12, "last": 16.25 / 12, "ar1": 5.0 / 12}
TRAIN_MEAN = np.array([0.125, 0.25])
