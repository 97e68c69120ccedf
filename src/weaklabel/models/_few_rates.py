"""The rates of MatrixCompletion where votes and classes meet, for votes over very many classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["FewRates", "few_are_free", "few_rates"]

#: Share of filled cells from which a sparse product is slower than a dense one (measured).
_CROWDED = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class FewRates:
    """The objective of MatrixCompletion as a function of some of the joint probabilities.

    The unknown ``J`` has ``n_lfs * n_classes`` rows, one for each kind of vote, and a column
    for each class. Only its cells in which a vote and a class meet on some item are
    free. In the others it stays ``spread * root``: what a row has for all classes that it never
    meets, shared out by class prior. So ``J = S + spread root'`` with a sparse ``S``.

    Parameters
    ----------
    rows, classes : numpy.ndarray of int64, shape (n_cells,)
        Where the free cells are, row by row.
    spread : numpy.ndarray of float64, shape (n_rows,)
        What each row has elsewhere, divided by `root`.
    start : numpy.ndarray of float64, shape (n_cells,)
        The free cells at the start, to which they are pulled.
    times : callable
        Product of ``O``, its blocks on the diagonal zero, with a matrix of ``n_rows`` rows.
    frequency : numpy.ndarray of float64, shape (n_rows,)
        P(vote).
    block_rows : list of numpy.ndarray of int64
        The rows of each block, which together are all rows.
    root : numpy.ndarray of float64, shape (n_classes,)
        Square roots of the class prior.
    pull : float
        How strongly cells are pulled to the start.
    gold : numpy.ndarray of float64, shape (n_cells,), or None
        P(vote, class) on the items with gold.
    gold_weight : float
        What their squares weigh.
    together : scipy.sparse.csr_array of float64, shape (n_rows, n_rows), or None
        ``O`` itself, where so few cells are free that it is faster than `times`.
    """

    rows: IntArray
    classes: IntArray
    spread: FloatArray
    start: FloatArray
    times: Callable[[FloatArray], FloatArray]
    frequency: FloatArray
    block_rows: list[IntArray]
    root: FloatArray
    pull: float
    gold: FloatArray | None = None
    gold_weight: float = 0.0
    together: csr_array[Any, tuple[int, int]] | None = None

    def objective(self, cells: npt.NDArray[np.float64]) -> tuple[float, FloatArray]:
        """Return the objective less a constant, and its gradient.

        Parameters
        ----------
        cells : numpy.ndarray of float64, shape (n_cells,)
            The free cells of ``J``.

        Returns
        -------
        float
        numpy.ndarray of float64, shape (n_cells,)
        """
        sparse = self._sparse(cells)
        blocks = [self._gram(sparse, rows) for rows in self.block_rows]
        gram = reduce(np.add, blocks)
        residual = sparse @ self.root + self.spread - self.frequency
        away = cells - self.start
        loss, met = self._met(cells, sparse)
        loss += (gram**2).sum() - sum(float((block**2).sum()) for block in blocks)
        loss += (residual**2).sum() + self.pull * (away**2).sum()
        slope = -4.0 * met + 2.0 * (
            residual[self.rows] * self.root[self.classes] + self.pull * away
        )
        for block, rows in zip(blocks, self.block_rows, strict=True):
            self._add_product(slope, sparse, gram - block, rows)
        if self.gold is not None:
            missed = cells * self.root[self.classes] - self.gold
            loss += self.gold_weight * (missed**2).sum()
            slope += 2.0 * self.gold_weight * missed * self.root[self.classes]
        return float(loss), slope

    def joint(self, cells: FloatArray) -> FloatArray:
        """Return ``J`` times `root`: P(vote, class) of all cells, shape (n_rows, n_classes)."""
        return self._dense(cells) * self.root

    def _dense(self, cells: FloatArray) -> FloatArray:
        dense = np.outer(self.spread, self.root)
        dense[self.rows, self.classes] = cells
        return dense

    def _sparse(self, cells: FloatArray) -> csr_array[np.float64, tuple[int, int]]:
        from scipy.sparse import csr_array

        ends = np.searchsorted(self.rows, np.arange(len(self.spread) + 1))
        data = cells - self.spread[self.rows] * self.root[self.classes]
        return csr_array((data, self.classes, ends), shape=(len(self.spread), len(self.root)))

    def _gram(self, sparse: csr_array[np.float64, tuple[int, int]], rows: IntArray) -> FloatArray:
        """Return ``J'J`` of some rows."""
        own, spread = sparse[rows], self.spread[rows]
        if _is_crowded(own):
            dense = own.toarray() + np.outer(spread, self.root)
            return np.asarray(dense.T @ dense)
        mixed = np.outer(np.asarray(own.T @ spread), self.root)
        gram = (own.T @ own).toarray() + mixed + mixed.T
        return np.asarray(gram + float((spread**2).sum()) * np.outer(self.root, self.root))

    def _met(
        self, cells: FloatArray, sparse: csr_array[np.float64, tuple[int, int]]
    ) -> tuple[float, FloatArray]:
        """Return what ``O`` adds to the objective, and its product with ``J`` in the free cells."""
        if self.together is not None:
            elsewhere = self.together @ self.spread
            met = np.asarray((self.together @ sparse)[self.rows, self.classes]).ravel()
            met = met + elsewhere[self.rows] * self.root[self.classes]
            of_rows = self.together @ (sparse @ self.root + self.spread)
            return -2.0 * float((sparse.data * met).sum() + (self.spread * of_rows).sum()), met
        dense = self._dense(cells)
        product = self.times(dense)
        return -2.0 * float(np.einsum("ay,ay->", dense, product)), product[self.rows, self.classes]

    def _add_product(
        self,
        slope: FloatArray,
        sparse: csr_array[np.float64, tuple[int, int]],
        others: FloatArray,
        rows: IntArray,
    ) -> None:
        """Add to `slope` four times the product of some rows of ``J`` and `others`."""
        own = sparse[rows]
        product = np.asarray((own.toarray() if _is_crowded(own) else own) @ others)
        product += np.outer(self.spread[rows], self.root @ others)
        first = np.searchsorted(self.rows, rows)
        sizes = np.searchsorted(self.rows, rows, side="right") - first
        ends = np.cumsum(sizes)
        cells = np.arange(ends[-1]) + np.repeat(first - ends + sizes, sizes)
        slope[cells] += 4.0 * product[np.repeat(np.arange(len(rows)), sizes), self.classes[cells]]


def _is_crowded(own: csr_array[Any, tuple[int, int]]) -> bool:
    """Return whether so many cells are filled that products are faster with all of them."""
    return not few_are_free(own.nnz, *own.shape)


def few_rates(
    cells: IntArray,
    joint: FloatArray,
    times: Callable[[FloatArray], FloatArray],
    class_prior: FloatArray,
    frequency: FloatArray,
    blocks: IntArray,
    weights: FloatArray,
    l2: float,
    gold: FloatArray | None = None,
    gold_weight: float = 0.0,
    together: csr_array[Any, tuple[int, int]] | None = None,
) -> FewRates:
    """Return the objective in the cells that are free.

    Parameters
    ----------
    cells : numpy.ndarray of int64, shape (n_cells,)
        The free cells: row times ``n_classes`` plus class, ascending.
    joint : numpy.ndarray of float64, shape (n_rows, n_classes)
        P(vote, class) at the start.
    times : callable
        Product of P(two votes on one item), blocks of one column or group left out, with a
        matrix of ``n_rows`` rows.
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class).
    frequency : numpy.ndarray of float64, shape (n_rows,)
        P(vote).
    blocks : numpy.ndarray of int64, shape (n_rows,)
        Block of each row.
    weights : numpy.ndarray of float64, shape (n_rows,)
        What each row weighs.
    l2 : float
        How strongly cells are pulled to the start, for each vote on an item.
    gold : numpy.ndarray of float64, shape (n_rows, n_classes), optional
        P(vote, class) on the items with gold.
    gold_weight : float
        What their squares weigh.
    together : scipy.sparse.csr_array of float64, shape (n_rows, n_rows), optional
        P(two votes on one item), where so few cells are free that to build it is worth it.

    Returns
    -------
    FewRates
        In it ``J`` is ``W^(1/2)`` times the joint probabilities divided by `root`.
    """
    root, scale = np.sqrt(class_prior), np.sqrt(weights)
    rows, classes = np.divmod(cells, len(class_prior))
    met = np.bincount(rows, joint[rows, classes], len(joint))
    prior_left = 1.0 - np.bincount(rows, class_prior[classes], len(joint))
    left = np.maximum(joint.sum(axis=1) - met, 0.0)
    every = np.bincount(rows, minlength=len(joint)) == len(class_prior)
    spread = np.where(every, 0.0, left / np.where(every, 1.0, np.maximum(prior_left, 1e-300)))

    def weighted(dense: FloatArray) -> FloatArray:
        return scale[:, None] * times(scale[:, None] * dense)

    order = np.argsort(blocks, kind="stable")
    ends = np.flatnonzero(np.diff(blocks[order])) + 1
    return FewRates(
        rows,
        classes,
        spread * scale,
        joint[rows, classes] / root[classes] * scale[rows],
        times if bool((scale == 1.0).all()) else weighted,
        frequency * scale,
        np.split(order, ends),
        root,
        l2 * float((weights * frequency).sum()),
        None if gold is None else gold[rows, classes] * scale[rows],
        gold_weight,
        None if together is None else _apart(together, blocks, scale),
    )


def few_are_free(n_cells: int, n_rows: int, n_classes: int) -> bool:
    """Return whether so few cells are free that sparse products are faster than dense ones."""
    return n_cells <= _CROWDED * n_rows * n_classes


def _apart(
    together: csr_array[Any, tuple[int, int]], blocks: IntArray, scale: FloatArray
) -> csr_array[Any, tuple[int, int]]:
    """Return `together` without the blocks on the diagonal, and scaled."""
    from scipy.sparse import csr_array

    pairs = together.tocoo()
    apart = blocks[pairs.row] != blocks[pairs.col]
    row, col = pairs.row[apart], pairs.col[apart]
    data = pairs.data[apart] * scale[row] * scale[col]
    return csr_array((data, (row, col)), shape=together.shape)
