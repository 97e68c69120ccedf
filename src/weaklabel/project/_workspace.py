"""Workspace: a project folder, its settings, and its inputs as nouns."""

from __future__ import annotations

import glob
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.apply import VoteCache
from weaklabel.core import CodeArray, DecisionLog, Items, LabelSchema, VoteMatrix, as_items
from weaklabel.errors import ProjectError, SchemaError, wrong_value
from weaklabel.exchange import WrenchData, read_items, read_wrench
from weaklabel.lf import LabelingFunction, collect_lfs
from weaklabel.project._config import CONFIG_NAME, ProjectConfig, check_jobs, read_config
from weaklabel.project._decisions import learned_log, store_location
from weaklabel.project._state import FileHashes, ProjectState
from weaklabel.review import DecisionStore

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Workspace"]

#: Labeling functions for texts read this column, whatever the file calls it.
TEXT = "text"


class Workspace:
    """A project folder: where things are, what the settings say, and the inputs.

    Parameters
    ----------
    folder : path
        The folder that holds weaklabel.toml.
    progress : bool, optional
        Whether stages show progress bars; by default where somebody is looking.
    n_jobs : int, optional
        Number of worker processes in place of that in weaklabel.toml.

    Raises
    ------
    ProjectError
        If weaklabel.toml is missing or wrong.
    """

    def __init__(
        self, folder: str | Path, *, progress: bool | None = None, n_jobs: int | None = None
    ) -> None:
        self.folder = Path(folder)
        self.config: ProjectConfig = read_config(self.folder / CONFIG_NAME)
        if n_jobs is not None:
            self.config = replace(self.config, n_jobs=check_jobs("n_jobs", n_jobs))
        self.progress = progress
        self.work = self.folder / ".weaklabel"
        self.review = self.folder / "review"
        self.state = ProjectState(self.work / "state.json")
        self._hashes = FileHashes(self.work / "files.json")

    @cached_property
    def schema(self) -> LabelSchema:
        """The classes."""
        if self.config.classes:
            return LabelSchema(self.config.classes)
        return self._wrench.schema if self._wrench else LabelSchema(())

    @cached_property
    def items(self) -> Items:
        """The items that labeling functions and classifiers see: without gold, with item.text."""
        source = self._source
        text_column = self.config.text_column
        if not text_column or text_column == TEXT:
            return source
        if TEXT in source.column_names:
            raise ProjectError(
                f"{CONFIG_NAME}: [data] text_column is {text_column!r}, but the data also have a "
                f"column {TEXT!r}, which labeling functions read. Rename one of them."
            )
        import pyarrow as pa

        texts = pa.array(source.texts(text_column), type=pa.string())
        return Items(source.table.append_column(TEXT, texts), source.item_ids)

    @property
    def export_items(self) -> Items:
        """The items as they are written out: the user's columns without gold."""
        return self._source

    @cached_property
    def gold(self) -> CodeArray | None:
        """Known codes, -1 unknown, in the order of the items; None where there are none."""
        if self._wrench is not None:
            return self._wrench.gold
        if not self.config.gold_column:
            return None
        names = dict(self.config.gold_values)
        values = [
            _gold_value(v, names) for v in self._table.column(self.config.gold_column).to_pylist()
        ]
        try:
            return self.schema.encode(values)
        except SchemaError as error:
            raise ProjectError(
                f"{CONFIG_NAME}: a value of gold_column {self.config.gold_column!r} is no class: {error} "
                "Map the values in [data] gold_values."
            ) from None

    @cached_property
    def lfs(self) -> tuple[LabelingFunction, ...]:
        """The labeling functions, collected from their files."""
        if not self.config.lf_files:
            return ()
        return tuple(collect_lfs([self.folder / pattern for pattern in self.config.lf_files]))

    @property
    def published_votes(self) -> VoteMatrix | None:
        """Votes that came with the data, in the order of the items."""
        return None if self._wrench is None else self._wrench.votes

    @property
    def text_columns(self) -> list[str] | None:
        """The text columns of `items`; None for a table whose columns speak for themselves."""
        return [TEXT] if self.config.text_column or self._wrench is not None else None

    @property
    def export_text_columns(self) -> list[str] | None:
        """The text columns of `export_items`."""
        return [self.config.text_column or TEXT] if self.text_columns else None

    def log(self) -> DecisionLog:
        """Return all decisions made so far."""
        path = self.decisions_path
        if path is not None and not path.exists():
            return DecisionLog()
        return self.store.log()

    def decisions(self) -> DecisionLog:
        """Return the decisions that labels learn from; see `learned_log`."""
        return self.learned(self.log())

    def learned(self, log: DecisionLog) -> DecisionLog:
        """Return those of `log` that labels learn from."""
        return learned_log(log, self.schema, self.config.review) if len(log) else log

    def decided_gold(self) -> CodeArray:
        """Return the codes on which reviewers agree, -1 elsewhere, in the order of the items."""
        return self.decisions().gold(self.items.item_ids.tolist(), self.schema)

    @property
    def vote_cache(self) -> VoteCache:
        """The votes that were computed before."""
        return VoteCache(self.work / "votes")

    @cached_property
    def store(self) -> DecisionStore:
        """Where decisions are kept."""
        return DecisionStore(store_location(self.folder, self.config.review))

    @property
    def decisions_path(self) -> Path | None:
        """The SQLite file with the decisions; None where a server has them."""
        location = store_location(self.folder, self.config.review)
        return location if isinstance(location, Path) else None

    def source_hashes(self) -> dict[str, str]:
        """Return {path relative to the project: SHA-256} of the data files."""
        hashes = self._hashes.of(self._source_files)
        return {_relative(Path(p), self.folder): h for p, h in sorted(hashes.items())}

    @cached_property
    def _source_files(self) -> list[Path]:
        if self.config.wrench:
            folder = self.folder / self.config.wrench
            return sorted(folder.glob("*.json"))
        found: list[Path] = []
        for pattern in self.config.data_files:
            matches = sorted(Path(p) for p in glob.glob(str(self.folder / pattern)))
            if not matches:
                raise ProjectError(
                    f"{CONFIG_NAME}: [data] files names {pattern!r}, but there is no such file in "
                    f"{self.folder.resolve()}. Correct the name; it is relative to {CONFIG_NAME}."
                )
            found += matches
        return found

    @cached_property
    def _wrench(self) -> WrenchData | None:
        if not self.config.wrench:
            return None
        data = read_wrench(self.folder / self.config.wrench)
        return _renamed(data, self.config.classes) if self.config.classes else data

    @cached_property
    def _table(self) -> pa.Table:
        if self._wrench is not None:
            return self._wrench.items.table
        config = self.config
        text_columns = [config.text_column] if config.text_column else []
        id_column = config.id_column or None
        table = read_items(self._source_files, id_column=id_column, text_columns=text_columns).table
        for setting in ("text_column", "gold_column"):
            name = getattr(config, setting)
            if name and name not in table.column_names:
                raise ProjectError(
                    f"{CONFIG_NAME}: "
                    + wrong_value(
                        f"[data] {setting}",
                        name,
                        f"one of the columns {table.column_names}",
                        "Correct the name, or the file.",
                    )
                )
        return table

    @cached_property
    def _source(self) -> Items:
        if self._wrench is not None:
            return self._wrench.items
        table = self._table
        if self.config.gold_column:
            table = table.drop_columns([self.config.gold_column])
        return as_items(table, id_column=self.config.id_column or None)


def _renamed(data: WrenchData, classes: tuple[str, ...]) -> WrenchData:
    """Return the same data with other names for the classes, in the order of their codes."""
    if len(classes) != data.schema.n_classes:
        raise ProjectError(
            f"{CONFIG_NAME}: "
            + wrong_value(
                "[labels] classes",
                list(classes),
                f"{data.schema.n_classes} names, in place of {list(data.schema.classes)}",
                "Leave it empty to use the names of the WRENCH folder.",
            )
        )
    schema = LabelSchema(classes)
    votes = VoteMatrix(data.votes.store, data.votes.item_ids, data.votes.lf_names, schema)
    return replace(data, votes=votes, schema=schema)


def _gold_value(value: Any, names: dict[str, str]) -> Any:
    if value is None or value == "" or value != value:
        return None
    whole = (
        int(value)
        if isinstance(value, (float, np.floating)) and float(value).is_integer()
        else value
    )
    if isinstance(whole, bool):
        whole = str(whole)
    return names.get(str(whole), whole)


def _relative(path: Path, folder: Path) -> str:
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.name
