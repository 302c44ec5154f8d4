"""results.json has what the lab asks for."""

from grader.checks import check

SCORES = {"lstm": ("mse", "r2", "dm"), "ar1": ("mse", "r2"), "last": ("mse", "r2", "dm"), "mean": ("mse",)}
NAMES = (
    "days",
    "horizon",
    "seed",
    "epochs",
    "train_days",
    "test_from",
    "scores",
    "lstm_beats_ar1",
    "forecasts",
)


@check("results.complete")
def test_complete(documents):
    """results.json says how the forecasts were made, what they are, and how good they are."""
    results = documents.results.json()
    field = {name: results.item(name, names=NAMES) for name in NAMES}
    for name in ("days", "horizon", "train_days", "test_from", "epochs"):
        field[name].whole(1)
    field["seed"].whole(0)
    for forecaster, scores in SCORES.items():
        found = field["scores"].item(forecaster, names=tuple(SCORES))
        for score in scores:
            found.item(score, names=scores).number()
    field["lstm_beats_ar1"].flag("lstm_beats_ar1 must be true or false.")
    field["forecasts"].table()
