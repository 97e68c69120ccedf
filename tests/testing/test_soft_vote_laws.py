"""That each law can fail is proved in tests/contract/test_checks_can_fail.py; here, its words."""

import pytest

from weaklabel.core import SoftVotes
from weaklabel.models import MajorityVote, PrecisionNaiveBayes
from weaklabel.testing import check_certain_soft_votes_are_votes, check_doubt_weakens_a_vote


class RefusesInOtherWords(MajorityVote):
    uses_soft_votes = False

    def _check_uses_soft_votes(self) -> None:
        MajorityVote._check_uses_soft_votes(
            type("Other", (MajorityVote,), {"uses_soft_votes": False})()
        )


class Hardens(PrecisionNaiveBayes):
    def _posterior(self, votes):
        return super()._posterior(votes.hard() if isinstance(votes, SoftVotes) else votes)


def test_refusal_of_another_model_is_told_its_words() -> None:
    with pytest.raises(AssertionError, match="does not begin 'RefusesInOtherWords takes no soft"):
        check_certain_soft_votes_are_votes(RefusesInOtherWords())


def test_model_that_ignores_doubt_is_shown_what_it_believes() -> None:
    with pytest.raises(
        AssertionError, match=r"lf_0 votes 'class_0' .* does not fall with the doubt"
    ):
        check_doubt_weakens_a_vote(Hardens())
