"""The class as CSV: what a student chose is no formula in a spreadsheet."""

import csv
import io

import pytest
import report_samples as samples
from msgspec.structs import replace

from grader.cli.standings import _csv
from grader.standings import StandingsRow


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\uff1d"])
def test_no_cell_begins_a_formula(start):
    hostile = f"{start}cmd|' /C calc'!A0"
    record = replace(samples.flawed(), assignment=hostile, commit=hostile)
    row = StandingsRow(repository=hostile, record=record, hand_ins=1, newest=1)
    (cells,) = list(csv.DictReader(io.StringIO(_csv([row]))))
    for name in ("repository", "assignment", "commit"):
        assert cells[name].startswith("'")
