"""LabelModel: the label model for whoever does not want to choose one."""

from __future__ import annotations

from collections.abc import Sequence

from weaklabel.core import FloatArray, VoteMatrix
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._parameters import check_class_prior
from weaklabel.models._precision_naive_bayes import PrecisionNaiveBayes

__all__ = ["LabelModel"]


class LabelModel(BaseLabelModel):
    """Turn votes into probabilities; take this one if you do not want to choose.

    It works out from the votes alone how far each labeling function can be trusted,
    and gives every item a probability for every class. No labeled data are needed.
    It is made for labeling functions that mostly abstain and mostly vote for one
    class; inside is the model that did best on such data, at present
    `PrecisionNaiveBayes` with its defaults. Choose a model by name when results must
    stay the same across versions of this library.

    Parameters
    ----------
    class_prior : sequence of float, optional
        How common each class is, in the order of the classes, positive and summing
        to 1. Give it if you know it. By default it is estimated.

    Attributes
    ----------
    model_ : BaseLabelModel
        The fitted model inside.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        How common each class is; what an item without votes gets. Sums to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y`` | labeling function ``j`` votes ``v``).
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
    n_iter_ : int
        Number of iterations.
    converged_ : bool
        Whether iterating further would change nothing.

    Examples
    --------
    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[1, 1, -1]] * 3 + [[1, -1, 0]] + [[-1, -1, 0]] * 4 + [[-1, -1, -1]]
    >>> votes = VoteMatrix.from_array(codes, classes=["ham", "spam"])
    >>> LabelModel().fit(votes).soft_labels(votes)
    SoftLabels(9 items: ham 55.6 %, spam 44.4 %; model:LabelModel)
    """

    model_: PrecisionNaiveBayes
    precision_: FloatArray
    accuracy_: FloatArray
    n_iter_: int
    converged_: bool

    def __init__(self, *, class_prior: Sequence[float] | FloatArray | None = None) -> None:
        self.class_prior = class_prior

    def _check_parameters(self, n_classes: int) -> None:
        check_class_prior(type(self).__name__, self.class_prior, n_classes)

    def _fit(self, votes: VoteMatrix) -> None:
        self.model_ = PrecisionNaiveBayes(class_prior=self.class_prior).fit(votes)
        self.class_prior_ = self.model_.class_prior_
        self.precision_ = self.model_.precision_
        self.accuracy_ = self.model_.accuracy_
        self.n_iter_ = self.model_.n_iter_
        self.converged_ = self.model_.converged_

    def _posterior(self, votes: VoteMatrix) -> FloatArray:
        return self.model_.predict_proba(votes)
