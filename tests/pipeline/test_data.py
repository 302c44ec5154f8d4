"""What the instructor gives with --data is found by suites, by name, where the judge sees it."""

from grader.judge.place import Place


def test_each_entry_of_the_data_folder_has_a_name_without_ending(tmp_path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "films.npz").touch()
    found = Place(tmp_path, tmp_path).real_data()
    assert found == {"films": str(tmp_path / "films.npz"), "mnist": str(tmp_path / "mnist")}


def test_without_a_data_folder_there_is_no_real_data(tmp_path):
    assert Place(tmp_path).real_data() == {}
