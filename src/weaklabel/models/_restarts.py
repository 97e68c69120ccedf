"""The best of several runs of an iteration that depends on where it starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from weaklabel.models._em import EMFit

__all__ = ["best_run"]

P = TypeVar("P")

#: Runs whose objectives differ by less, relative to their size, found the same optimum.
_SAME = 1e-6


def best_run(runs: Iterable[Callable[[], EMFit[P]]]) -> EMFit[P]:
    """Return the fit whose objective ended highest, the first of those that ended alike.

    Parameters
    ----------
    runs : iterable of callable
        At least one; each is called and gives an `EMFit`.

    Returns
    -------
    EMFit

    Notes
    -----
    Two runs to one optimum stop a little apart. Were the last bits of their
    objectives compared, the order in which sums are taken would choose between them.
    """
    first, *others = runs
    best = first()
    for run in others:
        fit = run()
        ahead = float(fit.objectives[-1] - best.objectives[-1])
        if ahead > _SAME * (1.0 + abs(float(best.objectives[-1]))):
            best = fit
    return best
