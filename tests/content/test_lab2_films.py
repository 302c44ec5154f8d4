"""Lab 2's data stage: real sets in the layouts they come in, and what is said when something is missing."""

import csv

import numpy as np
import pytest

from tests.content.lab2 import hospitals, prepare_films

COLUMNS = ["Image Index", "Finding Labels", "Follow-up #", "Patient ID"]


@pytest.fixture
def nih(tmp_path):
    """ChestX-ray14 as it is handed out, small: 12 patients with an effusion, 12 with nothing, two films each."""
    folder = tmp_path / "nih"
    (folder / "images_001/images").mkdir(parents=True)
    rows = []
    for patient in range(24):
        for follow_up in range(2):
            name = f"{patient:08}_{follow_up:03}.png"
            findings = ("Effusion|Mass", "No Finding")[patient % 2]
            rows.append([name, findings, follow_up, patient])
            (folder / "images_001/images" / name).touch()
    rows.append(["99999999_000.png", "Effusion", 0, 99])  # listed, but not in this part of the set
    rows.append(["00000000_002.png", "Cardiomegaly", 2, 0])
    write(folder / "Data_Entry_2017.csv", COLUMNS, rows)
    return folder


@pytest.fixture
def second(tmp_path):
    folder = tmp_path / "second"
    folder.mkdir()
    rows = [[f"film{i}.png", i % 2] for i in range(8)]
    for name, _ in rows:
        (folder / name).touch()
    write(folder / "labels.csv", ["image", "sick"], rows)
    return folder


def write(file, columns, rows):
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([columns, *rows])


def by_name(file, side):
    """A film whose grey value says whose it is."""
    return np.full((side, side), int(file.stem[4:8].lstrip("0") or 0) % 256, np.uint8)


def told(error, call, *args):
    with pytest.raises(error) as caught:
        call(*args)
    return str(caught.value)


def test_both_hospitals_become_one_file_that_the_study_reads(nih, second, tmp_path):
    first = prepare_films.chestxray14(nih, "Effusion")
    elsewhere = prepare_films.second_hospital(second)
    arrays = prepare_films.prepare(first, elsewhere, train=12, test=8, side=16, seed=1, read=by_name)
    np.savez(tmp_path / "films.npz", **arrays)
    train, test = hospitals.study(tmp_path / "films.npz")
    assert train.images.shape == (12, 16, 16)
    assert train.labels.sum() == 6
    assert np.bincount(test.hospital).tolist() == [8, 8]
    assert test.labels[test.hospital == 0].sum() == test.labels[test.hospital == 1].sum() == 4
    assert test.patients is None


def test_no_patient_is_in_training_and_test(nih):
    films = prepare_films.draw(prepare_films.chestxray14(nih, "Effusion"), 24, np.random.default_rng(0), "it")
    assert len({film.patient for film in films}) == 24


def test_the_table_is_missing(tmp_path):
    (tmp_path / "images").mkdir()
    message = told(FileNotFoundError, prepare_films.chestxray14, tmp_path, "Effusion")
    assert message == f"{tmp_path} has no Data_Entry_2017*.csv; it has images."


def test_the_folder_is_missing(tmp_path):
    message = told(FileNotFoundError, prepare_films.second_hospital, tmp_path / "none")
    assert message.endswith("none has no labels.csv; it has nothing: it is not there.")


def test_the_table_has_other_columns(nih):
    table = nih / "Data_Entry_2017.csv"
    table.write_text("image,label\n1.png,0\n")
    message = told(ValueError, prepare_films.chestxray14, nih, "Effusion")
    assert message == f"{table} has no column Image Index, Finding Labels, Patient ID; it has image, label."


def test_the_finding_is_unknown(nih):
    message = told(ValueError, prepare_films.chestxray14, nih, "Efusion")
    assert message.endswith("has no finding 'Efusion'; it has Cardiomegaly, Effusion, Mass.")


def test_no_image_is_there(second):
    for film in second.glob("*.png"):
        film.unlink()
    message = told(FileNotFoundError, prepare_films.second_hospital, second)
    assert message.startswith("None of the 8 images that")
    assert message.endswith("it has labels.csv.")


def test_a_label_is_no_label(second):
    write(second / "labels.csv", ["image", "sick"], [["film0.png", 0], ["film1.png", "yes"]])
    message = told(ValueError, prepare_films.second_hospital, second)
    assert message.endswith("labels.csv, line 3: sick is 'yes'; it must be 0 or 1.")


def test_there_are_too_few_patients(nih):
    films = prepare_films.chestxray14(nih, "Effusion")
    message = told(ValueError, prepare_films.draw, films, 40, np.random.default_rng(0), "the first hospital")
    assert message == "the first hospital has films of 12 sick patients; 20 are needed."


def test_images_are_decoded_and_made_small(tmp_path):
    Image = pytest.importorskip("PIL.Image", reason="decoding needs Pillow")
    Image.fromarray(np.repeat([[0, 200]], 64, axis=1).repeat(128, axis=0).astype(np.uint8)).save(
        tmp_path / "film.png"
    )
    small = prepare_films.read_image(tmp_path / "film.png", 32)
    assert small.shape == (32, 32)
    assert small[0, 0] == 0
    assert small[0, -1] == 200


def test_a_file_that_is_no_image_is_named(tmp_path):
    pytest.importorskip("PIL", reason="decoding needs Pillow")
    (tmp_path / "film.png").write_text("no image")
    assert "film.png can't be read as an image" in told(
        ValueError, prepare_films.read_image, tmp_path / "film.png", 32
    )


def test_the_file_of_films_is_missing(tmp_path):
    message = told(FileNotFoundError, hospitals.study, tmp_path / "films.npz")
    assert message.endswith("films.npz is not there: write it with prepare_films.py.")


def test_the_file_holds_something_else(tmp_path):
    np.savez(tmp_path / "films.npz", train_images=np.zeros(3))
    message = told(ValueError, hospitals.study, tmp_path / "films.npz")
    assert "has no train_labels, train_hospital, test_images" in message


def test_the_films_are_no_bytes(tmp_path):
    columns = {"images": np.zeros((3, 8, 8)), "labels": np.zeros(3), "hospital": np.zeros(3)}
    np.savez(tmp_path / "films.npz", **{f"{p}_{n}": v for p in ("train", "test") for n, v in columns.items()})
    assert "images are float64 of shape (3, 8, 8)" in told(
        ValueError, hospitals.study, tmp_path / "films.npz"
    )


EXACT = {
    "Data_Entry_2017.csv": (
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
        "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],",
        "{name},{labels},{n},{patient},058Y,M,PA,2682,2749,0.143,0.143,",
    ),
    "Data_Entry_2017_v2020.csv": (
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
        "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]",
        "{name},{labels},{n},{patient},57,M,PA,2682,2749,0.143,0.143",
    ),
}


@pytest.mark.parametrize("table", EXACT)
def test_the_nihs_tables_are_read_as_they_are_handed_out(table, tmp_path):
    header, row = EXACT[table]
    lines = [header]
    for patient, labels in enumerate(("Cardiomegaly|Effusion", "No Finding", "Hernia")):
        name = f"{patient:08}_000.png"
        (tmp_path / name).touch()
        lines.append(row.format(name=name, labels=labels, n=0, patient=patient))
    (tmp_path / table).write_text("\r\n".join(lines) + "\r\n")
    films = prepare_films.chestxray14(tmp_path, "Effusion")
    assert [(film.file.name, film.sick, film.patient) for film in films] == [
        ("00000000_000.png", 1, "0"),
        ("00000001_000.png", 0, "1"),
    ]
