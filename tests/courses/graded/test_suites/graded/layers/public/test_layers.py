"""Does a layer compute, and does SGD step?"""

from grader.checks import check, options, values_match

LAYER = options("Layer", batch=("rows", "columns"))


@check("layer.forward")
def test_forward(student, reference, rng, readings, known_mistakes):
    """Layer.forward gives the ReLU of X W."""
    probes = [rng.normal(size=(size, 3)) for size in (2, 5)]

    def compare(reading, X, diagnose=None):
        sent = X if reading["batch"] == "rows" else X.T
        expected = reference.layers.Layer(3, 2).forward(X)
        expected = expected if reading["batch"] == "rows" else expected.T
        values_match(
            student.layers.Layer(3, 2).forward(sent), expected, name="activations", diagnose=diagnose
        )

    def explain(reading):
        for X in probes:
            matcher = known_mistakes.matcher("layers", lambda module, X=X: [module.Layer(3, 2).forward(X)])
            compare(reading, X, matcher)

    readings.find(LAYER, probes, compare, explain=explain)


@check("sgd.step")
def test_step(student, rng):
    """Optimizers.SGD goes against the gradient."""
    weights, gradient = rng.normal(size=(2, 3, 2))
    after = student.sgd.Optimizers.SGD(0.5).update(weights, gradient)
    values_match(after, weights - 0.5 * gradient, name="weights")
