"""Who may log in: names, roles, and tokens of which only hashes are kept."""

import re
from collections.abc import Callable

import pytest

from weaklabel.errors import ParameterError
from weaklabel.review import DecisionStore
from weaklabel.review.team._reviewers import Reviewers

Sql = Callable[..., list[tuple[object, ...]]]


def test_the_token_of_a_reviewer_logs_in_and_no_other(store: DecisionStore) -> None:
    people = Reviewers(store)
    ann, bob = people.add("ann"), people.add("bob", "lead")
    assert re.fullmatch(r"[\w-]{43}", ann)
    who = people.login(bob)
    assert who is not None
    assert (who.name, who.role) == ("bob", "lead")
    for wrong in ("", ann[:-1], ann + "x", "\ud800", ann.upper()):
        assert people.login(wrong) is None


def test_in_a_store_without_a_log_nobody_logs_in_and_nothing_is_made(
    store: DecisionStore, sql: Sql, location: str
) -> None:
    people = Reviewers(store)
    assert (people.list(), people.active(), people.login("x")) == ((), (), None)
    assert len(store.log()) == 0


def test_of_a_token_nothing_but_its_hash_is_kept(
    store: DecisionStore, location: str, sql: Sql
) -> None:
    token = Reviewers(store).add("ann")
    (row,) = sql(location, "SELECT * FROM weaklabel_reviewers")
    assert token not in str(row)
    assert re.search(r"\b[0-9a-f]{64}\b", str(row))


def test_a_new_token_takes_the_place_of_the_old_one(store: DecisionStore) -> None:
    people = Reviewers(store)
    old = people.add("ann", "expert")
    before = people.login(old)
    new = people.rotate("ann")
    after = people.login(new)
    assert people.login(old) is None
    assert before is not None
    assert after is not None
    assert (after.name, after.role) == ("ann", "expert")
    assert before.fingerprint != after.fingerprint


def test_who_was_revoked_cannot_log_in_and_stays_listed(store: DecisionStore) -> None:
    people = Reviewers(store)
    token = people.add("ann")
    people.add("bob")
    people.revoke("ann")
    assert people.login(token) is None
    assert [who.name for who in people.active()] == ["bob"]
    assert [(e.name, bool(e.revoked_at)) for e in people.list()] == [("ann", True), ("bob", False)]


def test_who_was_revoked_may_be_added_again_with_another_role(store: DecisionStore) -> None:
    people = Reviewers(store)
    old = people.add("ann")
    people.revoke("ann")
    who = people.login(people.add("ann", "expert"))
    assert who is not None
    assert who.role == "expert"
    assert people.login(old) is None


def test_a_name_is_one_persons(store: DecisionStore) -> None:
    people = Reviewers(store)
    token = people.add("ann")
    with pytest.raises(ParameterError, match="name is 'ann', must be one that no reviewer has"):
        people.add("ann", "lead")
    who = people.login(token)
    assert who is not None
    assert who.role == "reviewer"


def test_a_name_of_nobody_can_neither_be_revoked_nor_get_a_token(store: DecisionStore) -> None:
    people = Reviewers(store)
    people.add("ann")
    people.revoke("ann")
    for name in ("ann", "bob"):
        for change in (people.revoke, people.rotate):
            with pytest.raises(ParameterError, match="of a reviewer who may log in"):
                change(name)


@pytest.mark.parametrize(
    "name", ["", " ann", "ann ", "a\nb", "a\x00b", "a\u202eb", "\ud800", 101 * "a", None, 5]
)
def test_a_name_that_could_deceive_is_refused(file_store: DecisionStore, name: object) -> None:
    with pytest.raises(ParameterError, match="printable characters"):
        Reviewers(file_store).add(name)  # type: ignore[arg-type]  # that is what is tested


def test_names_may_look_like_markup_or_sql(store: DecisionStore) -> None:
    people = Reviewers(store)
    names = sorted(
        ["<script>alert(1)</script>", "Robert'); DROP TABLE weaklabel_reviewers;--", "Ånn"]
    )
    tokens = {name: people.add(name) for name in names}
    assert [entry.name for entry in people.list()] == names
    for name, token in tokens.items():
        who = people.login(token)
        assert who is not None
        assert who.name == name


def test_a_role_is_one_of_three(file_store: DecisionStore) -> None:
    with pytest.raises(ParameterError, match="role is 'boss', must be one of 'reviewer', 'expert'"):
        Reviewers(file_store).add("ann", "boss")
