"""For every law a label model that breaks it and no other: no check passes whatever it is given."""

import random
from dataclasses import replace

import numpy as np
import pytest

from weaklabel.core import SoftVotes, SparseCodes, VoteMatrix
from weaklabel.errors import NotFittedError, ParameterError
from weaklabel.models import BaseLabelModel, MajorityVote, PrecisionNaiveBayes
from weaklabel.testing import LAWS, check_label_model


def class_counts(votes: VoteMatrix) -> np.ndarray:
    return np.stack([(votes.codes == y).sum(axis=1) for y in range(votes.n_classes)], axis=1) * 1.0


def shares(counts: np.ndarray) -> np.ndarray:
    """Return rows that sum to 1; uniform where a row is empty."""
    total = counts.sum(axis=1, keepdims=True)
    return np.where(total > 0, counts / np.where(total > 0, total, 1), 1 / counts.shape[1])


def sharpened(proba: np.ndarray, power: float = 2.0) -> np.ndarray:
    return shares(proba**power)


class PlainVote(MajorityVote):
    """Majority vote that learns from all votes at once, so that `_fit` is the only way."""

    uses_patterns = False
    uses_soft_votes = False

    def __init__(self):
        pass


class SumsTo2WithManyLfs(PlainVote):
    def _posterior(self, votes):
        return (
            super()._posterior(votes) * np.where(votes.covered & (votes.n_lfs > 100), 2, 1)[:, None]
        )


class UniformWithoutVotes(PrecisionNaiveBayes):
    def _posterior(self, votes):
        proba = super()._posterior(votes)
        proba[~votes.covered] = 1 / votes.n_classes
        return proba


class CountsSilentColumns(PlainVote):
    def _posterior(self, votes):
        return shares(class_counts(votes) + votes.n_lfs)


class TrustsTheFirstItem(PlainVote):
    def _fit(self, votes):
        self.class_prior_ = shares(class_counts(votes.take([0])))[0]

    def _posterior(self, votes):
        return np.where(votes.covered[:, None], super()._posterior(votes), self.class_prior_)


class TrustsTheFirstColumn(PlainVote):
    def _posterior(self, votes):
        first = votes.codes[:, [self.first_]] == np.arange(votes.n_classes)
        return shares(class_counts(votes) + 0.5 * first)

    def _fit(self, votes):
        super()._fit(votes)
        self.first_ = int((votes.codes >= 0).any(axis=0).argmax())  # past the silent ones


class FavoursTheFirstClass(PlainVote):
    def _posterior(self, votes):
        counts = class_counts(votes)
        counts[votes.covered, 0] += 0.1
        return shares(counts)


class LooksAtTheBatch(PlainVote):
    def _posterior(self, votes):
        counts = class_counts(votes)
        return shares(counts + counts.sum(axis=1).max(initial=0))


class LooksAtTheId(PlainVote):
    def _posterior(self, votes):
        proba = super()._posterior(votes)
        lucky = np.array([str(i).endswith("7") for i in votes.item_ids])
        return np.where(lucky[:, None], sharpened(proba), proba)


class Unseeded(PlainVote):
    def _fit(self, votes):
        super()._fit(votes)
        self.noise_ = 1 + 1e-11 * np.random.default_rng().random()

    def _posterior(self, votes):
        return sharpened(super()._posterior(votes), self.noise_)


class UsesTheGlobalGenerator(PlainVote):
    def _fit(self, votes):
        super()._fit(votes)
        random.random()  # noqa: S311 - what the law forbids


class SeedsTheGlobalGenerator(PlainVote):
    def _fit(self, votes):
        super()._fit(votes)
        np.random.seed(0)  # noqa: NPY002 - what the law forbids


class ReturnsNothing(PlainVote):
    def fit(self, votes, gold=None, *, gold_is_random=True):
        super().fit(votes, gold, gold_is_random=gold_is_random)


class RenamesAnItem(PlainVote):
    def _fit(self, votes):
        super()._fit(votes)
        ids = votes.item_ids
        while ids.base is not None:
            ids = ids.base
        ids.flags.writeable = True
        ids[0] = "changed"


class CountsCalls(PlainVote):
    def _fit(self, votes):
        super()._fit(votes)
        self.n_calls_ = 0

    def _posterior(self, votes):
        self.n_calls_ += 1
        return super()._posterior(votes)


class GuessesOnTies(PlainVote):
    def predict(self, votes):
        return self.predict_proba(votes).argmax(axis=1).astype(votes.schema.dtype)


class NamesNoSource(PlainVote):
    def soft_labels(self, votes, gold=None):
        soft = super().soft_labels(votes, gold)
        return type(soft)(soft.posterior, soft.item_ids, soft.schema)


class Remembers(PlainVote):
    def _forget(self):
        pass

    def _fit(self, votes):
        self.fits_ = getattr(self, "fits_", 0) + 1
        super()._fit(votes)

    def _posterior(self, votes):
        return sharpened(super()._posterior(votes), self.fits_)


class LosesAParameter(PlainVote):
    def __init__(self, *, power=2.0):
        self.power = power

    def parameters(self):
        return {}

    def __repr__(self):
        return f"LosesAParameter(power={self.power!r})"


class LosesItsFitInAPickle(PlainVote):
    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "schema_"}


class SaysNothing(PlainVote):
    def __repr__(self):
        return "<label model>"


class PreparesInTheConstructor(PlainVote):
    def __init__(self):
        self.cache = {}


class FitsWhenAsked(PlainVote):
    def predict_proba(self, votes):
        if not hasattr(self, "schema_"):
            self.fit(votes)
        return super().predict_proba(votes)


class TakesAnyLfs(PlainVote):
    uses_soft_votes = True

    def _check_fits(self, votes):
        super()._check_fits(
            VoteMatrix(np.empty((0, len(lfs)), np.int8), [], lfs, votes.schema)
            if (lfs := getattr(self, "lf_names_", None))
            else votes
        )


class TakesAnyClasses(PlainVote):
    uses_soft_votes = True

    def _check_fits(self, votes):
        schema = getattr(self, "schema_", votes.schema)
        super()._check_fits(
            VoteMatrix(np.empty((0, votes.n_lfs), np.int8), [], votes.lf_names, schema)
        )


class TakesNoItems(PlainVote):
    def fit(self, votes, gold=None, *, gold_is_random=True):
        if votes.n_items and votes.n_lfs:
            return super().fit(votes, gold)
        self._fit(votes)
        return self


class TakesAnyParameter(PlainVote):
    def __init__(self, *, smoothing=0.0):
        self.smoothing = smoothing


class Descends(PlainVote):
    def _fit(self, votes):
        super()._fit(votes)
        self.objectives_ = np.array([0.0, -1.0])


class MinorityVote(PlainVote):
    def _posterior(self, votes):
        return (1 - super()._posterior(votes)) / (votes.n_classes - 1)


class SharpensSparseVotes(PlainVote):
    def _posterior(self, votes):
        proba = super()._posterior(votes)
        return sharpened(proba) if isinstance(votes.store, SparseCodes) else proba


class IgnoresGold(PrecisionNaiveBayes):
    def _fit_counts(self, counts):
        super()._fit_counts(counts.without_gold())


class SwallowsGold(PlainVote):
    def fit(self, votes, gold=None, *, gold_is_random=True):
        return super().fit(votes)


class SharpensWhenGivenGold(PrecisionNaiveBayes):
    def fit(self, votes, gold=None, *, gold_is_random=True):
        super().fit(votes, gold, gold_is_random=gold_is_random)
        self.power_ = 1.0 if gold is None or not gold_is_random else 1.01
        return self

    def _posterior(self, votes):
        return sharpened(super()._posterior(votes), getattr(self, "power_", 1.0))

    def _evidence(self, item):
        return None


class LearnsFromChosenItems(PrecisionNaiveBayes):
    def fit(self, votes, gold=None, *, gold_is_random=True):
        return super().fit(votes, gold)


class RemembersGoldByItem(PrecisionNaiveBayes):
    def fit(self, votes, gold=None, *, gold_is_random=True):
        super().fit(votes, gold, gold_is_random=gold_is_random)
        used = [] if gold is None or not gold_is_random else np.flatnonzero(np.array(gold) >= 0)
        self.known_ = [str(votes.item_ids[i]) for i in used]
        return self

    def predict_proba(self, votes):
        proba = super().predict_proba(votes)
        known = np.isin(votes.item_ids.tolist(), getattr(self, "known_", []))
        return np.where(known[:, None], sharpened(proba), proba)


class KeepsWhatVotesSay(PlainVote):
    def soft_labels(self, votes, gold=None):
        super().soft_labels(votes, gold)
        return super().soft_labels(votes)


class TakesAnyGold(PrecisionNaiveBayes):
    def fit(self, votes, gold=None, *, gold_is_random=True):
        if gold is not None and len(gold) != votes.n_items:
            gold = None
        return super().fit(votes, gold, gold_is_random=gold_is_random)


class DropsTheLastBatch(PrecisionNaiveBayes):
    uses_soft_votes = False

    def fit_batches(self, batches):
        return super().fit_batches(list(batches)[:-1])


class FitsTheFirstBatch(PlainVote):
    def fit_batches(self, batches):
        return self.fit(next(batch for batch in batches if batch.n_items))


class HalvesTheEvidence(PrecisionNaiveBayes):
    uses_soft_votes = False

    def _evidence(self, item):
        return super()._evidence(item) / 2


class KeepsAwayFromFiles(PlainVote):
    def _fit(self, votes):
        super()._fit(votes)
        self.hidden = 2.0

    def _posterior(self, votes):
        return sharpened(super()._posterior(votes), getattr(self, "hidden", 1.0))


class WithoutEvidence(PrecisionNaiveBayes):
    """A model of soft votes whose posterior may be tampered with."""

    def _evidence(self, item):
        return None


def has_doubt(votes) -> bool:
    return isinstance(votes, SoftVotes) and bool((votes.proba.max(axis=1, initial=0) < 1).any())


class SharpensSoftVotes(WithoutEvidence):
    def _posterior(self, votes):
        proba = super()._posterior(votes)
        return sharpened(proba, 1.01) if isinstance(votes, SoftVotes) else proba


class TakesSoftVotesUnasked(PlainVote):
    def _check_uses_soft_votes(self):
        pass


class SumsTo2WhereNobodyLeans(WithoutEvidence):
    def _posterior(self, votes):
        even = isinstance(votes, SoftVotes) and len(votes.proba) and (votes.proba == 0.25).all()
        return super()._posterior(votes) * (2 if even else 1)


class TakesDoubtForNothing(PrecisionNaiveBayes):
    def _posterior(self, votes):
        return super()._posterior(votes.hard() if isinstance(votes, SoftVotes) else votes)

    def _evidence(self, item):
        return super()._evidence(item.hard() if isinstance(item, SoftVotes) else item)


class LooksAtTheDoubtOfOthers(WithoutEvidence):
    def _posterior(self, votes):
        proba = super()._posterior(votes)
        return sharpened(proba, 2 - votes.proba.max(axis=1).mean()) if has_doubt(votes) else proba


class TrustsDoubtInTheFirstColumn(WithoutEvidence):
    def _posterior(self, votes):
        proba = super()._posterior(votes)
        if not has_doubt(votes):
            return proba
        largest = votes.column(0).max(axis=1)
        return np.where((largest < 1)[:, None], sharpened(proba, 1.001), proba)


class DropsTheLastSoftBatch(PrecisionNaiveBayes):
    def fit_batches(self, batches):
        *most, last = batches
        return super().fit_batches(most if isinstance(last, SoftVotes) else [*most, last])


class ForgetsTheDoubt(PrecisionNaiveBayes):
    def explain(self, votes, item_id):
        found = super().explain(votes, item_id)
        sure = tuple(replace(vote, probability=1.0) for vote in found.votes)
        return replace(found, votes=sure)


def group_weights(votes, group_of: np.ndarray | None, weigh) -> np.ndarray:
    """Return class counts in which each vote of a group has the weight ``weigh(voting, size)``."""
    counts = class_counts(votes)
    for group in [] if group_of is None else np.unique(group_of[group_of >= 0]):
        members = [votes.lf_names[j] for j in np.flatnonzero(group_of == group)]
        own = class_counts(votes.select(members))
        voting = np.maximum(own.sum(axis=1, keepdims=True), 1)
        counts += own * (weigh(voting, len(members)) - 1)
    return counts


class GroupVote(PlainVote):
    """Majority vote with column groups, of which each weighs what `weight` says."""

    def __init__(self, *, column_groups=None):
        self.column_groups = column_groups

    def weight(self, voting, size):
        return 1 / voting

    def _posterior(self, votes):
        counts = group_weights(votes, self.column_group_, self.weight)
        return shares(counts + 0.3 * votes.covered[:, None])


class HalvesGroups(GroupVote):
    def weight(self, voting, size):
        return (1 if size == 1 else 0.5) / voting


class DoubtsGroupsOfOne(GroupVote):
    def weight(self, voting, size):
        return (1 if size > 1 else 1 - 1e-9) / voting


class SharesWithTheSilent(GroupVote):
    def weight(self, voting, size):
        return 1 / size


class NamesNoWrongColumn(GroupVote):
    def _check_columns(self, lf_names):
        try:
            super()._check_columns(lf_names)
        except ParameterError as error:
            raise ParameterError("column_groups of NamesNoWrongColumn is bad.") from error


class LosesGroupsInAFile(GroupVote):
    def _fit(self, votes):
        super()._fit(votes)
        self.hidden = self.column_group_
        del self.column_group_

    def _posterior(self, votes):
        counts = group_weights(votes, getattr(self, "hidden", None), self.weight)
        return shares(counts)


BROKEN: list[tuple[str, BaseLabelModel]] = [
    ("posterior_is_a_distribution", SumsTo2WithManyLfs()),
    ("uncovered_item_gets_class_prior", UniformWithoutVotes()),
    ("silent_lf_changes_nothing", CountsSilentColumns()),
    ("item_order_changes_nothing", TrustsTheFirstItem()),
    ("lf_order_changes_nothing", TrustsTheFirstColumn()),
    ("renaming_classes_renames_columns", FavoursTheFirstClass()),
    ("neighbours_change_nothing", LooksAtTheBatch()),
    ("equal_rows_get_equal_posteriors", LooksAtTheId()),
    ("same_seed_same_bits", Unseeded()),
    ("global_generators_are_left_alone", UsesTheGlobalGenerator()),
    ("global_generators_are_left_alone", SeedsTheGlobalGenerator()),
    ("fit_returns_self", ReturnsNothing()),
    ("fit_leaves_votes_alone", RenamesAnItem()),
    ("predict_leaves_the_model_alone", CountsCalls()),
    ("predict_is_the_argmax", GuessesOnTies()),
    ("soft_labels_name_their_source", NamesNoSource()),
    ("refit_forgets", Remembers()),
    ("clone_keeps_parameters", LosesAParameter()),
    ("pickle_keeps_the_model", LosesItsFitInAPickle()),
    ("repr_makes_the_model", SaysNothing()),
    ("constructor_only_stores", PreparesInTheConstructor()),
    ("unfitted_model_is_refused", FitsWhenAsked()),
    ("other_lfs_are_refused", TakesAnyLfs()),
    ("other_classes_are_refused", TakesAnyClasses()),
    ("empty_votes_are_refused", TakesNoItems()),
    ("bad_parameter_is_refused", TakesAnyParameter()),
    ("objective_never_falls", Descends()),
    ("unanimous_votes_win", MinorityVote()),
    ("sparse_equals_dense", SharpensSparseVotes()),
    ("gold_is_learned_or_refused", IgnoresGold()),
    ("gold_is_learned_or_refused", SwallowsGold()),
    ("unknown_gold_changes_nothing", SharpensWhenGivenGold()),
    ("chosen_gold_changes_no_estimate", LearnsFromChosenItems()),
    ("gold_stays_out_of_predictions", RemembersGoldByItem()),
    ("known_items_keep_their_class", KeepsWhatVotesSay()),
    ("wrong_gold_is_refused", TakesAnyGold()),
    ("batches_equal_the_whole", DropsTheLastBatch()),
    ("batches_equal_the_whole", FitsTheFirstBatch()),
    ("explanation_adds_up", HalvesTheEvidence()),
    ("saved_model_predicts_the_same", KeepsAwayFromFiles()),
    ("certain_soft_votes_are_votes", SharpensSoftVotes()),
    ("certain_soft_votes_are_votes", TakesSoftVotesUnasked()),
    ("soft_posterior_is_a_distribution", SumsTo2WhereNobodyLeans()),
    ("doubt_weakens_a_vote", TakesDoubtForNothing()),
    ("soft_rows_stand_alone", LooksAtTheDoubtOfOthers()),
    ("soft_order_changes_nothing", TrustsDoubtInTheFirstColumn()),
    ("soft_batches_equal_the_whole", DropsTheLastSoftBatch()),
    ("explanation_names_soft_votes", ForgetsTheDoubt()),
    ("grouped_copy_changes_nothing", HalvesGroups()),
    ("group_of_one_changes_nothing", DoubtsGroupsOfOne()),
    ("group_that_agrees_weighs_one_vote", SharesWithTheSilent()),
    ("wrong_column_groups_are_refused", NamesNoWrongColumn()),
    ("column_groups_are_kept_in_a_file", LosesGroupsInAFile()),
]


def broken_laws(model: BaseLabelModel) -> list[str]:
    found = []
    for law, check in LAWS.items():
        try:
            check(model)
        except AssertionError:
            found.append(law)
    return found


@pytest.mark.parametrize(("law", "model"), BROKEN, ids=[type(m).__name__ for _, m in BROKEN])
def test_broken_model_breaks_its_law_and_no_other(law: str, model: BaseLabelModel) -> None:
    assert broken_laws(model) == [law]


def test_every_law_has_a_model_that_breaks_it() -> None:
    assert {law for law, _ in BROKEN} == set(LAWS)


def test_check_label_model_lists_what_is_broken_and_how() -> None:
    with pytest.raises(AssertionError) as caught:
        check_label_model(Descends())
    assert str(caught.value) == (
        f"Descends breaks 1 of {len(LAWS)} laws:\n"
        "  objective_never_falls: two classes: the objective falls after iterations [1]"
    )


def test_check_label_model_lets_an_error_of_the_model_through() -> None:
    class Raises(PlainVote):
        def _posterior(self, votes):
            raise NotFittedError("Raises is not fitted. Call Raises.fit(votes) first.")

    with pytest.raises(NotFittedError):
        check_label_model(Raises())
