"""Do the layers compute small examples that can be checked by hand?"""

import numpy as np

from grader.checks import Answer, check, values_match
from test_suites.ps10.ex2_cnn.public.layouts import CONV, POOL, received, sent
from test_suites.ps10.ex2_cnn.public.parameters import find_bias, find_filters, kept

IMAGE = np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]]]])
FILTERS = np.array([[[[1.0, 2.0], [3.0, 4.0]]], [[[0.0, 1.0], [0.0, 0.0]]], [[[-1.0, 0.0], [0.0, 2.0]]]])
BIAS = np.array([10.0, 0.0, -1.0])
SEEN = np.array([[[[19.0, 27.0], [18.0, 21.0]], [[2.0, 0.0], [1.0, 3.0]], [[0.0, 3.0], [-1.0, 0.0]]]])
"""1·1 + 2·2 + 0·3 + 1·4 + 10 = 19, and so on: the window's numbers times the filter's, plus its bias."""
SEEN_FLIPPED = np.array([[[[21.0, 23.0], [17.0, 24.0]], [[0.0, 1.0], [2.0, 0.0]], [[0.0, 0.0], [-1.0, 0.0]]]])
"""With the filters turned by 180°, as mathematicians have them."""


@check("conv.example")
def test_conv(student, readings):
    """Conv2D(3, 2) gives the numbers of a small example: windows times filters, plus the bias."""

    def compare(reading, _):
        layout = reading["layout"]
        conv = student.conv.Conv2D(3, 2, 1, 0)
        image = sent(IMAGE, layout)
        conv.forward(image)
        arrays = kept(student.conv, conv)
        filters, form = find_filters(arrays, FILTERS.shape, layout, conv.call)
        bias = find_bias(arrays, len(BIAS), conv.call)
        student.conv.tool("inspection.write", conv, filters.path, form.stored(FILTERS))
        student.conv.tool("inspection.write", conv, bias.path, BIAS)
        answer = conv.forward(image)
        found = received(answer, SEEN.shape, layout, hint="(3 - 2) // 1 + 1 = 2 rows and columns.")
        expected = SEEN_FLIPPED if reading["kernels"] == "flipped" else SEEN
        values_match(Answer(answer.call, found), expected, name="output")

    readings.find(CONV, [None], compare)


APART = np.array(
    [
        [
            [[4.0, 1.0, -2.0, -1.0, 7.0, 3.0], [2.0, 0.0, -7.0, -3.0, 9.0, 8.0]],
            [[-6.0, -5.0, 0.0, 2.0, 1.0, 4.0], [-3.0, -9.0, 6.0, 5.0, 3.0, 2.0]],
        ]
    ]
)
LARGEST = np.array([[[[4.0, -1.0, 9.0]], [[-3.0, 6.0, 4.0]]]])
WIDE = np.array([[[[5.0, 1.0, -4.0, 2.0, 0.0], [3.0, 8.0, 6.0, -1.0, 9.0], [7.0, -2.0, 4.0, 11.0, 10.0]]]])


@check("pool.forward")
def test_pool(student, readings, known_mistakes):
    """MaxPool2D gives the largest number of every window, negative ones, too."""
    probes = [
        (APART, 2, 2, LARGEST),
        (WIDE, 3, 2, np.array([[[[8.0, 11.0]]]])),
        (WIDE - 20, 3, 2, np.array([[[[-12.0, -9.0]]]])),
    ]

    def ask(reading, probe):
        X, size, stride, expected = probe
        pool = student.pool.MaxPool2D(size, stride)
        answer = pool.forward(sent(X, reading["layout"]))
        hint = "(height - pool_size) // stride + 1 rows, and columns in the same way from the width."
        return Answer(answer.call, received(answer, expected.shape, reading["layout"], hint=hint))

    def explain(reading):
        values_match(
            [ask(reading, probe) for probe in probes],
            [probe[3] for probe in probes],
            name="maxima",
            diagnose=known_mistakes.matcher(
                "cnn", lambda module: [module.MaxPool2D(p[1], p[2]).forward(p[0]) for p in probes]
            ),
        )

    readings.find(
        POOL,
        probes,
        lambda reading, probe: values_match(ask(reading, probe), probe[3], name="maxima"),
        explain=explain,
    )
