"""The command line, as a user meets it: output, errors in words, exit status."""

import json
import re
import subprocess
import sys

import pytest

from weaklabel.cli import main
from weaklabel.review import read_log


def run(capsys, *arguments):
    status = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_version_and_help(capsys):
    assert run(capsys, "--version") == (0, "weaklabel 0.1.0\n", "")
    status, out, _ = run(capsys, "--help")
    assert status == 0
    assert "check-lfs" in out


def test_from_a_csv_to_a_dataset_with_answers(capsys, small_project, tmp_path):
    root = tmp_path / "mine"
    status, out, err = run(
        capsys, "init", root, "--data", small_project / "comments.csv", "--lfs", small_project / "lfs.py",
        "--classes", "ham,spam",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert "weaklabel run" in out
    status, out, err = run(capsys, "run", "-p", root)
    assert status == 0, err
    assert "promotion" in out
    assert "Refined labels' accuracy on all items" in out
    assert "Dataset version:" in out
    assert "apply: running" in err
    answers = root / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    status, out, _ = run(capsys, "decide", answers, "--reviewer", "ann", "-p", root)
    assert status == 0
    assert "1 stored, 0 known before" in out
    status, out, _ = run(capsys, "decide", answers, "--reviewer", "ann", "-p", root)
    assert "0 stored, 1 known before" in out
    status, out, _ = run(capsys, "status", "-p", root)
    assert "refine   stale" in out
    assert "decisions: 1 on 1 items, 0 disputed" in out


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
def test_every_stage_has_its_command(capsys, done, command, words):
    status, out, err = run(capsys, command, "-p", done)
    assert status == 0, err
    assert words in out


def test_causes_and_decisions_on_items_that_are_gone_are_printed(capsys, done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer,cause\nc001,spam,bug\nc059,spam,data\n", encoding="utf-8")
    assert run(capsys, "decide", answers, "-r", "ann", "-p", done)[0] == 0
    _, out, _ = run(capsys, "run", "-p", done)
    assert re.search(r"\nLabels that answers changed: \d answered, \d+ with the same votes, ", out)
    assert "\nlabeling function bug: 1 answer, 1 against the label that was shown\n  label" in out
    assert "no longer in the data" not in out
    comments = done / "comments.csv"
    lines = comments.read_text(encoding="utf-8").splitlines(keepends=True)
    comments.write_text("".join(lines[:-1]), encoding="utf-8")
    _, out, _ = run(capsys, "run", "-p", done)
    assert "\nlabeling function bug: 1 answer" in out
    assert "data error" not in out
    words = "\n1 decision on items that are no longer in the data: kept in the log, and not used.\n"
    assert out.count(words) == 1
    comments.write_text("".join(line for line in lines[:-1] if "c001" not in line))
    _, out, _ = run(capsys, "run", "-p", done)
    assert out.count(words.replace("1 decision", "2 decisions")) == 1
    assert "label that was shown" not in out


def test_what_stands_out_is_printed_after_the_review_set(capsys, done):
    path = done / ".weaklabel" / "state.json"
    state = json.loads(path.read_text(encoding="utf-8"))
    facts = state["triage"]["facts"]
    facts |= {"looks_wrong": ["link for spam: no"], "uncovered": ["9 items"]}
    facts |= {"contradicted": ["c1 was decided as ham"], "health_sample": 100_000}
    path.write_text(json.dumps(state), encoding="utf-8")
    status, out, _ = run(capsys, "triage", "-p", done)
    assert status == 0
    assert out.index("Review set: 10 items") < out.index(
        "\nLabeling function to look at: link for spam: no"
        "\nWorth a labeling function (in a sample of 100,000 items): 9 items"
        "\nAnswer to look at again: c1 was decided as ham\n"
    )


def test_a_cause_that_is_not_known_is_one_message(capsys, done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer,cause\nc001,spam,bugg\n", encoding="utf-8")
    status, _, err = run(capsys, "decide", answers, "-r", "ann", "-p", done)
    assert status == 1
    assert "cause 'bugg' is not known, did you mean 'labeling function bug'?" in err


def test_a_failing_example_is_told_and_fails(capsys, small_project):
    lfs = small_project / "lfs.py"
    lfs.write_text(
        lfs.read_text(encoding="utf-8").replace('["nice"]', '["free"]'), encoding="utf-8"
    )
    status, out, _ = run(capsys, "check-lfs", "-p", small_project)
    assert status == 1
    assert "promotion" in out.splitlines()[0]
    assert out.endswith("1 failures\n")


def test_the_log_is_verified_and_says_what_that_proves(capsys, done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    run(capsys, "decide", answers, "-r", "ann", "-p", done)
    status, out, _ = run(capsys, "log", "verify", "-p", done)
    assert status == 0
    assert "1 decisions, chain intact" in out
    assert "this does not prove that the log is complete or genuine" in out
    head = re.search("head: ([0-9a-f]{64})\n", out).group(1)
    status, out, _ = run(capsys, "log", "verify", "-p", done, "--anchor", head)
    assert "The log holds the anchor that you gave: up to there it is the log of then" in out
    status, _, err = run(capsys, "log", "verify", "-p", done, "--anchor", "12" * 32)
    assert status == 1
    assert "its end was cut off, or it was rewritten" in err
    run(capsys, "run", "-p", done, "--quiet")
    status, out, _ = run(capsys, "log", "verify", "-p", done)
    assert "The log holds the heads that 1 dataset versions recorded" in out
    assert "does not prove" not in out


def test_the_log_is_exported_with_every_field(capsys, done, tmp_path):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer,comment\nc001,spam,=1\nc002,?,\n", encoding="utf-8")
    run(capsys, "decide", answers, "-r", "ann", "-p", done)
    for name in ("log.csv", "log.jsonl"):
        status, out, _ = run(capsys, "log", "export", tmp_path / name, "-p", done)
        assert status == 0
        log = read_log(tmp_path / name)
        assert f"2 decisions, head {log.head_hash[:12]}" in out
        assert [(d.label, d.comment) for d in log] == [("spam", "=1"), (None, "")]
        store = done / "review" / "decisions.sqlite"
        status, out, _ = run(capsys, "log", "verify", "--store", store, "--anchor", log.head_hash)
        assert status == 0
    status, _, err = run(capsys, "log", "export", tmp_path / "log.xlsx", "-p", done)
    assert status == 2
    assert "must be a file that ends in .csv, .jsonl or .ndjson" in err


def test_a_url_of_another_database_is_wrong_use_and_shows_no_password(capsys):
    status, _, err = run(capsys, "log", "verify", "--store", "mysql://ann:secret@host/db")
    assert status == 2
    assert "must be a path, or postgresql+psycopg://user@host/database" in err
    assert "secret" not in err


def test_a_file_that_was_changed_is_found_by_verify(capsys, done):
    (train,) = (done / "dataset").glob("v0001-*/train.csv")
    train.chmod(0o644)
    train.write_text("changed", encoding="utf-8")
    status, _, err = run(capsys, "verify", "-p", done)
    assert status == 1
    assert "train.csv" in err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["run"], 2, "there is no weaklabel.toml in"),
        (["rnu"], 2, "rnu"),
        (["run", "--budget", "3"], 2, "--budget"),
        (["demo", "--task", "eggs"], 2, "'eggs'"),
        (["init", "--data", "none.csv"], 1, "none.csv"),
    ],
)
def test_wrong_use_is_two_and_failure_is_one_without_traceback(
    capsys, monkeypatch, tmp_path, arguments, status, words
):
    monkeypatch.chdir(tmp_path)
    found, _, err = run(capsys, *arguments)
    assert found == status
    assert words in err
    assert "Traceback" not in err


def test_a_labeling_function_that_raises_is_one_message(capsys, small_project):
    lfs = small_project / "lfs.py"
    lfs.write_text(lfs.read_text(encoding="utf-8").replace("    return", "    1 / 0\n    return"))
    status, _, err = run(capsys, "run", "-p", small_project)
    assert status == 1
    assert "error: labeling function 'short' raised ZeroDivisionError on item 'c000'" in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(small_project):
    lfs = small_project / "lfs.py"
    lfs.write_text(lfs.read_text(encoding="utf-8").replace("    return", "    1 / 0\n    return"))
    command = [sys.executable, "-c", "import sys; from weaklabel.cli import main; sys.exit(main())"]
    done = subprocess.run(
        [*command, "--debug", "run", "-p", str(small_project)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_what_nobody_foresaw_is_one_message_too(capsys, small_project, monkeypatch):
    monkeypatch.setattr("weaklabel.project.Project.run", lambda *a, **k: {}["gone"])
    status, _, err = run(capsys, "run", "-p", small_project)
    assert status == 1
    assert "error: unexpected KeyError: 'gone'." in err


def test_ctrl_c_leaves_a_project_that_the_next_run_continues(capsys, small_project):
    lfs = small_project / "lfs.py"
    text = lfs.read_text(encoding="utf-8")
    lfs.write_text(
        text.replace("    return", "    raise KeyboardInterrupt\n    return"), encoding="utf-8"
    )
    status, _, err = run(capsys, "run", "-p", small_project)
    assert status == 130
    assert "Stopped. What is finished is kept; go on with: weaklabel run" in err
    lfs.write_text(text, encoding="utf-8")
    status, _, err = run(capsys, "run", "-p", small_project)
    assert status == 0, err


def test_the_demo_takes_several_files_and_goes_on_when_called_again(
    capsys, small_project, tmp_path
):
    rows = (small_project / "comments.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("".join(rows[:30]), encoding="utf-8")
    two.write_text("".join([rows[0], *rows[30:]]), encoding="utf-8")
    arguments = ("demo", "--folder", tmp_path / "demo", "--data", one, two)
    status, out, err = run(capsys, *arguments)
    assert status == 0, err
    assert "Items 60," in out
    assert "A simulated reviewer" in out
    status, out, err = run(capsys, *arguments)
    assert status == 0
    assert "Going on with the project in" in err
    assert "A simulated reviewer" not in out


def test_the_votes_that_are_kept_can_be_counted_and_removed(capsys, done):
    held = done / ".weaklabel" / "votes"
    status, out, _ = run(capsys, "cache", "-p", done)
    assert status == 0
    assert re.fullmatch(rf"{held}: 4 files, 0\.0 MB, last used \d{{4}}-\d\d-\d\d\n", out)
    status, out, _ = run(capsys, "cache", "-p", done, "--clear", "--older-than-days", "1")
    assert out == f"{held}: removed 0 files, 0.0 MB\n"
    status, out, _ = run(capsys, "cache", "-p", done, "--clear")
    assert out == f"{held}: removed 4 files, 0.0 MB\n"
    assert run(capsys, "cache", "-p", done)[1] == f"{held}: 0 files, 0.0 MB\n"
    assert run(capsys, "run", "-p", done, "-q")[0] == 0


def test_an_age_without_clear_is_wrong_use(capsys, done):
    status, _, err = run(capsys, "cache", "-p", done, "--older-than-days", "3")
    assert status == 2
    assert "error: --older-than-days goes with --clear." in err


@pytest.mark.parametrize("command", ["run", "apply"])
def test_a_wrong_number_of_workers_is_wrong_use(capsys, small_project, command):
    status, _, err = run(capsys, command, "-p", small_project, "--n-jobs", "0")
    assert status == 2
    assert "n_jobs is 0, must be an integer of at least 1. Or -1: one on each core." in err
