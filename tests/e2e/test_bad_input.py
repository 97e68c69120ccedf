"""Bad input of every kind, through the command line: one message in words, and nothing lost."""

import errno
import os

import pytest

from weaklabel.cli import main
from weaklabel.dataset import list_versions, verify_version
from weaklabel.project import Project


def run(capsys, folder, *arguments):
    status = main([*(arguments or ("run",)), "-p", str(folder)])
    return status, capsys.readouterr().err


def edit(path, old, new):
    content = path.read_bytes()
    assert old.encode() in content
    path.write_bytes(content.replace(old.encode(), new.encode()))


def snapshot(folder):
    """Return the content of everything that a person or a run made, the cache apart."""
    kept = ("dataset", "review", "analysis")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in kept
        for path in sorted((folder / name).rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def decided(done, capsys):
    """Return a project with one decision and two dataset versions."""
    (done / "answers.csv").write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    assert main(["decide", str(done / "answers.csv"), "-r", "ann", "-p", str(done)]) == 0
    assert main(["run", "-q", "-p", str(done)]) == 0
    capsys.readouterr()
    return done


@pytest.mark.parametrize(
    ("file", "old", "new", "status", "words"),
    [
        pytest.param(
            "comments.csv", "id,text,gold", "id,body,gold", 1,
            ["comments.csv", "'text'", "'id'", "'body'"], id="missing column",
        ),
        pytest.param(
            "comments.csv", "c001,", "c000,", 1,
            ["id column 'id' has 1 duplicates, for example 'c000' at positions 0 and 1"],
            id="duplicate ids",
        ),
        pytest.param(
            "weaklabel.toml", '["ham", "spam"]', '["spam"]', 2,
            ["classes is ('spam',), must be two or more class names"], id="one class",
        ),
        pytest.param(
            "lfs.py", 'return "ham"', 'return 1 // 0', 1,
            ["'short' raised ZeroDivisionError on item 'c004'"], id="a labeling function raises",
        ),
        pytest.param(
            "lfs.py", 'return "ham"', "return 7", 1,
            ["labeling function 'short' answered 7 on item 'c004'", "a code in [0, 2)"], id="it answers 7",
        ),
        pytest.param(
            "lfs.py", 'return "ham"', 'return "hma"', 1,
            ["'short' answered 'hma' on item 'c004'", "Did you mean 'ham'?"], id="it answers another text",
        ),
        pytest.param(
            "lfs.py", "import weaklabel as wl", "import weaklabel as", 1, ["lfs.py"], id="it is no Python"
        ),
        pytest.param(
            "lfs.py", "item.text", "item.txt", 1,
            ["'short'", "an item has no field 'txt'", "Did you mean 'text'?"], id="it misspells a field",
        ),
    ],
)  # fmt: skip
def test_wrong_data_and_labeling_functions(capsys, decided, file, old, new, status, words):
    before, good = snapshot(decided), (decided / file).read_bytes()
    edit(decided / file, old, new)
    found, err = run(capsys, decided)
    assert found == status
    for word in words:
        assert word in err
    assert "Traceback" not in err
    assert snapshot(decided) == before
    (decided / file).write_bytes(good)
    assert {s.state for s in Project(decided).status()} == {"done"}


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "comments.csv"), (b"id,text,gold\n", "comments.csv"), (b"\xff\xfe\x00", "comments.csv")],
    ids=["an empty file", "a header alone", "not UTF-8"],
)
def test_a_data_file_without_data(capsys, decided, content, words):
    before = snapshot(decided)
    (decided / "comments.csv").write_bytes(content)
    status, err = run(capsys, decided)
    assert status == 1
    assert words in err
    assert "Traceback" not in err
    assert snapshot(decided) == before


def test_missing_texts_are_abstained_on_and_labeled_nevertheless(capsys, small_project):
    import pandas as pd

    frame = pd.read_csv(small_project / "comments.csv")
    frame.loc[:3, "text"] = None
    frame.to_parquet(small_project / "comments.parquet")
    edit(small_project / "weaklabel.toml", "comments.csv", "comments.parquet")
    edit(small_project / "lfs.py", "len(item.text.split())", "len((item.text or '').split())")
    status, err = run(capsys, small_project)
    assert status == 0, err
    (version,) = list_versions(small_project / "dataset")
    assert version.manifest["counts"]


def test_a_truncated_parquet_file(capsys, small_project):
    import pandas as pd

    path = small_project / "comments.parquet"
    pd.read_csv(small_project / "comments.csv").to_parquet(path)
    edit(small_project / "weaklabel.toml", "comments.csv", "comments.parquet")
    path.write_bytes(path.read_bytes()[:-40])
    status, err = run(capsys, small_project)
    assert status == 1
    assert "comments.parquet" in err
    assert "Traceback" not in err


def test_a_truncated_file_of_an_earlier_stage_is_told(capsys, done):
    path = done / ".weaklabel" / "refined.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    edit(done / "weaklabel.toml", "budget = 10", "budget = 11")
    status, err = run(capsys, done)
    assert status == 1
    assert "refined.parquet" in err
    path.unlink()
    status, err = run(capsys, done)
    assert status == 0, err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("zzz,ham", ["answers.csv", "line 3", "'zzz'"]),
        ("c002,hma", ["answers.csv", "line 3", "'hma'", "'ham'"]),
    ],
    ids=["unknown id", "unknown class"],
)
def test_wrong_answers_store_nothing(capsys, decided, line, words):
    answers = decided / "answers.csv"
    answers.write_text(f"item_id,answer\nc003,ham\n{line}\n", encoding="utf-8")
    before = Project(decided).workspace.decisions()
    status, err = run(capsys, decided, "decide", str(answers), "-r", "ann")
    assert status == 1
    for word in words:
        assert word in err
    assert Project(decided).workspace.decisions() == before


def test_a_manifest_that_no_longer_matches_its_files(capsys, decided):
    (version, _) = list_versions(decided / "dataset")
    (file,) = version.path.glob("train.csv")
    file.chmod(0o644)
    file.write_text("other", encoding="utf-8")
    status, err = run(capsys, decided, "verify")
    assert status == 1
    assert "train.csv" in err
    assert version.path.name in err


def test_an_output_folder_that_cannot_be_written(capsys, decided):
    (decided / "taken").write_text("a file, no folder")
    before = snapshot(decided)
    edit(decided / "weaklabel.toml", "[output]", '[output]\nfolder = "taken/dataset"')
    status, err = run(capsys, decided)
    assert status == 1
    assert "taken" in err
    assert "Traceback" not in err
    assert snapshot(decided) == before


def test_a_full_disk_leaves_the_previous_version_intact(capsys, decided, monkeypatch):
    before = snapshot(decided)
    edit(decided / "weaklabel.toml", "[output]", "[output]\nmin_confidence = 0.6")

    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        status, err = run(capsys, decided)
    assert status == 1
    assert "No space left on device" in err
    assert snapshot(decided) == before
    for version in list_versions(decided / "dataset"):
        verify_version(version.path)
    status, err = run(capsys, decided)
    assert status == 0, err
    assert len(list_versions(decided / "dataset")) == 3
