"""spacy_doc: spaCy documents as a preprocessor, made in batches."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from weaklabel.core._check import check_int
from weaklabel.errors import MissingDependencyError, ParameterError, wrong_value
from weaklabel.lf._preprocess import Preprocessor
from weaklabel.lf._rule import check_column

__all__ = ["spacy_doc"]

#: Distinct tokens that a tokenizer remembers how to split; spaCy's own 10,000 are less than
#: one chunk of comments has, and beyond them it is half as fast.
_TOKENS_KEPT = 500_000


def spacy_doc(
    pipeline: str | Callable[[str], Any] = "en",
    column: str = "text",
    name: str = "doc",
    batch_size: int = 256,
    *,
    cache: str | os.PathLike[str] | None = None,
) -> Preprocessor:
    """Return the preprocessor that puts a spaCy document on each item.

    The pipeline is loaded when it is first needed, runs once for each distinct
    text through ``nlp.pipe``, and is shared by all labeling functions that name
    a preprocessor with the same settings.

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
    cache : path, optional
        A folder in which documents are kept between runs, in DocBins, with
        all that they keep: attributes of tokens, entities,
        spans, categories and user data, but no vectors. It pays for pipelines
        that take milliseconds a text, not for a blank one. A new version of
        spaCy or of the pipeline makes new documents.

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

    Notes
    -----
    Items of one text share one document: a function that changes it changes it
    for all. A pipeline that was named keeps every distinct token that it met in
    memory, without which spaCy splits the 10,001st anew each time.

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
    documents = _Documents(pipeline, column, size)
    return Preprocessor(name, documents, is_batch=True, columns=[column], cache=cache)


@dataclass(frozen=True, slots=True, eq=False)
class _Documents:
    """Items in, documents out; loads its pipeline when it is first called."""

    pipeline: Any
    column: str
    batch_size: int

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        nlp = self._nlp()
        texts = [_text(item[self.column]) for item in items]
        distinct = list(dict.fromkeys(texts))
        if getattr(nlp, "pipe_names", None) == []:  # nothing but the tokenizer, so no batches
            made = map(nlp.make_doc, distinct)
        else:
            made = nlp.pipe(distinct, batch_size=self.batch_size)
        documents = dict(zip(distinct, made, strict=True))
        return [documents[text] for text in texts]

    def prepare(self) -> None:
        """Load the pipeline now, so that its time counts for no item."""
        self._nlp()

    def encoded(self, documents: list[Any]) -> bytes:
        """Return documents as bytes, for the memo."""
        from spacy.tokens import DocBin

        data: bytes = DocBin(docs=documents, store_user_data=True).to_bytes()
        return data

    def decoded(self, data: bytes) -> list[Any]:
        """Return the documents that `encoded` wrote."""
        from spacy.tokens import DocBin

        return list(DocBin().from_bytes(data).get_docs(self._nlp().vocab))

    def memo_parts(self) -> tuple[object, ...]:
        """Return what else decides documents on disk: the versions of spaCy and the pipeline."""
        content = _content(self._nlp())  # first: it says what to do where spaCy is missing
        from spacy.about import __version__

        return (__version__, content)

    def _nlp(self) -> Any:
        return _loaded(self.pipeline) if isinstance(self.pipeline, str) else self.pipeline

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
        return _with_token_cache(spacy.blank(pipeline))
    try:
        return _with_token_cache(spacy.load(pipeline))
    except OSError as error:
        raise ParameterError(
            f"pipeline is {pipeline!r}, which is not installed, must be a language code such as "
            f"'en' or an installed pipeline. Run: python -m spacy download {pipeline}."
        ) from error


def _with_token_cache(nlp: Any) -> Any:
    if hasattr(nlp.tokenizer, "max_cache_size"):
        nlp.tokenizer.max_cache_size = _TOKENS_KEPT
    return nlp
