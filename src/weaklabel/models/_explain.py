"""Explanation: which votes moved the posterior of one item, and by how many nats."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from weaklabel.core import FloatArray, IntArray, SoftVotes, VoteMatrix, Votes
from weaklabel.core._html import escape
from weaklabel.core._numerics import safe_log, tied_argmax

__all__ = ["Explanation", "VoteEvidence", "explain_by_evidence", "explain_by_leaving_out"]

#: Without a sum to read off, a probability of 0 counts as this: no odds are infinite.
SMALLEST_PROBABILITY = 1e-6


@dataclass(frozen=True, slots=True)
class VoteEvidence:
    """What one vote says of the predicted class against the runner-up.

    Parameters
    ----------
    lf : str
        The labeling function.
    vote : str
        The class that it votes for; of a soft vote the most probable one, the first named
        where several are.
    nats : float
        What the vote adds to the log-odds; negative where it speaks for the runner-up.
    probability : float, default 1
        P(`vote`) that a soft vote gives, in (0, 1].
    """

    lf: str
    vote: str
    nats: float
    probability: float = 1.0

    @property
    def _doubt(self) -> str:
        return "" if self.probability == 1.0 else f" with probability {self.probability:.3f}"

    @property
    def words(self) -> str:
        """Who votes for what, and how sure if not certain."""
        return f"{self.lf} votes {self.vote}{self._doubt}"

    def __repr__(self) -> str:
        vote = f"{self.lf!r} votes {self.vote!r}{self._doubt}"
        return f"VoteEvidence({vote}: {_signed(self.nats)} nats)"

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}</div>"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a label model gives one item its class: the parts of the log-odds, in nats.

    The log-odds are those of the most probable class against the second; 0 nats
    is even, 1 nat is 2.7 to 1, 3 nats are 20 to 1.

    Parameters
    ----------
    item_id : str
        The item.
    predicted, runner_up : str
        The most and the second most probable class.
    probability : float
        P(predicted), in [0, 1].
    prior_nats : float
        What the class prior says, before any vote.
    votes : tuple of VoteEvidence
        What each vote adds, the weightiest first.
    rest_nats : float
        What the votes add together and none alone; 0 where `exact`.
    exact : bool
        Whether the model adds up its votes, so that the parts are what it computed.
        Otherwise each part is how far the log-odds fall when that vote is left
        out, with probabilities below 1e-6 taken as 1e-6.
    tied : bool
        Whether the two classes are exactly as probable, so that the item is undecided.

    Examples
    --------
    >>> has_link = VoteEvidence("has_link", "spam", 1.8)
    >>> Explanation("c7", "spam", "ham", 0.82, -0.3, (has_link,), 0.0, True, False)
    Explanation of item 'c7': spam with probability 0.820, +1.50 nats against ham
      the class prior: -0.30 nats towards spam
      has_link votes spam: +1.80 nats towards spam
    """

    item_id: str
    predicted: str
    runner_up: str
    probability: float
    prior_nats: float
    votes: tuple[VoteEvidence, ...]
    rest_nats: float
    exact: bool
    tied: bool

    @property
    def log_odds(self) -> float:
        """Log of P(predicted) / P(runner-up): the sum of all parts, in nats."""
        parts = [self.prior_nats, self.rest_nats, *(vote.nats for vote in self.votes)]
        return math.fsum(parts)

    @property
    def parts(self) -> tuple[tuple[str, float], ...]:
        """Every part of the log-odds, in words and in nats."""
        votes = [(vote.words, vote.nats) for vote in self.votes]
        rest = [] if self.exact or not votes else [("what the votes say together", self.rest_nats)]
        return (("the class prior", self.prior_nats), *votes, *rest)

    @property
    def _verdict(self) -> str:
        if self.tied:
            return f"undecided between {self.predicted} and {self.runner_up}"
        return (
            f"{self.predicted} with probability {self.probability:.3f}, "
            f"{_signed(self.log_odds)} nats against {self.runner_up}"
        )

    @property
    def _notes(self) -> list[str]:
        notes = [] if self.votes else ["nobody votes on it"]
        if not self.exact and self.votes:
            notes.append("each vote's part is what leaving it out takes away")
        return notes

    def __repr__(self) -> str:
        lines = [f"{what}: {_signed(v)} nats towards {self.predicted}" for what, v in self.parts]
        lines += [f"({note})" for note in self._notes]
        return "\n  ".join([f"Explanation of item {self.item_id!r}: {self._verdict}", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(what)}</th><td>{_signed(v)}</td></tr>" for what, v in self.parts
        )
        notes = "".join(f"<p>({escape(note)})</p>" for note in self._notes)
        head = f"<th></th><th>nats towards {escape(self.predicted)}</th>"
        return (
            f"<div><p>Item {escape(self.item_id)}: {escape(self._verdict)}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}</div>"
        )


def explain_by_evidence(
    votes: Votes, posterior: FloatArray, class_prior: FloatArray, evidence: FloatArray
) -> Explanation:
    """Return the explanation of a model that adds up its votes in log space.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
        Votes on a single item.
    posterior : numpy.ndarray of float64, shape (n_classes,)
        Its posterior.
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class).
    evidence : numpy.ndarray of float64, shape (n_lfs, n_classes)
        What each vote adds to the log-probability of each class.

    Returns
    -------
    Explanation
    """
    top, second = _two_classes(posterior)
    log_prior = safe_log(class_prior)
    lfs = _cast(votes).lfs
    nats = evidence[lfs, top] - evidence[lfs, second]
    prior = float(log_prior[top] - log_prior[second])
    return _explanation(votes, posterior, (top, second), prior, nats, 0.0, exact=True)


def explain_by_leaving_out(
    votes: Votes, posterior_of: Callable[[Votes], FloatArray]
) -> Explanation:
    """Return the explanation of any model: how far the log-odds fall without each vote.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
        Votes on a single item.
    posterior_of : callable
        Votes to posterior, shape (n_items, n_classes).

    Returns
    -------
    Explanation
    """
    posterior = posterior_of(votes)[0]
    top, second = _two_classes(posterior)

    def log_odds(proba: FloatArray) -> float:
        logs = np.log(np.maximum(proba, SMALLEST_PROBABILITY))
        return float(logs[top] - logs[second])

    lfs = _cast(votes).lfs
    all_votes = log_odds(posterior)
    prior = log_odds(posterior_of(_without(votes, lfs))[0])
    left_out = [log_odds(posterior_of(_without(votes, np.array([j])))[0]) for j in lfs]
    nats = all_votes - np.array(left_out, dtype=np.float64)
    rest = all_votes - prior - float(nats.sum())
    return _explanation(votes, posterior, (top, second), prior, nats, rest, exact=False)


def _signed(nats: float) -> str:
    return f"{round(nats, 2) + 0.0:+.2f}"  # no "-0.00"


def _two_classes(posterior: FloatArray) -> tuple[int, int]:
    """Return the most and the second most probable class; of equal ones the first named."""
    first, second = np.argsort(-posterior, kind="stable")[:2]
    return int(first), int(second)


class _Cast(NamedTuple):
    """The votes on one item: column, class and how probable the vote makes the class."""

    lfs: npt.NDArray[np.int32]
    codes: IntArray
    probability: FloatArray


def _cast(votes: Votes) -> _Cast:
    if isinstance(votes, SoftVotes):
        return _Cast(votes.lfs, votes.proba.argmax(axis=1), votes.proba.max(axis=1))
    _, lfs, codes = votes.entries
    return _Cast(lfs, codes.astype(np.int64), np.ones(len(lfs)))


def _explanation(
    votes: Votes,
    posterior: FloatArray,
    classes: tuple[int, int],
    prior: float,
    nats: FloatArray,
    rest: float,
    *,
    exact: bool,
) -> Explanation:
    lfs, codes, sure = _cast(votes)
    names = votes.schema.classes
    order = np.argsort(-np.abs(nats), kind="stable")
    parts = (
        VoteEvidence(votes.lf_names[lfs[i]], names[codes[i]], float(nats[i]), float(sure[i]))
        for i in order
    )
    return Explanation(
        str(votes.item_ids[0]),
        names[classes[0]],
        names[classes[1]],
        float(posterior[classes[0]]),
        prior,
        tuple(parts),
        rest,
        exact,
        bool(tied_argmax(posterior[None, :])[1][0]),
    )


def _without(votes: Votes, lfs: npt.NDArray[np.integer]) -> Votes:
    """Return the item without the votes of the labeling functions at `lfs`, in the same form."""
    if isinstance(votes, SoftVotes):
        left_over = np.flatnonzero(~np.isin(votes.lfs, lfs))
        rows = ([0, len(left_over)], votes.lfs[left_over], votes.proba[left_over])
        return SoftVotes(*rows, votes.item_ids, votes.lf_names, votes.schema)
    items, columns, codes = votes.entries
    if votes.is_sparse:
        kept = ~np.isin(columns, lfs)
        shape = (votes.n_items, votes.n_lfs)
        entries = (items[kept], columns[kept], codes[kept])
        return VoteMatrix.from_entries(
            *entries, shape, votes.schema, votes.lf_names, votes.item_ids
        )
    left = votes.codes.copy()
    left[:, lfs] = -1
    return VoteMatrix(left, votes.item_ids, votes.lf_names, votes.schema)
