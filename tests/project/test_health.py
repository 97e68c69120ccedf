"""What stands out among functions, regions and answers, and the files that hold the rest."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, VoteMatrix
from weaklabel.project import _health
from weaklabel.project._health import HEALTH_FILES, write_health

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
IDS = [f"c{i:03d}" for i in range(240)]


def pair(spam):
    return SoftLabels(np.stack([1 - spam, spam], axis=1), IDS, SCHEMA)


def case(n_bad=1):
    """Return votes, posterior, held-out probabilities and texts of 200 items with votes and 40 without.

    Votes of "good" are right; "bad" functions always say spam of ham.
    """
    truth = np.arange(240) % 2
    codes = np.full((240, 1 + n_bad), -1)
    codes[:200, 0] = truth[:200]
    codes[:60, 1:] = np.where(truth[:60] == 0, 1, -1)[:, None]
    votes = VoteMatrix.from_array(codes, SCHEMA, ["good", *(f"bad{j}" for j in range(n_bad))], IDS)
    q = np.where(truth, 0.95, 0.05)
    q[200:] = 0.5
    texts = [f"song number{i}" for i in range(200)]
    texts += [f"crypto wallet number{i}" for i in range(200, 240)]
    return votes, pair(q), pair(np.where(truth, 0.9, 0.1)), texts


def believing(value, n_lfs=2):
    return SimpleNamespace(precision_=np.full((n_lfs, 2, 2), value))


def decided(answers, stratum="error", reviewer="ann"):
    return [Decision(key, label, reviewer, AT, stratum=stratum) for key, label in answers.items()]


def health(folder, *decisions, n_bad=1, **changed):
    votes, soft, pred, texts = case(n_bad)
    given = {"model": believing(0.9, 1 + n_bad), "texts": texts} | changed
    return write_health(folder, votes, soft, pred, DecisionLog(decisions), **given)


def test_the_function_that_is_wrong_is_named_and_the_good_one_is_not(tmp_path):
    (words,) = health(tmp_path)["looks_wrong"]
    assert words.startswith("bad0 for spam: held-out classifier gives 0.0")
    assert "this function looks wrong on items like these, such as c0" in words


def test_each_function_is_named_once_and_three_at_most(tmp_path):
    words = health(tmp_path, n_bad=5)["looks_wrong"]
    assert [w.split()[0] for w in words] == ["bad0", "bad1", "bad2"]
    assert health(tmp_path, model=believing(0.01))["looks_wrong"] == []


def test_the_function_with_most_wrong_votes_comes_first_and_once(tmp_path):
    """The first two functions always vote for the other class, on 20 and on 80 items."""
    _, soft, pred, _ = case()
    truth = np.arange(240) % 2
    codes = np.full((240, 3), -1)
    codes[:, 2] = truth
    codes[:20, 0], codes[:80, 1] = 1 - truth[:20], 1 - truth[:80]
    votes = VoteMatrix.from_array(codes, SCHEMA, ["rare", "often", "right"], IDS)
    words = write_health(tmp_path, votes, soft, pred, DecisionLog(), model=believing(0.9, 3))
    assert [w.split()[0] for w in words["looks_wrong"]] == ["often", "rare"]
    table = pd.read_csv(tmp_path / "function_health.csv")
    assert table["looks_wrong"].sum() == 4


def test_certain_votes_that_nothing_contradicts_do_not_look_wrong(tmp_path):
    """Of votes that all agree, majority vote believes 1.0, and the interval ends just below."""
    ids = IDS[:30]
    votes = VoteMatrix.from_array([[1]] * 30, SCHEMA, item_ids=ids)
    certain = [SoftLabels([[0.0, 1.0]] * 30, ids, SCHEMA) for _ in range(2)]
    facts = write_health(tmp_path, votes, *certain, DecisionLog())
    assert facts["looks_wrong"] == []


def test_the_region_without_votes_is_told_by_its_words(tmp_path):
    first = health(tmp_path)["uncovered"][0]
    assert "items (" in first
    assert "crypto" in first
    assert health(tmp_path, texts=None)["uncovered"] == []


def test_small_regions_are_in_the_file_only(tmp_path, monkeypatch):
    monkeypatch.setattr(_health, "_LEAST_SHARE", 0.5)
    assert health(tmp_path)["uncovered"] == []
    assert len(pd.read_csv(tmp_path / "uncovered_regions.csv")) > 0


def test_contradicted_answers_are_three_at_most_and_the_right_ones_are_not_named(tmp_path):
    answers = {"c000": "ham", "c001": "spam", "c101": "ham", "c230": "ham"}
    facts = health(tmp_path, *decided(answers))
    (words,) = facts["contradicted"]
    assert words.startswith("c101 was decided as ham, but label model says spam 0.95")
    wrong = dict.fromkeys(IDS[101:111:2], "ham")
    assert len(health(tmp_path, *decided(wrong))["contradicted"]) == 3
    assert health(tmp_path)["contradicted"] == []


def test_an_answer_that_a_second_reviewer_confirms_stands(tmp_path):
    answers = decided({"c101": "ham", "c103": "ham"})
    second = decided({"c101": "ham"}, reviewer="bob")
    (words,) = health(tmp_path, *answers, *second)["contradicted"]
    assert words.startswith("c103 ")


def test_the_files_hold_every_table(tmp_path):
    health(tmp_path / "analysis")
    tables = {name: pd.read_csv(tmp_path / "analysis" / name) for name in HEALTH_FILES}
    functions = tables["function_health.csv"].set_index(["lf", "class"])
    assert functions.index.tolist() == [("good", "ham"), ("good", "spam"), ("bad0", "spam")]
    assert functions["looks_wrong"].tolist() == [False, False, True]
    assert len(json.loads(functions["suspicious"].iloc[2])) == 5
    assert tables["class_health.csv"]["class"].tolist() == ["ham", "spam"]
    assert tables["class_confusion.csv"].columns.tolist() == ["label", "ham", "spam"]
    regions = tables["uncovered_regions.csv"]
    assert regions["items"].sum() == 40
    assert "crypto" in json.loads(regions["distinctive"].iloc[0])
    assert "accuracy" not in functions


def test_without_texts_there_is_a_file_without_regions(tmp_path):
    health(tmp_path, texts=None)
    assert len(pd.read_csv(tmp_path / "uncovered_regions.csv")) == 0


def test_functions_are_measured_by_random_answers_only(tmp_path):
    chosen = decided(dict.fromkeys(IDS[0:40:2], "spam"))
    health(tmp_path, *chosen)
    assert "accuracy" not in pd.read_csv(tmp_path / "function_health.csv")
    health(tmp_path, *chosen, *decided({"c101": "spam", "c103": "ham"}, "random"))
    table = pd.read_csv(tmp_path / "function_health.csv").set_index(["lf", "class"])
    assert table.loc[("good", "spam"), ["correct", "incorrect"]].tolist() == [1, 1]


def test_many_items_are_sampled_with_all_answers_among_them(tmp_path, monkeypatch):
    answers = decided({"c101": "ham"})
    assert "health_sample" not in health(tmp_path, *answers)
    whole = pd.read_csv(tmp_path / "function_health.csv")
    monkeypatch.setattr(_health, "_MOST_ITEMS", 100)
    facts = health(tmp_path, *answers)
    assert facts["health_sample"] == 100
    assert facts["contradicted"][0].startswith("c101 ")
    assert pd.read_csv(tmp_path / "function_health.csv").equals(whole)
    assert 10 < pd.read_csv(tmp_path / "uncovered_regions.csv")["items"].sum() < 40
    assert facts == health(tmp_path, *answers)


@pytest.mark.parametrize("limit", [100, 100_000])
def test_the_order_of_rows_changes_nothing(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(_health, "_MOST_ITEMS", limit)
    votes, soft, pred, texts = case()
    order = np.random.default_rng(0).permutation(240)
    log = DecisionLog(decided({"c101": "ham", "c103": "ham"}))
    facts = write_health(tmp_path, votes, soft, pred, log, texts=texts)
    files = [(tmp_path / name).read_text() for name in HEALTH_FILES]
    mixed = write_health(
        tmp_path, votes.take(order), soft, pred, log, texts=[texts[i] for i in order]
    )
    assert mixed == facts
    assert [(tmp_path / name).read_text() for name in HEALTH_FILES] == files


def test_an_answer_that_was_taken_back_measures_nothing(tmp_path):
    answers = decided(dict.fromkeys(IDS[:60:2], "spam"), stratum="random")
    undone = [*answers, *(decision.undone() for decision in answers)]
    tables = []
    for name, decisions in (("none", []), ("withdrawn", undone), ("given", answers)):
        health(tmp_path / name, *decisions)
        tables.append((tmp_path / name / "function_health.csv").read_text(encoding="utf-8"))
    none, withdrawn, given = tables
    assert withdrawn == none
    assert given != none
