"""results.json has what the lab asks for."""

from grader.checks import check, fail
from test_suites.week06.lab3_lstm.public.answers import table, whole

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
    for name in ("days", "horizon", "train_days", "test_from"):
        whole(field[name], 1)
    for name in ("seed", "epochs"):
        whole(field[name], 0)
    for forecaster, scores in SCORES.items():
        found = field["scores"].item(forecaster, names=tuple(SCORES))
        for score in scores:
            found.item(score, names=scores).number()
    if not isinstance(field["lstm_beats_ar1"].value, bool):
        raise fail("lstm_beats_ar1 must be true or false.", where=documents.results.file)
    rows = field["forecasts"].value
    columns = len(rows[0]) if isinstance(rows, list) and rows and isinstance(rows[0], list) else 1
    table(field["forecasts"], columns)
