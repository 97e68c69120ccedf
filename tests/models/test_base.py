import numpy as np
import pytest

from weaklabel.core import LabelSchema, SoftLabels, SoftVotes, VoteMatrix, Votes
from weaklabel.errors import ItemsError, LabelsError, NotFittedError, ParameterError, VotesError
from weaklabel.models import BaseLabelModel, DawidSkene, MajorityVote, PrecisionNaiveBayes
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes"), **names) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes, **names)


class Constant(BaseLabelModel):
    """The smallest label model: every item gets the same posterior."""

    def __init__(self, *, proba: tuple[float, ...] = (0.25, 0.75)) -> None:
        self.proba = proba

    def _fit(self, votes: Votes) -> None:
        self.class_prior_ = np.array(self.proba)

    def _posterior(self, votes: Votes) -> np.ndarray:
        return np.tile(self.class_prior_, (votes.n_items, 1))


def test_predict_before_fit_says_what_to_call() -> None:
    with pytest.raises(NotFittedError) as caught:
        MajorityVote().predict(votes_of([[1]]))
    assert str(caught.value) == "MajorityVote is not fitted. Call MajorityVote.fit(votes) first."


def test_not_fitted_is_also_the_error_scikit_learn_users_expect() -> None:
    with pytest.raises(ValueError):
        MajorityVote().predict_proba(votes_of([[1]]))


def test_array_instead_of_votes_says_how_to_make_votes() -> None:
    with pytest.raises(VotesError) as caught:
        MajorityVote().fit(np.array([[1]]))  # type: ignore[arg-type]  # the mistake under test
    assert str(caught.value) == (
        "votes is a ndarray, must be a VoteMatrix or SoftVotes. "
        "Make one with VoteMatrix.from_array(codes, classes=[...])."
    )


def test_fit_without_items_says_what_to_do_first() -> None:
    with pytest.raises(VotesError) as caught:
        MajorityVote().fit(votes_of(np.empty((0, 2), np.int8)))
    assert str(caught.value) == (
        "votes has 0 items, must have at least one to fit MajorityVote. "
        "Apply labeling functions to the items first."
    )


def test_fit_without_labeling_functions_is_refused() -> None:
    with pytest.raises(VotesError, match="votes has 0 labeling functions, must have at least one"):
        MajorityVote().fit(votes_of(np.empty((2, 0), np.int8)))


def test_other_number_of_labeling_functions_names_both_numbers() -> None:
    model = MajorityVote().fit(votes_of([[1, 0]]))
    with pytest.raises(VotesError) as caught:
        model.predict(votes_of([[1, 0, 1]]))
    assert str(caught.value) == (
        "votes has 3 labeling functions, must have the 2 that MajorityVote was fitted on. "
        "Apply the same labeling functions that the model was fitted on, in the same order."
    )


def test_other_labeling_function_is_named() -> None:
    model = MajorityVote().fit(votes_of([[1, 0]], lf_names=["link", "short"]))
    with pytest.raises(VotesError) as caught:
        model.predict(votes_of([[1, 0]], lf_names=["link", "long"]))
    assert str(caught.value).startswith(
        "lf_names[1] of votes is 'long', must be 'short' as when MajorityVote was fitted."
    )


def test_other_classes_are_named() -> None:
    model = MajorityVote().fit(votes_of([[1, 0]]))
    with pytest.raises(VotesError) as caught:
        model.predict(votes_of([[1, 0]], classes=("yes", "no")))
    assert str(caught.value) == (
        "classes of votes are ['yes', 'no'], must be ['no', 'yes'] as when MajorityVote was "
        "fitted. Use the same classes in the same order, or fit again."
    )


def test_failed_fit_leaves_an_earlier_fit_standing() -> None:
    votes = votes_of([[1, 0], [1, 1]])
    model = DawidSkene().fit(votes)
    model.tol = -1.0
    with pytest.raises(ParameterError):
        model.fit(votes)
    assert model.predict_proba(votes).shape == (2, 2)


def test_predict_of_no_items_is_empty() -> None:
    model = MajorityVote().fit(votes_of([[1, 0]]))
    assert model.predict_proba(votes_of(np.empty((0, 2), np.int8))).shape == (0, 2)


def test_soft_labels_carry_ids_and_provenance() -> None:
    votes = votes_of([[1], [0]], item_ids=["a", "b"])
    soft = Constant().fit(votes).soft_labels(votes)
    assert isinstance(soft, SoftLabels)
    assert soft.item_ids.tolist() == ["a", "b"]
    assert soft.provenance == "model:Constant"


def test_predict_has_the_dtype_of_the_schema() -> None:
    classes = [f"c{y}" for y in range(200)]
    votes = VoteMatrix.from_array([[150], [3]], LabelSchema(classes))
    assert MajorityVote().fit(votes).predict(votes).dtype == np.int16


def test_parameters_are_plain_values() -> None:
    model = PrecisionNaiveBayes(class_prior=np.array([0.5, 0.5]), tol=np.float64(0.1))
    assert model.parameters() == {
        "prior_strength": 10.0,
        "shrinkage": 2.0,
        "prior_accuracy": None,
        "max_iter": 1,
        "tol": 0.1,
        "class_prior": [0.5, 0.5],
        "column_groups": None,
    }


def test_repr_names_what_differs_from_the_defaults() -> None:
    model = DawidSkene(smoothing=1.0, class_prior=np.array([0.5, 0.5]))
    assert repr(model) == "DawidSkene(smoothing=1.0, class_prior=[0.5, 0.5])"


def test_html_of_an_unfitted_model_says_so() -> None:
    assert "<tr><th>fitted</th><td>no</td></tr>" in MajorityVote()._repr_html_()


def test_html_escapes_class_names() -> None:
    html = MajorityVote().fit(votes_of([[1]], classes=("<b>", "yes")))._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_model_that_cannot_learn_from_gold_says_where_gold_goes() -> None:
    with pytest.raises(ParameterError) as caught:
        MajorityVote().fit(votes_of([[1]]), ["no"])
    assert str(caught.value) == (
        "MajorityVote does not learn from gold. Call fit(votes) without it, and give gold to "
        "soft_labels, where known classes replace what votes say."
    )


def test_gold_of_another_length_leaves_an_earlier_fit_standing() -> None:
    votes = votes_of([[1, 0], [1, 1]])
    model = PrecisionNaiveBayes().fit(votes)
    with pytest.raises(LabelsError, match="gold has shape"):
        model.fit(votes, ["no"])
    assert model.predict_proba(votes).shape == (2, 2)


def test_soft_labels_with_gold_are_certain_of_it_and_say_so() -> None:
    votes = votes_of([[1], [1]])
    soft = Constant().fit(votes).soft_labels(votes, ["no", None])
    assert soft.posterior.tolist() == [[1.0, 0.0], [0.25, 0.75]]
    assert soft.provenance == "model:Constant+gold"


def test_batches_need_a_model_that_learns_from_patterns() -> None:
    with pytest.raises(ParameterError) as caught:
        Constant().fit_batches([votes_of([[1]])])
    assert str(caught.value) == (
        "Constant needs all votes at once. Call fit(votes), or choose a model that learns from "
        "counts of vote patterns, such as PrecisionNaiveBayes."
    )


def test_no_batches_are_refused() -> None:
    with pytest.raises(VotesError, match="there are no votes to count"):
        PrecisionNaiveBayes().fit_batches([])


def test_batches_without_items_are_refused_as_votes_without_items() -> None:
    with pytest.raises(VotesError, match="votes has 0 items, must have at least one to fit"):
        PrecisionNaiveBayes().fit_batches([votes_of(np.empty((0, 2), np.int8))])


def test_array_among_batches_says_how_to_make_votes() -> None:
    with pytest.raises(VotesError, match="votes is a ndarray, must be a VoteMatrix"):
        PrecisionNaiveBayes().fit_batches([np.array([[1]])])  # type: ignore[list-item]


def test_votes_in_place_of_counts_say_how_to_count() -> None:
    with pytest.raises(VotesError) as caught:
        PrecisionNaiveBayes().fit_counts(votes_of([[1]]))  # type: ignore[arg-type]
    assert str(caught.value) == (
        "counts is a VoteMatrix, must be PatternCounts. Make them with PatternCounts.of(votes)."
    )


def test_counts_with_gold_are_the_fit_with_gold() -> None:
    votes, gold = synthetic_votes(100, 4, seed=1)
    halves = np.array_split(np.arange(100), 2)
    first, second = (PatternCounts.of(votes.take(h), gold[h]) for h in halves)
    counted = PrecisionNaiveBayes().fit_counts(second.merge(first))
    direct = PrecisionNaiveBayes().fit(votes, gold)
    assert np.array_equal(counted.precision_, direct.precision_)


def test_counts_with_chosen_gold_are_the_fit_without() -> None:
    votes, gold = synthetic_votes(100, 4, seed=1)
    counts = PatternCounts.of(votes, gold)
    counted = PrecisionNaiveBayes().fit_counts(counts, gold_is_random=False)
    assert np.array_equal(counted.precision_, PrecisionNaiveBayes().fit(votes).precision_)


def test_counts_with_gold_are_refused_where_gold_is() -> None:
    with pytest.raises(ParameterError, match="MajorityVote does not learn from gold"):
        MajorityVote().fit_counts(PatternCounts.of(votes_of([[1]]), [0]))


def test_unknown_item_is_not_explained() -> None:
    votes = votes_of([[1]], item_ids=["a"])
    with pytest.raises(ItemsError) as caught:
        MajorityVote().fit(votes).explain(votes, "b")
    assert str(caught.value) == (
        "item_id is 'b', must be one of the 1 item ids of votes. They begin 'a'."
    )


def test_item_is_found_by_a_number_too() -> None:
    votes = votes_of([[1], [0]])
    assert MajorityVote().fit(votes).explain(votes, 1).predicted == "no"


def test_unfitted_model_explains_nothing() -> None:
    with pytest.raises(NotFittedError):
        MajorityVote().explain(votes_of([[1]]), "0")


def test_mappings_among_the_parameters_are_plain() -> None:
    model = PrecisionNaiveBayes(column_groups={"g": ("a", "b")})
    assert model.parameters()["column_groups"] == {"g": ["a", "b"]}
    assert repr(model) == "PrecisionNaiveBayes(column_groups={'g': ['a', 'b']})"


def test_model_that_writes_no_way_to_learn_is_told_so() -> None:
    class Lazy(BaseLabelModel):
        def _posterior(self, votes: Votes) -> np.ndarray:
            return np.ones((votes.n_items, 2)) / 2

    with pytest.raises(NotImplementedError, match="Lazy writes neither _fit nor _fit_counts"):
        Lazy().fit(votes_of([[1]]))


SOFT = SoftVotes.from_array([[[0.2, 0.8]], [[0.9, 0.1]]], ["no", "yes"])


@pytest.mark.parametrize("call", [lambda m: m.fit(SOFT), lambda m: m.fit_batches([SOFT])])
def test_model_that_takes_no_soft_votes_says_what_to_give_it(call) -> None:
    class Hard(MajorityVote):
        uses_soft_votes = False

    with pytest.raises(ParameterError) as caught:
        call(Hard())
    assert str(caught.value) == (
        "Hard takes no soft votes, as it computes with one class for each vote. Call votes.hard() "
        "and give it these, or choose a model that weighs probabilities, such as LabelModel."
    )


def test_counts_of_soft_votes_are_refused_where_soft_votes_are() -> None:
    class Hard(MajorityVote):
        uses_soft_votes = False

    with pytest.raises(ParameterError, match="Hard takes no soft votes"):
        Hard().fit_counts(PatternCounts.of(SOFT))


def test_a_model_written_without_soft_votes_in_mind_refuses_them() -> None:
    with pytest.raises(ParameterError, match="Constant takes no soft votes"):
        Constant().fit(SOFT)


def test_soft_votes_of_other_labeling_functions_are_refused() -> None:
    renamed = SoftVotes.from_array(SOFT.column(0)[:, None], SOFT.schema, ["other"])
    with pytest.raises(VotesError, match=r"lf_names\[0\] of votes is 'other'"):
        MajorityVote().fit(SOFT).predict(renamed)
