import numpy as np
import pytest

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.models._explain import (
    Explanation,
    VoteEvidence,
    explain_by_evidence,
    explain_by_leaving_out,
)

PRIOR = np.array([0.6, 0.4])


def item_of(codes, **names) -> VoteMatrix:
    return VoteMatrix.from_array([codes], ["ham", "spam"], item_ids=["c7"], **names)


def explained() -> Explanation:
    votes = item_of([1, -1, 0], lf_names=["has_link", "caps", "short"])
    # has_link: spam 9 to 1; short: ham 2 to 1. Odds 0.4 * 9 to 0.6 * 2 = 3.
    evidence = np.log(np.array([[0.1, 0.9], [1.0, 1.0], [0.2, 0.1]]))
    return explain_by_evidence(votes, np.array([0.25, 0.75]), PRIOR, evidence)


def test_parts_are_the_log_odds_of_prior_and_votes() -> None:
    found = explained()
    assert (found.predicted, found.runner_up, found.probability) == ("spam", "ham", 0.75)
    assert found.prior_nats == pytest.approx(np.log(4 / 6))
    assert [(v.lf, v.vote) for v in found.votes] == [("has_link", "spam"), ("short", "ham")]
    assert [v.nats for v in found.votes] == pytest.approx([np.log(9), -np.log(2)])
    assert found.exact
    assert found.rest_nats == 0.0


def test_parts_add_up_to_the_log_odds() -> None:
    assert explained().log_odds == pytest.approx(np.log(3))


def test_repr_says_what_moved_the_posterior() -> None:
    assert repr(explained()).splitlines() == [
        "Explanation of item 'c7': spam with probability 0.750, +1.10 nats against ham",
        "  the class prior: -0.41 nats towards spam",
        "  has_link votes spam: +2.20 nats towards spam",
        "  short votes ham: -0.69 nats towards spam",
    ]


def test_html_has_a_row_for_each_part_and_escapes_names() -> None:
    votes = VoteMatrix.from_array([[1]], ["ham", "<spam>"], item_ids=["<c7>"])
    found = explain_by_evidence(votes, np.array([0.4, 0.6]), PRIOR, np.log([[0.4, 0.9]]))
    html = found._repr_html_()
    assert html.count("<tr>") == 3
    assert "&lt;spam&gt;" in html
    assert "<c7>" not in html


def test_tie_is_called_undecided() -> None:
    votes = item_of([1])
    found = explain_by_evidence(votes, np.array([0.5, 0.5]), PRIOR, np.log([[0.4, 0.6]]))
    assert found.tied
    assert repr(found).startswith("Explanation of item 'c7': undecided between ham and spam\n")
    assert "-0.00" not in repr(found)


def test_item_without_votes_is_explained_by_the_prior() -> None:
    found = explain_by_evidence(item_of([-1]), PRIOR, PRIOR, np.zeros((1, 2)))
    assert repr(found).splitlines() == [
        "Explanation of item 'c7': ham with probability 0.600, +0.41 nats against spam",
        "  the class prior: +0.41 nats towards ham",
        "  (nobody votes on it)",
    ]


def share_of_votes(votes: VoteMatrix) -> np.ndarray:
    counts = np.stack([(votes.codes == y).sum(axis=1) for y in (0, 1)], axis=1) + 1.0
    return counts / counts.sum(axis=1, keepdims=True)


def test_any_model_is_explained_by_leaving_votes_out() -> None:
    found = explain_by_leaving_out(item_of([1, 1, 0]), share_of_votes)
    # 3 to 2 with all; 1 to 1 without a vote for spam, 3 to 1 without the one for ham.
    assert found.prior_nats == 0.0
    expected = [np.log(0.5), np.log(1.5), np.log(1.5)]
    assert [v.nats for v in found.votes] == pytest.approx(expected)
    assert found.rest_nats == pytest.approx(np.log(1.5) - sum(expected))
    assert found.log_odds == pytest.approx(np.log(1.5))


def test_explanation_by_leaving_out_says_so() -> None:
    lines = repr(explain_by_leaving_out(item_of([1, 1, 0]), share_of_votes)).splitlines()
    assert lines[-2].startswith("  what the votes say together: ")
    assert lines[-1] == "  (each vote's part is what leaving it out takes away)"


def test_sparse_votes_are_left_out_in_their_own_form() -> None:
    shape = (1, 3)
    votes = VoteMatrix.from_entries([0, 0], [0, 2], [1, 0], shape, ["ham", "spam"])
    forms = set()

    def posterior_of(some: VoteMatrix) -> np.ndarray:
        forms.add(some.is_sparse)
        return share_of_votes(some)

    explain_by_leaving_out(votes, posterior_of)
    assert forms == {True}


def test_certainty_has_finite_odds() -> None:
    found = explain_by_leaving_out(item_of([1]), lambda votes: np.array([[0.0, 1.0]]))
    assert found.log_odds == pytest.approx(np.log(1e6))


def test_evidence_reads_as_a_sentence() -> None:
    vote = VoteEvidence("has_link", "spam", 1.8)
    assert repr(vote) == "VoteEvidence('has_link' votes 'spam': +1.80 nats)"
    assert "has_link" in vote._repr_html_()


def soft_item() -> SoftVotes:
    proba = [[[0.25, 0.75], [float("nan")] * 2, [0.5, 0.5], [1.0, 0.0]]]
    return SoftVotes.from_array(proba, ["ham", "spam"], ["clf", "caps", "coin", "short"], ["c7"])


def test_soft_vote_is_named_by_its_most_probable_class_with_its_probability() -> None:
    evidence = np.log(np.array([[0.1, 0.9], [1.0, 1.0], [0.5, 0.5], [0.2, 0.1]]))
    found = explain_by_evidence(soft_item(), np.array([0.25, 0.75]), PRIOR, evidence)
    named = [(v.lf, v.vote, v.probability) for v in found.votes]
    assert named == [("clf", "spam", 0.75), ("short", "ham", 1.0), ("coin", "ham", 0.5)]
    assert repr(found).splitlines()[2:4] == [
        "  clf votes spam with probability 0.750: +2.20 nats towards spam",
        "  short votes ham: -0.69 nats towards spam",
    ]
    assert "<th>clf votes spam with probability 0.750</th>" in found._repr_html_()
    assert repr(found.votes[0]) == (
        "VoteEvidence('clf' votes 'spam' with probability 0.750: +2.20 nats)"
    )


def test_soft_votes_are_left_out_one_by_one() -> None:
    def posterior_of(votes):
        odds = 2.0 * np.exp(votes.proba[:, 1].sum())
        return np.array([[1.0, odds]]) / (1.0 + odds)

    found = explain_by_leaving_out(soft_item(), posterior_of)
    assert found.prior_nats == pytest.approx(np.log(2))
    assert {v.lf: round(v.nats, 9) for v in found.votes} == {"clf": 0.75, "coin": 0.5, "short": 0.0}
