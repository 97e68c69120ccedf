"""class_health: confusion, imbalance and uncovered regions, by hand on small data."""

import numpy as np
import pytest

from weaklabel.core import LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.errors import ItemsError, LabelsError, ParameterError, VotesError
from weaklabel.triage._class_health import class_health

SCHEMA = LabelSchema(["ham", "spam", "other"])
HAM, SPAM = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def case():
    """Return six ham, two spam, one of them ham to the classifier, and twelve without votes."""
    ids = [f"i{i:02d}" for i in range(20)]
    votes = VoteMatrix.from_array([[0]] * 6 + [[1]] * 2 + [[-1]] * 12, SCHEMA, item_ids=ids)
    soft = SoftLabels([HAM] * 6 + [SPAM] * 2 + [HAM] * 12, ids, SCHEMA, "model:Test")
    held_out = SoftLabels([HAM] * 6 + [SPAM, HAM] + [SPAM] * 12, ids, SCHEMA, "refine:out-of-fold")
    texts = ["see you at home"] * 8 + ["free prize inside", "a free prize"] * 6
    return votes, soft, held_out, texts


def test_classes_are_counted_over_covered_items():
    votes, soft, held_out, _ = case()
    table = class_health(votes, soft, held_out).classes
    assert table.index.tolist() == ["ham", "spam", "other"]
    assert table["items"].tolist() == [6, 2, 0]
    assert table["share"].tolist() == [0.75, 0.25, 0.0]
    assert table["held_out_share"].tolist() == pytest.approx([0.345, 0.555, 0.1])


def test_confusion_is_the_mean_held_out_probability():
    votes, soft, held_out, _ = case()
    health = class_health(votes, soft, held_out)
    assert health.confusion.loc["ham"].tolist() == pytest.approx(HAM)
    assert health.confusion.loc["spam"].tolist() == pytest.approx([0.45, 0.45, 0.1])
    assert health.confusion.loc["other"].isna().all()
    spam = health.classes.loc["spam"]
    assert (spam["confused_with"], spam["confusion"]) == ("ham", pytest.approx(0.45))
    assert spam["self_confidence"] == pytest.approx(0.45)


def test_the_joint_is_cleanlabs_estimate():
    votes, soft, held_out, _ = case()
    health = class_health(votes, soft, held_out)
    expected = [[0.75, 0.0, 0.0], [0.125, 0.125, 0.0], [0.0, 0.0, 0.0]]
    assert health.joint.to_numpy() == pytest.approx(np.array(expected))
    assert health.classes["wrong_share"].tolist()[:2] == pytest.approx([0.0, 0.5])
    assert health.joint.index.name == "label"
    assert health.joint.columns.name == "true_class"


def test_a_class_without_items_says_so():
    votes, soft, held_out, _ = case()
    other = class_health(votes, soft, held_out).classes.loc["other"]
    assert other[["confused_with", "confusion"]].isna().all()
    assert other["words"] == "other: no item has this label"


def test_ties_have_no_label():
    votes, soft, held_out, _ = case()
    tied = SoftLabels(np.full((20, 3), 1 / 3), soft.item_ids, SCHEMA)
    table = class_health(votes, tied, held_out).classes
    assert table["items"].tolist() == [0, 0, 0]
    assert table["share"].isna().all()


def test_uncovered_items_are_a_region_with_words_and_class():
    votes, soft, held_out, texts = case()
    [region] = class_health(votes, soft, held_out, texts=texts).regions.to_dict("records")
    assert region["items"] == 12
    assert region["share"] == 0.6
    assert set(region["distinctive"]) == {"free", "prize"}
    assert (region["says"], region["probability"]) == ("spam", pytest.approx(0.8))
    assert len(region["examples"]) == 5
    assert set(region["examples"]) <= {f"i{i:02d}" for i in range(8, 20)}
    assert region["words"] == (
        "12 items (60.0 %) without votes, with free, prize; classifier says spam 0.80"
    )


def test_without_texts_there_are_no_regions():
    votes, soft, held_out, _ = case()
    regions = class_health(votes, soft, held_out).regions
    assert len(regions) == 0
    assert "distinctive" in regions.columns


def test_it_shows_its_words():
    votes, soft, held_out, texts = case()
    shown = repr(class_health(votes, soft, held_out, texts=texts))
    assert shown.splitlines()[1].startswith("  ham: 6 of 8 items (75.0 %)")
    assert shown.splitlines()[4].startswith("  12 items (60.0 %) without votes")


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(0)
    n, vocabulary = 300, [f"w{i}" for i in range(120)]
    votes = VoteMatrix.from_array(rng.integers(-1, 3, (n, 1)), SCHEMA)
    soft = SoftLabels(rng.dirichlet([1, 1, 1], n), None, SCHEMA)
    held_out = SoftLabels(rng.dirichlet([1, 1, 1], n), None, SCHEMA)
    texts = [" ".join(rng.choice(vocabulary, 6)) for _ in range(n)]
    order = rng.permutation(n)
    health = class_health(votes, soft, held_out, texts=texts)
    mixed = class_health(
        votes.take(order), soft, held_out.take(order[::-1]), texts=[texts[i] for i in order]
    )
    for name in ("classes", "confusion", "joint", "regions"):
        assert getattr(mixed, name).equals(getattr(health, name))
    assert len(health.regions) > 1


def test_no_items_give_empty_answers():
    votes = VoteMatrix.from_array(np.empty((0, 2), dtype=int), SCHEMA)
    none = [SoftLabels(np.empty((0, 3)), None, SCHEMA) for _ in range(2)]
    health = class_health(votes, *none, texts=[])
    assert health.classes["items"].tolist() == [0, 0, 0]
    assert len(health.regions) == 0


def test_texts_of_other_items_are_refused():
    votes, soft, held_out, texts = case()
    with pytest.raises(ItemsError, match="texts has 19 texts, must have 20, one for each item"):
        class_health(votes, soft, held_out, texts=texts[:19])
    with pytest.raises(ItemsError, match="must have 20, one for each item"):
        class_health(votes, soft, held_out, texts="x" * 20)


def test_the_label_models_own_posterior_and_soft_votes_are_refused():
    votes, soft, held_out, _ = case()
    with pytest.raises(LabelsError, match="pred_probs comes from 'model:Test'"):
        class_health(votes, soft, soft)
    with pytest.raises(VotesError, match="VoteMatrix for class_health"):
        class_health(SoftVotes.from_votes(votes), soft, held_out)


@pytest.mark.parametrize(("name", "value"), [("n_regions", 0), ("n_words", 0), ("seed", -1)])
def test_too_small_numbers_are_refused(name, value):
    votes, soft, held_out, _ = case()
    with pytest.raises(ParameterError, match=f"{name} is {value}, must be an integer of at least"):
        class_health(votes, soft, held_out, **{name: value})
