"""What a suite is written with: all that course content may import from the grader.

check            makes a test function a check: a name, a promise, what must hold first
values_match     arrays, numbers, labels             gradients_match  each tensor, on designed probes
curves_match     a loss curve, step by step          slopes_match     gradients against the student's own loss
same_curve       the same run twice                  equivalent       runs from free seeds, within chance
reaches          a floor, measured by the judge      unchanged        an argument, after the call
imports_only     a rule about the source             fail             says no in your own words
claims_hold      a text's numbers are those of their owners, sign and all    sentences, figures    of a text
claims_match     claimed numbers are the measured ones    Plot, Series     curves for the report
NothingToCheck   raised with a reason: there is nothing of the student's to check
ask              leaves it to a person, with the evidence    reader    marks what digests students' input
options          what a lab leaves open              readings.find    the one reading that fits everything
partly           a lower floor is reached            (reaches has lower= for it)
"""

from grader.checks.answer import Answer, Handle
from grader.checks.claims import Topic, claims_hold, claims_match, figures, sentences
from grader.checks.curves import curves_match, same_curve
from grader.checks.decorator import check
from grader.checks.diagnoser import Diagnosis
from grader.checks.diagnosis import MEAN, Convention, GradientCase
from grader.checks.documents import Documents, DocumentText
from grader.checks.evidence import Evidence
from grader.checks.failure import CheckFailed, CheckUndecided, NothingToCheck, ask, fail
from grader.checks.gradients import factor_of, gradients_match
from grader.checks.known_mistakes import KnownMistakes
from grader.checks.partial import CheckPartly, partly
from grader.checks.purity import unchanged
from grader.checks.reader import reader
from grader.checks.readings import Reading, Readings, options
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
    "CheckPartly",
    "CheckUndecided",
    "Convention",
    "Diagnosis",
    "DocumentText",
    "Documents",
    "Evidence",
    "GradientCase",
    "Handle",
    "KnownMistakes",
    "NothingToCheck",
    "Plot",
    "Reading",
    "Readings",
    "Series",
    "Tolerance",
    "Topic",
    "ask",
    "check",
    "claims_hold",
    "claims_match",
    "curves_match",
    "equivalent",
    "factor_of",
    "fail",
    "figures",
    "gradients_match",
    "imports_only",
    "options",
    "partly",
    "reaches",
    "reader",
    "same_curve",
    "sentences",
    "slopes_match",
    "unchanged",
    "values_match",
]
