"""Which of two kinds of votes a matrix holds: labeling functions, or a crowd of annotators."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray

__all__ = ["looks_like_a_crowd"]

#: A column is an annotator's if at least this share of its votes is not for its usual class.
_SMALLEST_SECOND_SHARE = 0.05
#: Fewer columns are classifiers or rules that answer several classes, each unlike the others.
_FEWEST_ANNOTATORS = 12


def looks_like_a_crowd(votes_by_class: FloatArray) -> bool:
    """Return whether most votes come from columns that answer several classes, and these are many.

    Annotators are interchangeable and answer every class; labeling functions
    written by hand mostly vote for one class. A confusion matrix describes the
    first, and says nothing of the second, whose every vote is the same.

    Parameters
    ----------
    votes_by_class : numpy.ndarray of float64, shape (n_lfs, n_classes)
        How many votes each column has for each class.

    Returns
    -------
    bool
        True where at least 12 columns give at least one vote in twenty to another
        class than their usual one, and hold at least half of all votes.

    Notes
    -----
    Of 16 published matrices of labeling functions, these columns hold at most 7 % of
    the votes or are at most 8; of 8 crowds, they hold at least 72 % and are at least
    25. Both thresholds lie in the gap.

    Examples
    --------
    >>> looks_like_a_crowd(np.array([[40.0, 0.0], [0.0, 25.0]]))
    False
    >>> looks_like_a_crowd(np.full((12, 2), 10.0))
    True
    """
    total = votes_by_class.sum(axis=1)
    second = total - votes_by_class.max(axis=1, initial=0)
    several = (total > 0) & (second >= _SMALLEST_SECOND_SHARE * total)
    enough = np.count_nonzero(several) >= _FEWEST_ANNOTATORS
    return bool(enough and 2 * total[several].sum() >= total.sum())
