"""That each law can fail is proved in tests/contract/test_checks_can_fail.py; here, its words."""

import pytest

from weaklabel.models import MajorityVote, PrecisionNaiveBayes
from weaklabel.testing import check_gold_is_learned_or_refused, check_wrong_gold_is_refused


class Boasts(MajorityVote):
    uses_gold = True

    def _check_uses_gold(self) -> None:
        MajorityVote()._check_uses_gold()


class Crashes(PrecisionNaiveBayes):
    def soft_labels(self, votes, gold=None):
        return super().soft_labels(votes, gold) if gold is None else 1 / 0


def test_model_that_promises_to_learn_and_refuses_is_told_its_words() -> None:
    with pytest.raises(AssertionError, match="uses_gold is True, but fit said: MajorityVote does"):
        check_gold_is_learned_or_refused(Boasts())


def test_another_error_than_ours_is_no_refusal() -> None:
    with pytest.raises(AssertionError, match="one entry too few raised ZeroDivisionError"):
        check_wrong_gold_is_refused(Crashes())
