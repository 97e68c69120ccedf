"""spacy_doc: spaCy documents as a preprocessor, made in batches."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from weaklabel.core._check import check_int
from weaklabel.errors import MissingDependencyError, ParameterError, wrong_value
from weaklabel.lf._preprocess import Preprocessor
from weaklabel.lf._rule import check_column

__all__ = ["spacy_doc"]


def spacy_doc(
    pipeline: str | Callable[[str], Any] = "en",
    column: str = "text",
    name: str = "doc",
    batch_size: int = 256,
) -> Preprocessor:
    """Return the preprocessor that puts a spaCy document on each item.

    The pipeline is loaded when it is first needed, runs once for each item
    through ``nlp.pipe``, and is shared by all labeling functions that name a
    preprocessor with the same settings.

    Parameters
    ----------
    pipeline : str or spacy.language.Language
        A language code ("en", "de", "xx") gives ``spacy.blank``, which splits
        into tokens and nothing more; any other text is the name or folder of an
        installed pipeline for ``spacy.load``; a pipeline object is used as it is.
    column : str
        The text column; a missing text gives an empty document.
    name : str
        The field that the document becomes (``item.doc``).
    batch_size : int
        How many texts spaCy takes at a time.

    Returns
    -------
    Preprocessor

    Raises
    ------
    ParameterError
        If an argument has the wrong form; when it runs, if the pipeline is not
        installed.
    MissingDependencyError
        When it runs, if spaCy is not installed.

    Examples
    --------
    >>> doc = spacy_doc("en")
    >>> doc  # doctest: +SKIP
    Preprocessor('doc')
    >>> [token.text for token in doc("Don't click!")]  # doctest: +SKIP
    ['Do', "n't", 'click', '!']
    """
    if not (isinstance(pipeline, str) and pipeline) and not hasattr(pipeline, "pipe"):
        raise ParameterError(
            wrong_value(
                "pipeline", pipeline, "a language code, the name of a pipeline, or a pipeline"
            )
        )
    check_column("column", column)
    size = check_int("batch_size", batch_size, 1)
    return Preprocessor(name, _Documents(pipeline, column, size), is_batch=True, columns=[column])


@dataclass(frozen=True, slots=True, eq=False)
class _Documents:
    """Items in, documents out; loads its pipeline when it is first called."""

    pipeline: Any
    column: str
    batch_size: int

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        nlp = _loaded(self.pipeline) if isinstance(self.pipeline, str) else self.pipeline
        texts = (_text(item[self.column]) for item in items)
        return list(nlp.pipe(texts, batch_size=self.batch_size))

    def version_parts(self) -> tuple[object, ...]:
        """Return what decides the documents; the version of spaCy and of the pipeline do not."""
        return ("spacy", _content(self.pipeline), self.column)


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _content(pipeline: Any) -> object:
    if isinstance(pipeline, str) or not hasattr(pipeline, "config"):
        return pipeline
    meta = {key: pipeline.meta.get(key) for key in ("lang", "name", "version", "pipeline")}
    return (meta, pipeline.config.to_str())


@lru_cache(maxsize=4)
def _loaded(pipeline: str) -> Any:
    try:
        import spacy
    except ImportError as error:
        raise MissingDependencyError.of("spacy", f"spacy_doc({pipeline!r})", "spacy") from error
    if pipeline.isidentifier() and importlib.util.find_spec(f"spacy.lang.{pipeline}"):
        return spacy.blank(pipeline)
    try:
        return spacy.load(pipeline)
    except OSError as error:
        raise ParameterError(
            f"pipeline is {pipeline!r}, which is not installed, must be a language code such as "
            f"'en' or an installed pipeline. Run: python -m spacy download {pipeline}."
        ) from error
