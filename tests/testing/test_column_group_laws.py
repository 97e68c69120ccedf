"""That each law can fail is proved in tests/contract/test_checks_can_fail.py; here, its words."""

import pytest

from weaklabel.models import MajorityVote, PrecisionNaiveBayes, SnorkelLabelModel
from weaklabel.testing import (
    check_group_of_one_changes_nothing,
    check_grouped_copy_changes_nothing,
    check_wrong_column_groups_are_refused,
)


class Crashes(PrecisionNaiveBayes):
    def _check_columns(self, lf_names):
        return 1 / 0


class TakesAnyGroups(PrecisionNaiveBayes):
    def _check_columns(self, lf_names):
        pass

    def _fit_counts(self, counts):
        self.column_groups, groups = None, self.column_groups
        super()._fit_counts(counts)
        self.column_groups = groups


def test_model_without_the_argument_is_not_asked() -> None:
    check_group_of_one_changes_nothing(SnorkelLabelModel())


def test_model_that_ignores_groups_is_told_of_the_copies() -> None:
    with pytest.raises(AssertionError, match="1 copies of a column, grouped with it, change"):
        check_grouped_copy_changes_nothing(TakesAnyGroups())


def test_groups_that_should_be_refused_and_are_not_are_named() -> None:
    with pytest.raises(AssertionError, match=r"fit accepted column_groups=\[\['lf_0', 'no such"):
        check_wrong_column_groups_are_refused(TakesAnyGroups())


def test_another_error_than_ours_is_no_refusal() -> None:
    with pytest.raises(AssertionError, match="raised ZeroDivisionError"):
        check_wrong_column_groups_are_refused(Crashes())


def test_majority_vote_keeps_the_law() -> None:
    check_grouped_copy_changes_nothing(MajorityVote())
