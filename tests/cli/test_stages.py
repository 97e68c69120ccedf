"""Commands of stages: what they print, and how they fail."""

import re

import pytest


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("apply", "4 labeling functions on 60 items"),
        ("analyze", "learned_precision"),
        ("fit", "Label model accuracy on covered items"),
        ("triage", "Review set: 10 items"),
        ("export", "Dataset version:"),
        ("status", "export   done"),
        ("check-lfs", "4 labeling functions, 2 examples, 0 failures"),
        ("verify", "every file is as its manifest says"),
    ],
)
def test_every_stage_has_its_command(cli, done, command, words):
    status, out, err = cli(command, "-p", done)
    assert status == 0, err
    assert words in out


def test_a_failing_example_is_told_and_fails(cli, small_project):
    lfs = small_project / "lfs.py"
    lfs.write_text(
        lfs.read_text(encoding="utf-8").replace('["nice"]', '["free"]'), encoding="utf-8"
    )
    status, out, _ = cli("check-lfs", "-p", small_project)
    assert status == 1
    assert "promotion" in out.splitlines()[0]
    assert out.endswith("1 failures\n")


def test_a_labeling_function_that_raises_is_one_message(cli, small_project):
    lfs = small_project / "lfs.py"
    lfs.write_text(lfs.read_text(encoding="utf-8").replace("    return", "    1 / 0\n    return"))
    status, _, err = cli("run", "-p", small_project)
    assert status == 1
    assert "error: labeling function 'short' raised ZeroDivisionError on item 'c000'" in err
    assert "Traceback" not in err


def test_the_votes_that_are_kept_can_be_counted_and_removed(cli, done):
    held = done / ".weaklabel" / "votes"
    status, out, _ = cli("cache", "-p", done)
    assert status == 0
    assert re.fullmatch(rf"{held}: 4 files, 0\.0 MB, last used \d{{4}}-\d\d-\d\d\n", out)
    status, out, _ = cli("cache", "-p", done, "--clear", "--older-than-days", "1")
    assert out == f"{held}: removed 0 files, 0.0 MB\n"
    status, out, _ = cli("cache", "-p", done, "--clear")
    assert out == f"{held}: removed 4 files, 0.0 MB\n"
    assert cli("cache", "-p", done)[1] == f"{held}: 0 files, 0.0 MB\n"
    assert cli("run", "-p", done, "-q")[0] == 0


def test_an_age_without_clear_is_wrong_use(cli, done):
    status, _, err = cli("cache", "-p", done, "--older-than-days", "3")
    assert status == 2
    assert "error: --older-than-days goes with --clear." in err
