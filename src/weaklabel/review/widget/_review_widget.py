"""review_widget: the review of a queue in a notebook cell."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy.typing as npt

from weaklabel.core import LabelSchema, ReviewQueue, VoteMatrix
from weaklabel.errors import MissingDependencyError, ParameterError, wrong_value
from weaklabel.lf import LabelingFunction
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._highlights import Matches
from weaklabel.review.session._keymap import Keymap
from weaklabel.review.session._progress_figures import Estimate
from weaklabel.review.session._session import ReviewSession
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.store._store import DecisionStore

if TYPE_CHECKING:
    from weaklabel.review.widget._widget import ReviewWidget

__all__ = ["review_widget"]

#: Where answers go unless the user says otherwise: beside the notebook, as a project names it.
_DEFAULT_STORE = "decisions.sqlite"


def review_widget(
    queue: ReviewQueue,
    items: object,
    votes: VoteMatrix | None = None,
    *,
    reviewer: str,
    store: DecisionStore | str | os.PathLike[str] | None = None,
    schema: LabelSchema | None = None,
    lf_versions: Mapping[str, str] | None = None,
    precision: Mapping[str, float] | None = None,
    matches: Matches | Sequence[LabelingFunction] | None = None,
    groups: npt.ArrayLike | None = None,
    guidelines: str | tuple[str, str] | None = None,
    dataset_version: str = "",
    blind: Collection[str] = (),
    estimate: Estimate | None = None,
    keymap: Keymap | None = None,
    columns: Sequence[str] | None = None,
    fold: int = 2000,
    image_columns: Sequence[str] = (),
    images: str | os.PathLike[str] | None = None,
    title: str = "",
) -> ReviewWidget:
    """Return a widget in which one reviewer goes through a queue, one key an item.

    Make it the last line of a cell. A click on it gives it the keys, and ``?`` lists them; while
    it has them, none reaches the notebook. Every answer is in the store before the next one is
    taken, and running the cell again goes on where the reviewer was.

    Parameters
    ----------
    queue : ReviewQueue
        What to review, in this order.
    items : Items, data frame, pyarrow.Table, list of str or list of dict
        The items of the queue, and maybe others; anything that `as_items` takes.
    votes : VoteMatrix, optional
        Votes on the items of the queue, and maybe others.
    reviewer : str
        Who answers.
    store : DecisionStore, path-like or str, optional
        Where answers go: a store, an SQLite file or the URL of a PostgreSQL database. By default
        the file decisions.sqlite in the current folder, in most notebooks their own;
        ``widget.store.name`` says where that is.
    schema, lf_versions, precision, matches, groups, guidelines, dataset_version, blind, estimate, keymap, columns, fold, image_columns
        As of `ReviewSession`.
    images : path-like, optional
        The folder that images of `image_columns` are in; nothing outside it is shown.
    title : str
        Above the items; by default where answers go.

    Returns
    -------
    ReviewWidget

    Raises
    ------
    MissingDependencyError
        If anywidget is not installed.
    ItemsError, VotesError, SchemaError, ParameterError, FileFormatError
        As `ReviewSession`; ParameterError also if `images` is no folder.

    Notes
    -----
    The widget needs the running kernel. While that is busy or gone, answers wait on the screen,
    which says so; they are lost if it is closed before they are stored.

    A saved notebook holds, where it keeps the state of widgets (nbconvert and Colab do, JupyterLab
    where asked to), the script and the style sheet, and as the text of the cell's output the
    reviewer's name and counts. It holds neither items nor answers nor where these are.

    In marimo, show it with ``mo.ui.anywidget(widget)``.

    Examples
    --------
    >>> import tempfile
    >>> yes_no = LabelSchema(["ham", "spam"])
    >>> queue = ReviewQueue(["0"], ["error"], [1], [["undecided"]], [[0.4, 0.6]], yes_no)
    >>> items = [{"item_id": "0", "text": "free!"}]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     widget = review_widget(queue, items, reviewer="ann", store=f"{folder}/log.sqlite")
    ...     widget
    ...     widget.session.current().proposed
    ...     widget.close()
    ReviewWidget('ann': 0 answered, 0 skipped, 1 left)
    'spam'
    """
    widget = _widget_class()
    source = SessionSource.of_arguments(
        queue,
        items,
        votes,
        schema=schema,
        lf_versions=lf_versions,
        precision=precision,
        matches=matches,
        groups=groups,
        guidelines=guidelines,
        blind=blind,
        columns=columns,
        fold=fold,
        image_columns=image_columns,
    )
    opened = _store(store)
    known, last = opened.since(0)
    session = ReviewSession.of_source(
        source,
        store=opened,
        reviewer=reviewer,
        dataset_version=dataset_version,
        estimate=estimate,
        keymap=keymap,
        decisions=known,
    )
    desk = ReviewDesk(
        source,
        opened,
        reviewer=reviewer,
        title=title or f"Answers in {Path(opened.name).name}",
        estimate=estimate,
        dataset_version=dataset_version,
        keymap=keymap,
        images=None if images is None else ImageFolder(images),
    )
    return widget(desk, session, opened, last)


def _widget_class() -> type[ReviewWidget]:
    try:
        import anywidget  # noqa: F401 - its absence has its own words
    except ImportError as error:
        raise MissingDependencyError.of("anywidget", "review_widget", "notebook") from error
    from weaklabel.review.widget._widget import ReviewWidget

    return ReviewWidget


def _store(given: object) -> DecisionStore:
    if isinstance(given, DecisionStore):
        return given
    if given is None:
        given = Path(_DEFAULT_STORE).resolve()  # a later change of folder moves no answers
    if isinstance(given, (str, os.PathLike)):
        return DecisionStore(given)
    allowed = "a DecisionStore, a path or the URL of a database"
    raise ParameterError(wrong_value("store", given, allowed))
