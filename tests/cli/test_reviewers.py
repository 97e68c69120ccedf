"""`weaklabel reviewers`: who may sign in to a team's review."""

import re

import pytest

from weaklabel.project import open_store

TOKEN = re.compile(r"^    ([\w-]{43})$", re.MULTILINE)


def test_a_token_is_printed_once_with_what_to_do(cli, done):
    status, out, _ = cli("reviewers", "add", "ann", "-p", done)
    assert status == 0
    token = TOKEN.search(out).group(1)
    assert out.startswith("ann may sign in as reviewer.\n")
    assert "shown only now" in out
    assert "weaklabel reviewers rotate NAME" in out
    status, out, _ = cli("reviewers", "list", "-p", done)
    assert re.fullmatch(r"ann  reviewer  since \d{4}-\d\d-\d\d\n", out)
    assert token not in out
    database = done / "review" / "decisions.sqlite"
    assert token.encode() not in database.read_bytes()


def test_a_new_token_takes_the_place_of_the_old_one_and_revoked_is_out(cli, done):
    from weaklabel.review.team._reviewers import Reviewers

    first = TOKEN.search(cli("reviewers", "add", "eve", "--role", "expert", "-p", done)[1]).group(1)
    status, out, _ = cli("reviewers", "rotate", "eve", "-p", done)
    assert status == 0
    assert "The old token of eve no longer holds." in out
    second = TOKEN.search(out).group(1)
    store = open_store(done)
    assert Reviewers(store).login(first) is None
    assert Reviewers(store).login(second).role == "expert"
    status, out, _ = cli("reviewers", "revoke", "eve", "-p", done)
    assert (status, out) == (0, "eve can no longer sign in. Their answers stay.\n")
    assert Reviewers(store).login(second) is None
    store.close()
    assert "revoked" in cli("reviewers", "list", "-p", done)[1]


def test_before_anybody_is_added_it_is_said_how(cli, done):
    status, out, _ = cli("reviewers", "list", "-p", done)
    assert (status, out) == (
        0,
        f"Nobody yet. Add people: weaklabel reviewers add NAME -p {done}\n",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "ann", "--role", "boss"), "role is 'boss', must be one of 'reviewer', 'expert'"),
        (("add", ""), "name is ''"),
        (("add", "a\x1b[31mnn"), "name is 'a\\x1b[31mnn'"),
        (("revoke", "nobody"), "name is 'nobody', must be that of a reviewer who may log in"),
        (("rotate", "nobody"), "name is 'nobody', must be that of a reviewer who may log in"),
    ],
)
def test_wrong_names_and_roles_are_wrong_use(cli, done, arguments, words):
    status, out, err = cli("reviewers", *arguments, "-p", done)
    assert (status, out) == (2, "")
    assert words in err


def test_the_same_name_twice_is_wrong_use(cli, done, tmp_path):
    store = tmp_path / "other.sqlite"
    assert cli("reviewers", "add", "ann", "-p", done, "--store", store)[0] == 0
    status, _, err = cli("reviewers", "add", "ann", "-p", done, "--store", store)
    assert status == 2
    assert "must be one that no reviewer has" in err
    assert cli("reviewers", "add", "ann", "-p", done)[0] == 0
