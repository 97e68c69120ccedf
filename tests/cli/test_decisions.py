"""Commands on answers and their log."""

import re

from weaklabel.review import read_log


def test_a_cause_that_is_not_known_is_one_message(cli, done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer,cause\nc001,spam,bugg\n", encoding="utf-8")
    status, _, err = cli("decide", answers, "-r", "ann", "-p", done)
    assert status == 1
    assert "cause 'bugg' is not known, did you mean 'labeling function bug'?" in err


def test_the_log_is_verified_and_says_what_that_proves(cli, done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    cli("decide", answers, "-r", "ann", "-p", done)
    status, out, _ = cli("log", "verify", "-p", done)
    assert status == 0
    assert "1 decisions, chain intact" in out
    assert "this does not prove that the log is complete or genuine" in out
    head = re.search("head: ([0-9a-f]{64})\n", out).group(1)
    status, out, _ = cli("log", "verify", "-p", done, "--anchor", head)
    assert "The log holds the anchor that you gave: up to there it is the log of then" in out
    status, _, err = cli("log", "verify", "-p", done, "--anchor", "12" * 32)
    assert status == 1
    assert "its end was cut off, or it was rewritten" in err
    cli("run", "-p", done, "--quiet")
    status, out, _ = cli("log", "verify", "-p", done)
    assert "The log holds the heads that 1 dataset versions recorded" in out
    assert "does not prove" not in out


def test_the_log_is_exported_with_every_field(cli, done, tmp_path):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer,comment\nc001,spam,=1\nc002,?,\n", encoding="utf-8")
    cli("decide", answers, "-r", "ann", "-p", done)
    for name in ("log.csv", "log.jsonl"):
        status, out, _ = cli("log", "export", tmp_path / name, "-p", done)
        assert status == 0
        log = read_log(tmp_path / name)
        assert f"2 decisions, head {log.head_hash[:12]}" in out
        assert [(d.label, d.comment) for d in log] == [("spam", "=1"), (None, "")]
        store = done / "review" / "decisions.sqlite"
        status, out, _ = cli("log", "verify", "--store", store, "--anchor", log.head_hash)
        assert status == 0
    status, _, err = cli("log", "export", tmp_path / "log.xlsx", "-p", done)
    assert status == 2
    assert "must be a file that ends in .csv, .jsonl or .ndjson" in err


def test_a_url_of_another_database_is_wrong_use_and_shows_no_password(cli):
    status, _, err = cli("log", "verify", "--store", "mysql://ann:secret@host/db")
    assert status == 2
    assert "must be a path, or postgresql+psycopg://user@host/database" in err
    assert "secret" not in err


def test_a_file_that_was_changed_is_found_by_verify(cli, done):
    (train,) = (done / "dataset").glob("v0001-*/train.csv")
    train.chmod(0o644)
    train.write_text("changed", encoding="utf-8")
    status, _, err = cli("verify", "-p", done)
    assert status == 1
    assert "train.csv" in err
