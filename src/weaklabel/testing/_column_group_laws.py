"""Laws of column groups: labeling functions that say one thing have one vote between them."""

from __future__ import annotations

import tempfile
from functools import partial

import numpy as np

from weaklabel.core import VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import BaseLabelModel, label_model, label_model_names
from weaklabel.models._load import restore
from weaklabel.models._model_file import read_record
from weaklabel.testing._matrices import ordinary_matrices, with_codes
from weaklabel.testing._require import fitted, fresh, require, require_close

__all__ = [
    "check_column_groups_are_kept_in_a_file",
    "check_group_of_one_changes_nothing",
    "check_group_that_agrees_weighs_one_vote",
    "check_grouped_copy_changes_nothing",
    "check_wrong_column_groups_are_refused",
]

#: Sums of n votes of 1 / n, over the iterations of a model that may stop a step apart.
_TOLERANCE = 1e-5


def check_grouped_copy_changes_nothing(model: BaseLabelModel) -> None:
    """Require that exact copies of a column, in one group with it, change no posterior.

    An iteration sums what copies say in another order, which moves its last bits and may
    move where it stops; 1e-5 is far below its own tolerance.
    """
    if not _takes_groups(model):
        return
    for name, votes in ordinary_matrices().items():
        expected = fitted(model, votes).predict_proba(votes)
        for n_copies in (1, 2):
            wider, group = _with_copies(votes, n_copies)
            given = fitted(_grouped(model, [group]), wider).predict_proba(wider)
            message = f"{name}: {n_copies} copies of a column, grouped with it, change posteriors"
            require_close(given, expected, message, _TOLERANCE)


def check_group_of_one_changes_nothing(model: BaseLabelModel) -> None:
    """Require that groups of one column each change no bit of any posterior."""
    if not _takes_groups(model):
        return
    for name, votes in ordinary_matrices().items():
        groups = [[lf_name] for lf_name in votes.lf_names[:3]]
        given = fitted(_grouped(model, groups), votes).predict_proba(votes)
        same = np.array_equal(given, fitted(model, votes).predict_proba(votes))
        require(same, f"{name}: groups of one column change posteriors")


def check_group_that_agrees_weighs_one_vote(model: BaseLabelModel) -> None:
    """Require that an item on which a group agrees is no surer than by one vote of the group."""
    if not _takes_groups(model):
        return
    for name, votes in ordinary_matrices().items():
        wider, group = _with_copies(votes, 2)
        members = np.flatnonzero(np.isin(wider.lf_names, group))
        learned = fitted(_grouped(model, [group]), wider)
        for y in np.unique(wider.codes[:, members[0]][wider.codes[:, members[0]] >= 0]).tolist():
            codes = np.full((2, wider.n_lfs), -1)
            codes[0, members] = y
            codes[1, members[0]] = y
            together, alone = learned.predict_proba(with_codes(wider, codes))[:, y]
            message = f"{name}: a group that votes for class {y} says more than one vote of it"
            require(together <= alone + _TOLERANCE, f"{message}: {together:.6g}, not {alone:.6g}")


def check_wrong_column_groups_are_refused(model: BaseLabelModel) -> None:
    """Require ParameterError that names a column which is unknown or in two groups."""
    if not _takes_groups(model):
        return
    votes = ordinary_matrices()["two classes"]
    first, second = votes.lf_names[:2]
    cases: list[tuple[list[list[str]], str]] = [
        ([[first, "no such column"]], "no such column"),
        ([[first, second], [second]], second),
        ([[first, first]], first),
    ]
    for groups, wrong in cases:
        bad = _grouped(model, groups)
        begin = f"column_groups of {type(model).__name__} is wrong: {wrong!r} "
        try:
            bad.fit(votes)
        except ParameterError as error:
            require(str(error).startswith(begin), f"the message does not begin {begin!r}: {error}")
        except Exception as error:
            raise AssertionError(f"column_groups={groups!r} raised {error!r}, not ours") from error
        else:
            raise AssertionError(f"fit accepted column_groups={groups!r}")


def check_column_groups_are_kept_in_a_file(model: BaseLabelModel) -> None:
    """Require that a model with groups, saved and loaded, predicts the same to the last bit."""
    if not _takes_groups(model):
        return
    for name, votes in ordinary_matrices().items():
        first, second, third, *_ = votes.lf_names
        learned = fitted(_grouped(model, {"one": [first, second], "other": [third]}), votes)
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.npz"
            learned.save(path)
            known = {kind: partial(label_model, kind) for kind in label_model_names()}
            restored = restore(
                read_record(path), {**known, type(model).__name__: type(model)}, path
            )
        groups = restored.parameters()["column_groups"]
        require(groups == learned.parameters()["column_groups"], "a loaded model has other groups")
        same = np.array_equal(restored.predict_proba(votes), learned.predict_proba(votes))
        require(same, f"{name}: a saved and loaded model with groups predicts otherwise")


def _takes_groups(model: BaseLabelModel) -> bool:
    return "column_groups" in model.parameters()


def _grouped(
    model: BaseLabelModel, groups: list[list[str]] | dict[str, list[str]]
) -> BaseLabelModel:
    """Return a copy of `model` with `groups`."""
    copied = fresh(model)
    setattr(copied, "column_groups", groups)  # noqa: B010 - not of every label model
    return copied


def _with_copies(votes: VoteMatrix, n_copies: int) -> tuple[VoteMatrix, list[str]]:
    """Return `votes` with copies of the column that votes most, and the names of all of these."""
    column = int((votes.codes >= 0).sum(axis=0).argmax())
    codes = np.hstack([votes.codes, *[votes.codes[:, [column]]] * n_copies])
    copies = [f"copy_{i} of {votes.lf_names[column]}" for i in range(n_copies)]
    wider = VoteMatrix(codes, votes.item_ids, [*votes.lf_names, *copies], votes.schema)
    return wider, [votes.lf_names[column], *copies]
