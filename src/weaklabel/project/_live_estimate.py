"""LiveEstimate: how right the labels are, by the last run and by random answers since."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from weaklabel.core import Decision, DecisionLog, SoftLabels
from weaklabel.errors import WeaklabelError
from weaklabel.review import DecisionStore

__all__ = ["AuditBasis", "LiveEstimate", "estimate_now"]

#: Random answers that change the estimate together. After each single one it would tell a
#: reviewer, who does not see the proposal, whether they contradicted it.
_AT_ONCE = 10
#: How often at most the log is looked at, and how much longer than the last look a pause is.
_PAUSE_SECONDS, _PAUSES_PER_LOOK = 2.0, 20.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class AuditBasis:
    """What the last run left to hold answers against.

    Parameters
    ----------
    n_items : int
        Items of the data set.
    held_out : SoftLabels
        Labels of the items of the review set, and of those answered before, each made without
        the answers to it.
    random_ids : frozenset of str
        Random items of the review set.
    queue_starts : callable
        From the log, and what is learned of it, to how many of the latter there were when each
        queue was made.
    learned : callable
        From the log to the decisions that labels learn from.
    """

    n_items: int
    held_out: SoftLabels
    random_ids: frozenset[str]
    queue_starts: Callable[[DecisionLog, DecisionLog], Sequence[int]] = field(repr=False)
    learned: Callable[[DecisionLog], DecisionLog] = field(repr=False)


class LiveEstimate:
    """Returns the words of the estimate when called, and keeps them up to date in the background.

    A call costs a look at the clock. Every few seconds one of them starts a thread, which reads
    what is new in the log; only when ten random items more are settled, or all of the review set are
    answered, is the estimate made anew, from the log and the labels of answered items: the labels
    of all items are never read.

    Parameters
    ----------
    store : DecisionStore
        Where answers are.
    basis : AuditBasis
        What they are held against.
    words : str
        What the last run said; "" for nothing.
    clock : callable
        Returns seconds, from any start.
    """

    def __init__(
        self,
        store: DecisionStore,
        basis: AuditBasis,
        words: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._basis, self._clock = store, basis, clock
        self._words = words or (
            f"No estimate yet: it comes after {min(_AT_ONCE, len(basis.random_ids))} random answers."
        )
        self._decisions: list[Decision] = []
        self._sequence = 0
        self._n_known = 0
        self._next_look = clock()
        self._looking = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self) -> str:
        """Return the words of now."""
        if self._clock() >= self._next_look and self._looking.acquire(blocking=False):
            self._thread = threading.Thread(target=self._look, daemon=True, name="estimate")
            self._thread.start()
        return self._words

    def join(self) -> None:
        """Wait for the look that is under way, if there is one."""
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        started = self._clock()
        try:
            self._renew()
        except WeaklabelError as error:  # the store may be back at the next look
            _logger.debug("no estimate: %s", error)
        finally:
            took = self._clock() - started
            self._next_look = started + took + max(_PAUSE_SECONDS, _PAUSES_PER_LOOK * took)
            self._looking.release()

    def _renew(self) -> None:
        new, self._sequence = self._store.since(self._sequence)
        if not new:
            return
        self._decisions += new
        log, ids = DecisionLog(self._decisions), self._basis.random_ids
        n_learned = len(_answered(self._basis.learned(log), ids))
        is_done = len(_answered(log, ids)) == len(ids)
        if n_learned - self._n_known >= _AT_ONCE or (is_done and n_learned > self._n_known):
            self._words = estimate_now(log, self._basis)
            self._n_known = n_learned


def estimate_now(log: DecisionLog, basis: AuditBasis, confidence: float = 0.95) -> str:
    """Return in words what `estimate_accuracy` says of all labels, without reading them.

    Parameters
    ----------
    log : DecisionLog
        All decisions.
    basis : AuditBasis
        What answers are held against.
    confidence : float
        Of the interval.

    Raises
    ------
    DecisionsError, LabelsError
        If there is no random answer to an item of the data set, or one is no class.

    Notes
    -----
    The accuracy of all labels depends on the answered items and on how many others there are, not
    on the labels of these; see `weaklabel.triage.estimate_accuracy`, which gives the same figures.
    Time O(n_decisions).
    """
    # Only when it is needed: a review must not wait for these.
    from weaklabel.triage._accuracy_estimate import percent
    from weaklabel.triage._audit_sample import read_audit
    from weaklabel.triage._intervals import unanswered_wrong

    learned = basis.learned(log)
    held = basis.held_out
    sample = read_audit(learned, held, held)
    if not sample.counts.any():
        return "No estimate: no random answer counts."
    n_open = basis.n_items - len(sample.rows)
    starts = np.unique(np.array([0, *basis.queue_starts(learned, log)], dtype=np.int64))
    found = np.array(unanswered_wrong(sample.rounds(starts, n_open), n_open, confidence))
    is_disputed = sample.answer < 0
    lost = float(np.nan_to_num(sample.wrong[is_disputed], nan=1.0).sum())
    right, high, low = 1.0 - (found + lost) / basis.n_items
    return (
        f"{percent(float(right))} of the {basis.n_items} labels are right ({percent(confidence)} "
        f"interval {percent(float(low))} to {percent(float(high))}), by "
        f"{int(sample.counts.sum())} random answers; {len(sample.rows)} items are answered."
    )


def _answered(log: DecisionLog, ids: frozenset[str]) -> set[str]:
    """Return which of some random items have a standing answer or skip that is no gold check."""
    found = DecisionLog(d for d in log if d.item_id in ids).standing
    return {d.item_id for d in found if not d.gold}
