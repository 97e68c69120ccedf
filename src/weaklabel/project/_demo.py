"""The demo project: an embedded example as an ordinary folder, and a reviewer who knows gold."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

from weaklabel import io
from weaklabel.core import ReviewQueue
from weaklabel.core._ids import match_item_ids
from weaklabel.errors import ParameterError, WriteError
from weaklabel.examples import Example, lf_file, load_example
from weaklabel.files import atomic_write
from weaklabel.project._config import CONFIG_NAME, ProjectConfig
from weaklabel.project._init import guess_config, init_project
from weaklabel.project._project import Project

__all__ = ["prepare_demo", "simulate_review"]

_FOLDER = "weaklabel-demo"


def prepare_demo(
    task: str = "spam", folder: Path | None = None, data: Sequence[Path] | None = None
) -> tuple[Path, bool]:
    """Make the project folder of an embedded example; one that is there already is kept.

    Parameters
    ----------
    task : {"spam", "tumours"}
        Which example.
    folder : path, optional
        Where; by default ./weaklabel-demo for the synthetic comments, with the
        task's name or "-data" behind it otherwise.
    data : sequence of path, optional
        Comments of the user's own for the spam task.

    Returns
    -------
    folder : pathlib.Path
        The project folder, with its data, labeling functions and weaklabel.toml.
    is_new : bool
        Whether it was made now.

    Raises
    ------
    ParameterError
        If the task is unknown, or `data` is given for another task than spam.
    WriteError
        If the folder cannot be written.
    """
    if data and task != "spam":
        raise ParameterError(
            f"--data goes with --task spam, not {task!r}. Use weaklabel init instead."
        )
    suffix = "-data" if data else ("" if task == "spam" else f"-{task}")
    root = folder or Path(_FOLDER + suffix)
    if (root / CONFIG_NAME).exists():
        return root, False
    example = None if data else load_example(task)
    source = example.lf_file if example else lf_file("youtube_spam")
    target = root / "labeling_functions" / source.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise WriteError(
            f"cannot write in {root}: {error.strerror}. Choose another --folder."
        ) from error
    if example is not None:
        config = _example_config(example, root, target)
    else:
        base = ProjectConfig(lf_files=(str(target),), classes=("ham", "spam"))
        config = guess_config(data or (), base)
    init_project(root, config)
    return root, True


def simulate_review(project: Project) -> Path | None:
    """Write the answers that a reviewer who knows gold would give to the review set.

    Returns
    -------
    pathlib.Path or None
        A CSV for `Project.decide`; None if there are decisions already, or
        nothing in the review set has gold.
    """
    workspace = project.workspace
    queue = io.load(workspace.work / "queue.parquet")
    if len(workspace.decisions()) or workspace.gold is None or not isinstance(queue, ReviewQueue):
        return None
    rows = match_item_ids(queue.item_ids, workspace.items.item_ids, "items")
    answers = zip(
        queue.item_ids.tolist(), workspace.schema.decode(workspace.gold[rows]), strict=True
    )
    known = [(key, label) for key, label in answers if label is not None]
    if not known:
        return None
    path = workspace.review / "simulated-answers.csv"
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["item_id", "answer"])
        writer.writerows(known)
    return path


def _example_config(example: Example, root: Path, lfs: Path) -> ProjectConfig:
    frame = example.items.to_pandas().reset_index()
    id_column = next(
        (c for c in example.items.column_names if frame[c].astype(str).equals(frame["item_id"])),
        "item_id",
    )
    if id_column != "item_id":
        frame = frame.drop(columns="item_id")
    frame["gold"] = example.schema.decode(example.gold)
    data = root / f"{example.name}.csv"
    with atomic_write(data) as temporary:
        frame.to_csv(temporary, index=False)
    return ProjectConfig(
        data_files=(str(data),),
        id_column=id_column,
        text_column="text" if "text" in example.items.column_names else "",
        gold_column="gold",
        classes=example.schema.classes,
        lf_files=(str(lfs),),
    )
