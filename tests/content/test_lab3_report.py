"""Reports as different people write them: honest ones pass, whatever their style; wrong ones are told what is wrong."""

import pytest

from grader.checks import CheckFailed, CheckUndecided, Evidence
from grader.checks.documents import Documents
from test_suites.week06.lab3_lstm.public import test_report as suite
from tests.content import lab3

FILES = {"report": "REPORT.md", "results": "results.json"}
RESULTS = lab3.documents()["results.json"]
CHECKS = (suite.test_numbers, suite.test_gap, suite.test_conclusion)

HONEST = {
    "the reference's": lab3.documents()["REPORT.md"],
    "a table with RMSE first and decimal commas": """# Bericht

Trainiert mit einer Lernrate von 0,005 und 70 % der Tage; Signifikanz bei 1,96.

| Modell | RMSE | MSE | R² |
|---|---|---|---|
| LSTM | 0,0653 | 0,00427 | -0,0839 |
| AR(1) | 0,0627 | 0,00393 | 0,0001 |
| last value | 0,0876 | 0,00768 | −0,951 |
| training mean | 0,0627 | 0,00393 | 0 |

Das LSTM ist schlechter als AR(1).
""",
    "percentages and prose": """
We trained for 5 epochs (learning rate 0.005, dropout 0.1, 70 % of the days for training, batches of 64).
The out-of-sample R2 of the LSTM is -8.4%, AR(1) gets 0.01% and the naive last value -95.1%.
Judged by the Diebold-Mariano test (DM = 2.28 for the LSTM against AR(1)), the LSTM loses: at the 95 % level the
critical value would be 1.96. The training mean is as good as anything else.
""",
    "comparison sentences only": """
The embarrassing gap: the LSTM's mean squared error is 8.4 % larger than AR(1)'s and 44 % smaller than that of the
last value. That sounds good until you see that a constant does the same: the MSE of the LSTM is 8.4 % higher than
that of the training mean. Nothing is learnt.
""",
    "powers of ten and TeX": r"""
Results on the test days ($n = 978$):

* LSTM: MSE $4.27 \times 10^{-3}$, $R^2 = -0.084$, DM $= 2.28$
* AR(1): MSE $3.93 \times 10^{-3}$, $R^{2} = 0.0001$
* last value: MSE 7.68·10⁻³, $R^2 = -0.95$

A price-level $R^2$ of 0.98 is what tomorrow's price gets from today's, so it proves nothing. Our $\alpha$ was 0.05.
""",
    "a table on its side, scaled": """
| | LSTM | AR(1) | last value | mean |
|:--|--:|--:|--:|--:|
| MSE (×10⁻³) | 4.265 | 3.934 | 7.679 | 3.935 |
| R² [%] | -8.39 | 0.01 | -95.1 | 0 |
| DM | 2.28 | – | 3.46 | 0.32 |

The LSTM does not beat AR(1), nor even the constant.
""",
    "the sign in words": """
Our LSTM has a negative R2 of 0.084; its MSE is 0.0043 while AR(1) has 0.0039 and the last value 0.0077.
The validation loss was 0.0051 after the first epoch. We expected the LSTM to beat AR(1), but it is worse.
""",
    "respectively, and settings": """
MSE of the LSTM, AR(1) and the last value: 0.00427, 0.00393 and 0.00768, respectively. Adam with beta 0.9 and 0.999,
weight decay 0.0001, gradient clipping at 1.0, 16 hidden units, 30 % test share, torch 2.13.0. p = 0.02.
With other seeds the LSTM's R2 ranged between -0.11 and -0.05. In-sample its R2 is 0.12.
""",
    "a list in which the number comes first": """
- 0.00427 for the LSTM, 0.00393 for AR(1), 0.00768 for the last value (MSE on the test days)
- The DM statistic against AR(1) is 2.28: better would be below -2.33, so the network is not better.
- Would a larger LSTM beat AR(1)? We doubt it.
""",
    "wide and honest": """
## 3.1 Numbers

**LSTM** reaches an MSE of **0.004265** (R2: **-0.0839**, DM: 2.28). **AR(1)** reaches 0.003934 (R2 0.00015).
*Last value*: MSE 0.00768, R2 −0.951. The LSTM beats the naive predictor, which means nothing: every constant does.

## 3.2 Why

Daily volatility is about 1.5 %, the drift 0.04 % a day; a signal-to-noise ratio of 0.03 leaves an R2 of 0.001 at
best. About 100 independent targets; 57.3 % of the returns are positive. The 2020 crash alone is 0.35 of the loss.
""",
    "per asset": """
| | MSE | R2 |
|---|---|---|
| LSTM | 0.004265 | -0.084 |
| AR(1) | 0.003934 | 0.0001 |
| Last value | 0.007679 | -0.951 |

| ticker | R2 of the LSTM | R2 of AR(1) |
|---|---|---|
| KO | -0.12 | 0.001 |
| GE | 0.02 | -0.004 |

Neither the LSTM nor AR(1) is better than the mean.
""",
}

BASE = HONEST["a table with RMSE first and decimal commas"]
PROSE = HONEST["the sign in words"]
WRONG = {
    "the sign of R2": (BASE.replace("-0,0839", "0,0839"), suite.test_numbers, "claim-sign"),
    "the sign of R2 in prose": (
        "The LSTM's R2 is 0.084, AR(1) has an MSE of 0.0039, last value 0.0077.",
        suite.test_numbers,
        "claim-sign",
    ),
    "the sign of DM": (
        "LSTM: MSE 0.00427, R2 -0.084, DM -2.28. AR(1): 0.00393. Last value: 0.00768.",
        suite.test_numbers,
        "claim-sign",
    ),
    "AR(1) and the last value swapped": (
        BASE.replace("AR(1) |", "X |").replace("last value |", "AR(1) |").replace("X |", "last value |"),
        suite.test_numbers,
        "claim-owner",
    ),
    "swapped in prose": (
        "The MSE of the LSTM is 0.00427, AR(1) has 0.00768 and the last value 0.00393.",
        suite.test_numbers,
        "claim-owner",
    ),
    "another number": (BASE.replace("0,00427", "0,00327"), suite.test_numbers, ""),
    "another number in prose": (PROSE.replace("MSE is 0.0043", "MSE is 0.0031"), suite.test_numbers, ""),
    "a comparison the other way round": (
        "The LSTM's MSE is 8.4 % smaller than AR(1)'s and 44 % smaller than that of the last value. R2: -0.084.",
        suite.test_numbers,
        "claim-comparison",
    ),
    "superior": (BASE + "\nThe LSTM is the superior model.\n", suite.test_conclusion, ""),
    "outperforms": (PROSE + "\nOur LSTM clearly outperforms every baseline.\n", suite.test_conclusion, ""),
    "beats AR(1)": (PROSE + "\nIn short, the LSTM beats AR(1).\n", suite.test_conclusion, ""),
    "only the naive one": (
        "The LSTM's MSE is 0.00427, the last value's 0.00768. It wins by far: 0 to 1.",
        suite.test_gap,
        "",
    ),
}

ASKED = {
    "a number nobody is named for": BASE + "\nThe R2 is 0.31.\n",
    "a victory in doubtful words": BASE + "\nAlthough noisy, the LSTM is the superior model.\n",
}


def judged(text, check):
    documents = Documents(FILES, {"report": text, "results": RESULTS})
    check(documents, Evidence()) if check is suite.test_numbers else check(documents)


@pytest.mark.parametrize("name", HONEST)
@pytest.mark.parametrize("check", CHECKS)
def test_an_honest_report_passes_however_it_is_written(name, check):
    judged(HONEST[name], check)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_report_fails(name):
    text, check, diagnosis = WRONG[name]
    with pytest.raises(CheckFailed) as caught:
        judged(text, check)
    assert caught.value.finding.diagnosis_id == diagnosis


@pytest.mark.parametrize("name", ASKED)
def test_what_a_machine_cannot_read_goes_to_a_person(name):
    with pytest.raises(CheckUndecided):
        for check in CHECKS:
            judged(ASKED[name], check)


def test_a_report_is_told_how_it_was_read():
    evidence = Evidence()
    suite.test_numbers(Documents(FILES, {"report": BASE, "results": RESULTS}), evidence)
    assert "line 7: -0.0839 = lstm r2" in evidence.notes[0]
    assert "Other numbers are free." in evidence.notes[0]


def test_only_the_fields_that_the_lab_asks_for_are_sources():
    text = RESULTS.replace('"lstm": {', '"lstm": {"extra": 0.31, ', 1)
    documents = Documents(FILES, {"report": BASE.replace("0,00427", "0,31"), "results": text})
    with pytest.raises(CheckFailed):
        suite.test_numbers(documents, Evidence())
