"""All reports of a record are written at once, each whole or not at all."""

import pytest
import report_samples as samples

from grader.errors import Ungraded
from grader.report import FILES, decode, student_copy, write_reports

NAMES = [f"{stem}.{row.ending}" for stem in ("report", "report.student") for row in FILES]


def test_all_files_are_written_into_a_new_folder(tmp_path):
    folder = tmp_path / "deep" / "out"
    paths = write_reports(samples.revise(), folder)
    assert [p.name for p in paths] == NAMES
    assert sorted(p.name for p in folder.iterdir()) == sorted(NAMES)


def test_each_file_is_what_its_function_makes(tmp_path):
    record = samples.hostile()
    write_reports(record, tmp_path)
    for stem, copy in (("report", record), ("report.student", student_copy(record))):
        for row in FILES:
            made = row.make(copy)
            made = made.encode() if isinstance(made, str) else made
            assert (tmp_path / f"{stem}.{row.ending}").read_bytes() == made


def test_older_reports_are_replaced(tmp_path):
    write_reports(samples.revise(), tmp_path)
    write_reports(samples.passed(), tmp_path)
    assert decode((tmp_path / "report.json").read_bytes()).verdict == "pass"
    assert len(list(tmp_path.iterdir())) == len(NAMES)


def test_a_folder_that_cannot_be_written_is_our_trouble_and_leaves_nothing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(Ungraded, match="could not be written") as caught:
        write_reports(samples.passed(), blocked)
    assert "--out" in caught.value.remedy
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
