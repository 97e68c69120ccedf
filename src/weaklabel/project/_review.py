"""open_review: the review set of a project, put together from what its stages left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel import io
from weaklabel.core import LabelSchema, ReviewQueue, SoftLabels
from weaklabel.errors import ProjectError
from weaklabel.project._config import CONFIG_NAME, ProjectConfig, read_config
from weaklabel.project._decisions import learned_log, queue_starts_in, store_location
from weaklabel.project._gold_checks import gold_path, read_gold_checks
from weaklabel.project._guidelines_file import GuidelinesFile
from weaklabel.project._late_highlights import LateHighlights
from weaklabel.project._live_estimate import AuditBasis, LiveEstimate
from weaklabel.project._review_config import ReviewConfig
from weaklabel.project._review_files import GOLD_STRATUM, ReviewFiles, read_review_files
from weaklabel.project._state import ProjectState
from weaklabel.review import DecisionStore
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._keymap import key_bindings
from weaklabel.review.session._session_source import SessionSource

if TYPE_CHECKING:
    from weaklabel.review.desk._desk import ReviewDesk
    from weaklabel.review.team import TeamDesk

__all__ = ["ProjectReview", "open_review", "open_store"]

_FUNCTION = "labeling function "


@dataclass(frozen=True, slots=True, eq=False)
class ProjectReview:
    """The review set of a project, ready for a reviewer or a team.

    Parameters
    ----------
    title : str
        The project folder's name.
    source : SessionSource
        The queue, and what is known of its items.
    store : DecisionStore
        Where answers go.
    config : ReviewConfig
        The settings.
    gold : mapping of str to str
        Known classes of items that check the reviewers of a team.
    guidelines : callable or None
        Returns the guidelines of now.
    highlights : LateHighlights
        What labeling functions matched; `start` it when the review is up.
    estimate : LiveEstimate
        How right the labels are.
    dataset_version : str
        The version that holds the labels under review; "" for none.
    images : ImageFolder or None
        Where images of items are.
    seed : int
        Chooses which items a team answers twice, and where checks come.
    """

    title: str
    source: SessionSource
    store: DecisionStore
    config: ReviewConfig
    gold: Mapping[str, str]
    guidelines: GuidelinesFile | None
    highlights: LateHighlights
    estimate: LiveEstimate
    dataset_version: str
    images: ImageFolder | None
    seed: int

    @property
    def n_items(self) -> int:
        """How many items the review set has, checks left out."""
        return len(self.source.ids) - sum(s == GOLD_STRATUM for s in self.source.queue.strata)

    def last_decision(self) -> int:
        """Return the number of the last decision in the store, for `DecisionStore.since`."""
        with self.store.transaction(writing=False) as connection:
            if connection is not None:
                query = "SELECT max(sequence) FROM weaklabel_decisions"
                return connection.exec_driver_sql(query).scalar() or 0
        return self.store.since(0)[1]  # no log yet, or one of an older version

    def has_reviewers(self) -> bool:
        """Return whether anybody may sign in to a team's review."""
        from weaklabel.review.team import Reviewers

        return bool(Reviewers(self.store).active())

    def desk(self, reviewer: str) -> ReviewDesk:
        """Return the desk of one reviewer."""
        from weaklabel.review.desk._desk import ReviewDesk

        return ReviewDesk(self.source, self.store, reviewer=reviewer, **self._arguments())

    def team_desk(self) -> TeamDesk:
        """Return the desk of a team."""
        from weaklabel.review.team import TeamDesk, TeamSettings

        config = self.config
        settings = TeamSettings(
            n_answers=config.answers,
            overlap=config.overlap,
            blind_seconds=config.blind_second_reviewers,
            gold=self.gold,
            gold_rate=config.gold_rate,
            lease_seconds=config.lease_seconds,
            seed=self.seed,
        )
        return TeamDesk(self.source, self.store, settings, **self._arguments())

    def _arguments(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "guidelines": self.guidelines,
            "estimate": self.estimate,
            "dataset_version": self.dataset_version,
            "keymap": self.config.keymap,
            "images": self.images,
        }


def open_review(
    folder: str | Path,
    *,
    team: bool = False,
    store: str = "",
    say: Callable[[str], object] = lambda _: None,
) -> ProjectReview:
    """Return the review set of a project.

    It reads what the stage triage left for it, and neither the data nor all votes or labels, so
    that it takes as long for a million items as for a thousand.

    Parameters
    ----------
    folder : path
        The project.
    team : bool
        Whether several people review, whom items with a known class check.
    store : str
        The URL of a PostgreSQL database, or an SQLite file, in place of that of the project.
    say : callable
        Told later, from another thread, where something is missing that the review goes on
        without, and where the review set is out of date.

    Returns
    -------
    ProjectReview

    Raises
    ------
    ProjectError
        If there is no review set, or weaklabel.toml is missing or wrong.
    ParameterError
        If a key is given twice, an action unknown, or the folder with images missing.
    FileFormatError
        If a file is damaged, or that with known classes is wrong.
    """
    root = Path(folder)
    config = read_config(root / CONFIG_NAME)
    review = config.review
    work = root / ".weaklabel"
    files = read_review_files(work)
    key_bindings(files.queue.schema, review.keymap)  # says what is wrong before anybody sits down
    gold = _gold(root, review, files.queue.schema) if team else {}
    state = ProjectState(work / "state.json")
    versions = _lf_versions(state)
    highlights = LateHighlights(root, versions, say)
    guidelines = GuidelinesFile(root / review.guidelines) if review.guidelines else None
    source = SessionSource.of_arguments(
        files.with_checks(gold),
        files.items,
        files.votes,
        lf_versions=versions,
        precision=_fact(state, "triage", "precision") or None,
        matches=highlights,
        groups=files.groups,
        guidelines=None if guidelines is None else guidelines(),
        blind=review.blind,
        image_columns=_image_columns(config, files.items.column_names),
    )
    decisions = DecisionStore(store or store_location(root, review))
    return ProjectReview(
        title=root.resolve().name,
        source=source,
        store=decisions,
        config=review,
        gold={item_id: label for item_id, label in gold.items() if item_id in source.place},
        guidelines=guidelines,
        highlights=highlights,
        estimate=_estimate(decisions, files, state, review, work),
        dataset_version=_fact(state, "export", "version"),
        images=_images(root, review),
        seed=config.seed,
    )


def open_store(folder: str | Path, store: str = "") -> DecisionStore:
    """Return where the decisions of a project are kept; `store` stands in for its settings."""
    if store:
        return DecisionStore(store)
    root = Path(folder)
    return DecisionStore(store_location(root, read_config(root / CONFIG_NAME).review))


def _gold(root: Path, review: ReviewConfig, schema: LabelSchema) -> dict[str, str]:
    """Return the known classes of items that check reviewers."""
    if not review.gold_rate:
        return {}
    return read_gold_checks(gold_path(root, review), schema)


def _lf_versions(state: ProjectState) -> dict[str, str]:
    """Return the version of each labeling function when it voted."""
    record = state.get("apply")
    parts = {} if record is None else record.parts
    return {
        name.removeprefix(_FUNCTION): version
        for name, version in parts.items()
        if name.startswith(_FUNCTION)
    }


def _image_columns(config: ProjectConfig, present: Collection[str]) -> tuple[str, ...]:
    # The text column is called "text" among the items, whatever the data call it.
    names = tuple(
        "text" if name == config.text_column else name for name in config.review.image_columns
    )
    for name in names:
        if name not in present:
            raise ProjectError(
                f"{CONFIG_NAME}: [review] image_columns names {name!r}, which the review set was "
                "made without. Run: weaklabel triage"
            )
    return names


def _images(root: Path, review: ReviewConfig) -> ImageFolder | None:
    if not review.image_columns:
        return None
    folder = root / review.image_folder
    if not folder.is_dir():
        raise ProjectError(
            f"{CONFIG_NAME}: [review] image_folder names {folder}, which is no folder. Correct the "
            "name, or make it."
        )
    return ImageFolder(folder)


def _fact(state: ProjectState, stage: str, name: str) -> Any:
    record = state.get(stage)
    return "" if record is None else record.facts.get(name, "")


def _estimate(
    store: DecisionStore,
    files: ReviewFiles,
    state: ProjectState,
    review: ReviewConfig,
    work: Path,
) -> LiveEstimate:
    queue, schema = files.queue, files.queue.schema
    starts: list[int] = list(_fact(state, "triage", "queue_starts") or [0])
    random = (
        item_id
        for item_id, stratum in zip(queue.item_ids.tolist(), queue.strata, strict=True)
        if stratum == "random"
    )
    basis = AuditBasis(
        n_items=int(_fact(state, "apply", "items") or queue.n_items),
        held_out=_held_out(work / "held_out.parquet", queue, schema),
        random_ids=frozenset(random),
        queue_starts=lambda learned, log: queue_starts_in(learned, log, starts),
        learned=lambda log: learned_log(log, schema, review),
    )
    return LiveEstimate(store, basis, _last_words(state))


def _held_out(path: Path, queue: ReviewQueue, schema: LabelSchema) -> SoftLabels:
    """Return labels that were made without the answers to their items: of answered and of queued."""
    before = io.load(path, SoftLabels)
    known = set(before.item_ids.tolist())
    new = [i for i, item_id in enumerate(queue.item_ids.tolist()) if item_id not in known]
    ids = [*before.item_ids.tolist(), *queue.item_ids[new].tolist()]
    posterior = np.concatenate([before.posterior, queue.posterior[new]])
    return SoftLabels(posterior, ids, schema, "held-out")


def _last_words(state: ProjectState) -> str:
    """Return what the last run estimated, and when."""
    record = state.get("refine")
    words = "" if record is None else record.facts.get("estimate", {}).get("words", "")
    if record is None or not words:
        return ""
    return f"{words} (By the run of {record.finished_at[:16].replace('T', ' ')} UTC.)"
