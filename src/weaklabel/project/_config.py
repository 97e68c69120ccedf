"""ProjectConfig: what weaklabel.toml says, checked when read."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from weaklabel.core import LabelSchema
from weaklabel.core._check import check_choice, check_int, check_number
from weaklabel.errors import ParameterError, ProjectError, SchemaError, wrong_value
from weaklabel.project._review_config import REVIEW_PLACES, ReviewConfig, check_review

__all__ = ["CONFIG_NAME", "ProjectConfig", "check_jobs", "read_config"]

CONFIG_NAME = "weaklabel.toml"

_FORMATS = ("parquet", "jsonl", "csv")


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """The settings of a project, one attribute for each key of weaklabel.toml.

    Parameters
    ----------
    data_files : tuple of str
        CSV, JSONL or Parquet files or glob patterns, relative to the project folder.
    wrench : str
        A folder in WRENCH format to read instead, with its published votes; "" for none.
    id_column, text_column, gold_column : str
        Columns of the data; "" for none. Gold is measured against, never fitted.
    gold_values : mapping of str to str
        The class that each value of the gold column stands for, where it is no class name.
    classes : tuple of str
        The class names, in the order of their codes; () takes those of the WRENCH folder.
    lf_files : tuple of str
        Files, folders or glob patterns with labeling functions.
    on_error : {"raise", "abstain"}
        What happens when a labeling function raises.
    n_jobs : int
        Worker processes for labeling functions, at least 1, or -1 for one on each core.
    timeout_seconds : float
        Longest time that one item may take a labeling function; 0 for no limit.
    chunk_rows : int
        Items that are worked on and cached at a time, at least 1.
    label_model : str
        Name of a label model.
    label_model_parameters : mapping
        Its constructor arguments.
    refine : bool
        Whether a classifier on the items' features refines the labels.
    folds : int
        Folds of its cross-fitting, at least 2.
    max_trained : int
        Most items that it learns from, at least 1000; of more, a sample of as many.
    budget : int
        Items in the review set, at least 1.
    random_share : float
        Share of the review set drawn at random, in [0.1, 1].
    review : ReviewConfig
        How it is reviewed.
    output_folder : str
        Where dataset versions are written.
    formats : tuple of str
        Of "parquet", "jsonl" and "csv".
    min_confidence : float
        Items under this confidence stay out of the splits, in [0, 1].
    splits : mapping of str to float
        Shares of the splits.
    seed : int
        Seed of every random choice.
    """

    data_files: tuple[str, ...] = ()
    wrench: str = ""
    id_column: str = ""
    text_column: str = ""
    gold_column: str = ""
    gold_values: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    lf_files: tuple[str, ...] = ()
    on_error: str = "raise"
    n_jobs: int = 1
    timeout_seconds: float = 0.0
    chunk_rows: int = 65_536
    label_model: str = "LabelModel"
    label_model_parameters: Mapping[str, Any] = field(default_factory=dict)
    refine: bool = True
    folds: int = 5
    max_trained: int = 1_000_000
    budget: int = 100
    random_share: float = 0.1
    review: ReviewConfig = field(default_factory=ReviewConfig)
    output_folder: str = "dataset"
    formats: tuple[str, ...] = ("parquet",)
    min_confidence: float = 0.0
    splits: Mapping[str, float] = field(
        default_factory=lambda: {"train": 0.8, "valid": 0.1, "test": 0.1}
    )
    seed: int = 0


#: Where each key of weaklabel.toml goes: (section, key) -> attribute of ProjectConfig.
_PLACES = {
    ("data", "files"): "data_files",
    ("data", "wrench"): "wrench",
    ("data", "id_column"): "id_column",
    ("data", "text_column"): "text_column",
    ("data", "gold_column"): "gold_column",
    ("data", "gold_values"): "gold_values",
    ("labels", "classes"): "classes",
    ("labeling_functions", "files"): "lf_files",
    ("labeling_functions", "on_error"): "on_error",
    ("apply", "n_jobs"): "n_jobs",
    ("apply", "timeout_seconds"): "timeout_seconds",
    ("apply", "chunk_rows"): "chunk_rows",
    ("label_model", "name"): "label_model",
    ("label_model", "parameters"): "label_model_parameters",
    ("refine", "enabled"): "refine",
    ("refine", "folds"): "folds",
    ("refine", "max_trained"): "max_trained",
    ("review", "budget"): "budget",
    ("review", "random_share"): "random_share",
    **REVIEW_PLACES,
    ("output", "folder"): "output_folder",
    ("output", "formats"): "formats",
    ("output", "min_confidence"): "min_confidence",
    ("output", "splits"): "splits",
    ("run", "seed"): "seed",
}


def read_config(path: Path) -> ProjectConfig:
    """Return the settings in a weaklabel.toml.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    ProjectConfig

    Raises
    ------
    ProjectError
        If the file does not exist, is no TOML, or a key or value is wrong; the
        message names the section and the key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError(
            f"there is no {path.name} in {path.parent.resolve()}. "
            "Run `weaklabel init` there, or name the project with --project."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProjectError(f"{path} cannot be read: {error}. Correct the file.") from error
    values = _flatten(document)
    review = {name: values.pop(name) for name in REVIEW_PLACES.values() if name in values}
    config = ProjectConfig(**values, review=ReviewConfig(**review))
    _check(config)
    return config


def check_jobs(argument: str, n_jobs: int) -> int:
    """Return `n_jobs` if it is a number of worker processes or -1, or raise ParameterError."""
    return n_jobs if n_jobs == -1 else check_int(argument, n_jobs, 1, "Or -1: one on each core.")


def _flatten(document: Mapping[str, Any]) -> dict[str, Any]:
    sections = sorted({section for section, _ in _PLACES})
    types = {f.name: str(f.type) for kind in (ProjectConfig, ReviewConfig) for f in fields(kind)}
    values: dict[str, Any] = {}
    for section, content in _sections(document, sections):
        if section not in sections:
            raise ProjectError(_unknown(f"section [{section}]", section, sections))
        if not isinstance(content, Mapping):
            raise ProjectError(f"{CONFIG_NAME}: [{section}] must be a section with keys under it.")
        keys = [key for s, key in _PLACES if s == section]
        for key, value in content.items():
            if key not in keys:
                raise ProjectError(_unknown(f"key {key!r} in [{section}]", key, keys))
            attribute = _PLACES[section, key]
            values[attribute] = _typed(f"[{section}] {key}", value, types[attribute])
    return values


def _sections(document: Mapping[str, Any], known: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield sections by name, one that is within another, as [review.team], by itself."""
    for section, content in document.items():
        inner = {}
        if isinstance(content, Mapping):
            inner = {key: content[key] for key in content if f"{section}.{key}" in known}
            content = {key: value for key, value in content.items() if key not in inner}
        yield section, content
        yield from ((f"{section}.{key}", value) for key, value in inner.items())


def _typed(place: str, value: object, declared: str) -> Any:
    kind, allowed = declared.partition("[")[0], declared
    if declared == "tuple[int, int]":
        if isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value):
            return tuple(value)
        allowed = "two whole numbers, such as [2, 3]"
    elif kind == "tuple":
        value = [value] if isinstance(value, str) else value
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        allowed = "a list of texts"
    elif kind == "Mapping":
        if isinstance(value, Mapping):
            return dict(value)
        allowed = "a table such as { a = 1 }"
    elif kind == "float":
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        allowed = "a number"
    elif type(value).__name__ == kind:
        return value
    raise ProjectError(f"{CONFIG_NAME}: " + wrong_value(place, value, allowed))


def _check(config: ProjectConfig) -> None:
    try:
        check_jobs("[apply] n_jobs", config.n_jobs)
        check_number("[apply] timeout_seconds", config.timeout_seconds, 0.0)
        check_int("[apply] chunk_rows", config.chunk_rows, 1)
        check_int("[refine] folds", config.folds, 2)
        check_int("[refine] max_trained", config.max_trained, 1000)
        check_int("[review] budget", config.budget, 1)
        check_number("[review] random_share", config.random_share, 0.1, 1.0)
        check_review(config.review)
        check_number("[output] min_confidence", config.min_confidence, 0.0, 1.0)
        check_choice("[labeling_functions] on_error", config.on_error, ("raise", "abstain"))
        for name in config.formats:
            check_choice("[output] formats", name, _FORMATS)
        if config.classes or not config.wrench:
            LabelSchema(config.classes)
    except ParameterError as error:
        raise ProjectError(f"{CONFIG_NAME}: {error}") from None
    except SchemaError as error:
        raise ProjectError(f"{CONFIG_NAME}: [labels] {error}") from None
    _check_sources(config)


def _check_sources(config: ProjectConfig) -> None:
    if bool(config.data_files) == bool(config.wrench):
        raise ProjectError(
            f"{CONFIG_NAME}: [data] must name either files or a wrench folder. "
            'For example files = ["comments.csv"].'
        )
    if not config.lf_files and not config.wrench:
        raise ProjectError(
            f"{CONFIG_NAME}: [labeling_functions] files is empty, must name at least one file. "
            'For example files = ["labeling_functions/*.py"].'
        )
    shares = list(config.splits.values())
    good = all(isinstance(s, (int, float)) and s > 0 for s in shares)
    if not shares or not good or abs(sum(shares) - 1) > 1e-6:
        raise ProjectError(
            f"{CONFIG_NAME}: "
            + wrong_value(
                "[output] splits",
                dict(config.splits),
                "positive shares that sum to 1",
                "For example { train = 0.8, valid = 0.1, test = 0.1 }.",
            )
        )


def _unknown(what: str, name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Allowed are {', '.join(known)}."
    return f"{CONFIG_NAME}: {what} is unknown. {hint}"
