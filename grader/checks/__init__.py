"""What a suite is written with: all that course content may import from the grader.

check            makes a test function a check: a name, a promise, what must hold first
values_match     arrays, numbers, labels             gradients_match  each tensor, on designed probes
curves_match     a loss curve, step by step          slopes_match     gradients against the student's own loss
same_curve       the same run twice                  equivalent       runs from free seeds, within chance
reaches          a floor, measured by the judge      unchanged        an argument, after the call
imports_only     a rule about the source             fail             says no in your own words
numbers_agree    a text claims only known numbers    claims_match     claimed numbers are the measured ones
numbers_of       every number of a results file    Plot, Series     curves for the report
ask              leaves it to a person, with the evidence
"""

from grader.checks.answer import Answer, Handle
from grader.checks.claims import claims_match, numbers_agree, numbers_of
from grader.checks.curves import curves_match, same_curve
from grader.checks.decorator import check
from grader.checks.diagnoser import Diagnosis
from grader.checks.diagnosis import MEAN, Convention, GradientCase
from grader.checks.documents import Documents, DocumentText
from grader.checks.evidence import Evidence
from grader.checks.failure import CheckFailed, CheckUndecided, ask, fail
from grader.checks.gradients import factor_of, gradients_match
from grader.checks.known_mistakes import KnownMistakes
from grader.checks.purity import unchanged
from grader.checks.slopes import slopes_match
from grader.checks.source import imports_only
from grader.checks.tolerances import Tolerance
from grader.checks.training import equivalent, reaches
from grader.checks.values import values_match
from grader.records import Plot, Series

__all__ = [
    "MEAN",
    "Answer",
    "CheckFailed",
    "CheckUndecided",
    "Convention",
    "Diagnosis",
    "DocumentText",
    "Documents",
    "Evidence",
    "GradientCase",
    "Handle",
    "KnownMistakes",
    "Plot",
    "Series",
    "Tolerance",
    "ask",
    "check",
    "claims_match",
    "curves_match",
    "equivalent",
    "factor_of",
    "fail",
    "gradients_match",
    "imports_only",
    "numbers_agree",
    "numbers_of",
    "reaches",
    "same_curve",
    "slopes_match",
    "unchanged",
    "values_match",
]
