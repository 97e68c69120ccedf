"""init_project: a new weaklabel.toml, with settings guessed from the data where none are given."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from weaklabel.core import Items
from weaklabel.errors import ProjectError, WriteError
from weaklabel.exchange import read_items
from weaklabel.files import atomic_write
from weaklabel.project._config import CONFIG_NAME, ProjectConfig, read_config
from weaklabel.project._template import config_text, starter_lfs

__all__ = ["guess_config", "init_project"]

_ID_NAMES = ("item_id", "id", "uid", "uuid", "key", "comment_id")
_TEXT_NAMES = ("text", "content", "comment", "message", "body", "sentence", "review")
_GOLD_NAMES = ("gold", "class", "label", "target")


def guess_config(
    data_files: Sequence[str | Path], base: ProjectConfig | None = None
) -> ProjectConfig:
    """Return settings for data files, guessed from their columns where `base` says nothing.

    Parameters
    ----------
    data_files : sequence of path
        CSV, JSONL or Parquet files.
    base : ProjectConfig, optional
        Settings that are given; a non-empty one is never changed.

    Returns
    -------
    ProjectConfig
        With `id_column` a column of a usual name ("id", "comment_id", …) whose
        values are distinct, `text_column` one of a usual name or else the text
        column with the longest values, `gold_column` one of a usual name with
        at most 50 values, and `classes` its values or ("no", "yes").

    Raises
    ------
    ItemsError, FileFormatError
        If the files cannot be read.
    """
    base = base or ProjectConfig()
    items = read_items([Path(f) for f in data_files])
    gold = base.gold_column or _gold_column(items)
    text = base.text_column or _text_column(items, exclude=gold)
    values = sorted({str(v) for v in items.column(gold) if v is not None}) if gold else []
    if not base.classes:
        named = bool(values) and not all(v.lstrip("-").isdigit() for v in values)
        classes = tuple(values) if named and len(values) > 1 else ("no", "yes")
    else:
        classes = base.classes
    gold_values = dict(base.gold_values)
    if gold and not gold_values and not set(values) <= set(classes):
        if len(values) == len(classes) and len(values) == len(_by_number(values)):
            gold_values = dict(zip(sorted(values, key=float), classes, strict=True))
        elif not base.gold_column:
            gold = ""  # a guess that does not fit the classes is dropped
    return replace(
        base,
        data_files=tuple(str(f) for f in data_files),
        id_column=base.id_column or _id_column(items),
        text_column=text,
        gold_column=gold,
        gold_values=gold_values,
        classes=classes,
    )


def init_project(folder: str | Path, config: ProjectConfig, *, force: bool = False) -> Path:
    """Write weaklabel.toml, and a file of labeling functions to start from if there is none.

    Parameters
    ----------
    folder : path
        The project folder; made if needed.
    config : ProjectConfig
        The settings; data files and labeling function files are made relative
        to `folder`. Without labeling function files, the starter
        labeling_functions/my_task.py is written and named.
    force : bool
        Whether an existing weaklabel.toml is replaced.

    Returns
    -------
    pathlib.Path
        The weaklabel.toml.

    Raises
    ------
    ProjectError
        If there is a weaklabel.toml already and `force` is false.
    WriteError
        If the folder cannot be written.
    """
    root = Path(folder)
    path = root / CONFIG_NAME
    if path.exists() and not force:
        raise ProjectError(f"{path} exists already. Edit it, or replace it with --force.")
    lf_files = config.lf_files or ("labeling_functions/my_task.py",)
    config = replace(
        config,
        data_files=tuple(_relative(f, root) for f in config.data_files),
        wrench=_relative(config.wrench, root) if config.wrench else "",
        lf_files=tuple(_relative(f, root) for f in lf_files) if config.lf_files else lf_files,
    )
    starter = root / lf_files[0]
    try:
        root.mkdir(parents=True, exist_ok=True)
        if lf_files == ("labeling_functions/my_task.py",) and not starter.exists():
            starter.parent.mkdir(parents=True, exist_ok=True)
            starter.write_text(
                starter_lfs(config.classes or ("no", "yes"), bool(config.text_column)),
                encoding="utf-8",
            )
    except OSError as error:
        raise WriteError(
            f"cannot write in {root}: {error.strerror}. Choose another folder."
        ) from error
    with atomic_write(path) as temporary:
        temporary.write_text(config_text(config), encoding="utf-8")
    read_config(path)
    return path


def _relative(file: str, root: Path) -> str:
    path = Path(file)
    try:
        return Path(os.path.relpath(path.resolve(), root.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


def _id_column(items: Items) -> str:
    for name in _named(items, _ID_NAMES):
        values = items.column(name)
        if None not in values and len({str(v) for v in values}) == len(values):
            return name
    return ""


def _text_column(items: Items, exclude: str) -> str:
    named = [n for n in _named(items, _TEXT_NAMES) if n != exclude]
    if named:
        return named[0]
    lengths = {
        name: sum(map(len, values)) / len(values)
        for name in items.column_names
        if name != exclude and all(isinstance(v, str) or v is None for v in items.column(name))
        for values in [items.texts(name)]
    }
    longest = max(lengths, key=lambda name: lengths[name], default="")
    return longest if lengths.get(longest, 0) >= 20 else ""


def _gold_column(items: Items) -> str:
    for name in _named(items, _GOLD_NAMES):
        if 2 <= len({v for v in items.column(name) if v is not None}) <= 50:
            return name
    return ""


def _named(items: Items, names: tuple[str, ...]) -> list[str]:
    columns = {name.casefold(): name for name in items.column_names}
    return [columns[name] for name in names if name in columns]


def _by_number(values: list[str]) -> list[str]:
    return [v for v in values if v.replace(".", "", 1).lstrip("-").isdigit()]
