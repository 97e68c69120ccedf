"""People's decisions win over the model's labels, and every label says where it is from."""

from collections.abc import Sequence

import numpy as np
import pytest

from weaklabel.core import (
    Decision,
    DecisionLog,
    Items,
    LabelSchema,
    SoftLabels,
    SoftVotes,
    VoteMatrix,
    as_items,
)
from weaklabel.dataset import build_dataset
from weaklabel.errors import DatasetError, DecisionsError, ItemsError, ParameterError

AT = "2026-05-04T10:15:00+00:00"
SCHEMA = LabelSchema(["ham", "spam"])
TEXTS = ["free money now", "hello my friend", "see you tomorrow", "win a prize today", "undecided"]
SPAM = [0.9, 0.2, 0.4, 0.7, 0.5]


@pytest.fixture
def items() -> Items:
    rows = [{"item_id": key, "text": text} for key, text in zip("abcde", TEXTS, strict=True)]
    return as_items(rows)


@pytest.fixture
def soft() -> SoftLabels:
    proba = [[1 - p, p] for p in SPAM]
    return SoftLabels(proba[::-1], list("edcba"), SCHEMA, "model:LabelModel")


def log(*answers: tuple[str, str | None, str]) -> DecisionLog:
    return DecisionLog(Decision(key, label, who, AT) for key, label, who in answers)


def column(data: object, name: str) -> list[object]:
    return data.table.column(name).to_pylist()  # type: ignore[attr-defined,no-any-return]


def test_labels_come_from_the_model_where_nobody_decided(items: Items, soft: SoftLabels) -> None:
    data = build_dataset(items, soft)
    assert column(data, "label") == ["spam", "ham", "ham", "spam", None]
    assert column(data, "label_code") == [1, 0, 0, 1, -1]
    assert data.codes.tolist() == [1, 0, 0, 1, -1]
    assert set(data.provenance) == {"model:LabelModel"}
    np.testing.assert_allclose(data.posterior[:, 1], SPAM)
    np.testing.assert_allclose(column(data, "confidence"), [0.9, 0.8, 0.6, 0.7, 0.5])
    assert data.item_ids.tolist() == list("abcde")


def test_decisions_win_and_are_marked(items: Items, soft: SoftLabels) -> None:
    decisions = log(
        ("a", "ham", "ann"),
        ("a", "ham", "bob"),
        ("b", "spam", "ann"),
        ("b", "ham", "bob"),
        ("c", None, "ann"),
        ("gone", "spam", "ann"),
    )
    data = build_dataset(items, soft, decisions)
    assert column(data, "label")[:3] == ["ham", "ham", "ham"]
    assert data.provenance[:3] == ("review:bob", "model:LabelModel", "model:LabelModel")
    assert column(data, "review") == ["agreed", "disputed", "skipped", "", ""]
    assert data.posterior[0].tolist() == [1.0, 0.0]
    assert data.review == {
        "decisions": 6,
        "standing": 6,
        "agreed": 1,
        "disputed": 1,
        "skipped": 1,
        "elsewhere": 1,
    }
    assert "1 decided by review, 1 decisions on items that are not here" in repr(data)


def test_undecided_and_doubtful_items_are_kept_outside_the_splits(
    items: Items, soft: SoftLabels
) -> None:
    data = build_dataset(items, soft, log(("b", "ham", "ann")), min_confidence=0.65)
    split = dict(zip("abcde", column(data, "split"), strict=True))
    assert [key for key, name in split.items() if name == "unlabeled"] == ["c", "e"]
    assert data.split_names == ("train", "valid", "test", "unlabeled")
    assert column(data, "label")[2] == "ham"
    assert data.n_items == 5


def test_uncovered_items_stay_out_if_asked_unless_somebody_decided(
    items: Items, soft: SoftLabels
) -> None:
    votes = VoteMatrix.from_array([[1], [-1], [-1], [1], [1]], SCHEMA, None, list("abcde"))
    decisions = log(("b", "ham", "ann"))
    data = build_dataset(items, soft, decisions, votes=votes, keep_uncovered=False)
    assert [v == "unlabeled" for v in column(data, "split")] == [False, False, True, False, True]
    doubted = SoftVotes.from_votes(votes)
    again = build_dataset(items, soft, decisions, votes=doubted, keep_uncovered=False)
    assert column(again, "split") == column(data, "split")
    with pytest.raises(ParameterError, match="keep_uncovered is False without votes, must be True"):
        build_dataset(items, soft, keep_uncovered=False)


def many(texts: Sequence[str], **more: Sequence[object]) -> tuple[Items, SoftLabels]:
    rows = {"text": list(texts), **{name: list(values) for name, values in more.items()}}
    items = as_items(rows)
    return items, SoftLabels([[0.9, 0.1]] * len(texts), items.item_ids, SCHEMA)


def test_near_duplicates_stay_together_by_default() -> None:
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]
    texts = [f"{a} {b} and then {b} {a} once more" for a in words for b in words if a < b]
    items, soft = many([t for t in texts for _ in range(3)])
    split = column(build_dataset(items, soft), "split")
    assert all(len(set(split[i : i + 3])) == 1 for i in range(0, len(split), 3))
    assert set(split) == {"train", "valid", "test"}


def test_equal_rows_of_a_table_without_texts_stay_together() -> None:
    items = as_items({"x": [i // 2 for i in range(40)]})
    soft = SoftLabels([[0.9, 0.1]] * 40, items.item_ids, SCHEMA)
    split = column(build_dataset(items, soft), "split")
    assert split[::2] == split[1::2]


def test_given_groups_are_used_and_checked(items: Items, soft: SoftLabels) -> None:
    data = build_dataset(items, soft, groups=[7] * 5, splits={"train": 0.5, "test": 0.5})
    assert len(set(column(data, "split")[:4])) == 1
    assert data.policy["groups"] == "given"
    with pytest.raises(
        DatasetError, match=r"groups has shape \(3,\) and dtype int64, must be \(5,\)"
    ):
        build_dataset(items, soft, groups=[1, 2, 3])


def test_the_order_of_the_items_makes_no_difference(items: Items, soft: SoftLabels) -> None:
    there, back = build_dataset(items, soft), build_dataset(items.take([4, 3, 2, 1, 0]), soft)
    assert there.table.take([4, 3, 2, 1, 0]).equals(back.table)


def test_columns_that_have_our_names_are_kept_under_another() -> None:
    items, soft = many(["a text", "b other"], label=["x", "y"], item_label=[1, 2], split=["p", "q"])
    data = build_dataset(items, soft)
    assert column(data, "item_label_") == ["x", "y"]
    assert column(data, "item_label") == [1, 2]
    assert column(data, "item_split") == ["p", "q"]
    assert column(data, "label") == ["ham", "ham"]


def test_wrong_input_is_named(items: Items, soft: SoftLabels) -> None:
    with pytest.raises(DatasetError, match="a data set has 0 items, must have at least one"):
        build_dataset(items.take(np.empty(0, dtype=int)), soft)
    with pytest.raises(ItemsError, match="2 of 5 item ids are not among the soft labels"):
        build_dataset(items, soft.take([0, 1, 2]))
    with pytest.raises(ItemsError, match="column is 'body', must be one of 'item_id', 'text'"):
        build_dataset(items, soft, text_columns=["body"])
    with pytest.raises(DecisionsError, match="label of decision on 'a' is 'eggs'"):
        build_dataset(items, soft, log(("a", "eggs", "ann")))
    with pytest.raises(ParameterError, match=r"min_confidence is 2, must be a number in \[0, 1\]"):
        build_dataset(items, soft, min_confidence=2)
    with pytest.raises(ParameterError, match=r"sum of splits is 0.5, must be 1"):
        build_dataset(items, soft, splits={"train": 0.5})


def test_escalations_and_gold_checks_are_no_skips(items: Items, soft: SoftLabels) -> None:
    given = DecisionLog(
        [
            Decision("a", None, "ann", AT, kind="escalation"),
            Decision("b", None, "ann", AT, gold=True),
            Decision("c", "ham", "ann", AT, gold=True),
            Decision("d", None, "ann", AT, kind="flag"),
            Decision("e", None, "ann", AT),
        ]
    )
    data = build_dataset(items, soft, given)
    assert column(data, "review") == ["", "", "", "", "skipped"]
