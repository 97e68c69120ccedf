"""Project: the stages of a project folder, run where they are out of date."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weaklabel import io
from weaklabel.core import Decision, ReviewQueue
from weaklabel.core._check import check_choice
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.errors import DecisionsError, ProjectError
from weaklabel.lock import exclusive
from weaklabel.project._stages import DECISIONS, STAGES, Stage, decision_parts
from weaklabel.project._state import digest
from weaklabel.project._workspace import Workspace
from weaklabel.review import read_answers

__all__ = ["Project", "StageStatus"]

_BY_NAME = {stage.name: stage for stage in STAGES}


@dataclass(frozen=True, slots=True)
class StageStatus:
    """Whether a stage is done, and if not, why.

    Parameters
    ----------
    name : str
        The stage.
    state : {"done", "stale", "missing"}
        "done": its outputs exist and fit its inputs. "stale": something it depends
        on changed. "missing": it was never done, or an output is gone.
    reason : str
        What changed or what is missing, in words; "" when done.
    finished_at : str
        UTC time of the last run, "" if never.
    """

    name: str
    state: str
    reason: str
    finished_at: str


class Project:
    """A folder with a weaklabel.toml, and all that its stages made.

    Parameters
    ----------
    folder : path
        The folder that holds weaklabel.toml.
    progress : bool, optional
        Whether stages show progress bars; by default where somebody is looking.
    n_jobs : int, optional
        Number of worker processes, or -1 for one on each core, in place of that in
        weaklabel.toml; what comes out is the same.

    Raises
    ------
    ProjectError
        If weaklabel.toml is missing or wrong.
    """

    def __init__(
        self, folder: str | Path = ".", *, progress: bool | None = None, n_jobs: int | None = None
    ) -> None:
        self._workspace = Workspace(folder, progress=progress, n_jobs=n_jobs)

    @property
    def folder(self) -> Path:
        """The folder."""
        return self._workspace.folder

    @property
    def workspace(self) -> Workspace:
        """The settings and the inputs."""
        return self._workspace

    def status(self) -> tuple[StageStatus, ...]:
        """Return the state of every stage, in the order in which data flows."""
        return tuple(self._status(stage) for stage in STAGES)

    def facts(self, stage: str) -> dict[str, Any]:
        """Return what a stage found when it last ran; {} if it never did."""
        record = self._workspace.state.get(stage)
        return {} if record is None else dict(record.facts)

    def run(
        self, until: str | None = None, on_stage: Callable[[str, bool], None] | None = None
    ) -> tuple[str, ...]:
        """Do every stage that is out of date.

        Parameters
        ----------
        until : str, optional
            Do only this stage and those that it needs; by default all.
        on_stage : callable, optional
            Called before each stage with its name and whether it will run.

        Returns
        -------
        tuple of str
            The stages that ran, in order.

        Raises
        ------
        WeaklabelError
            Whatever a stage raises; stages done before it stay done.
        BusyError
            If another process, or another thread, is changing the project.

        Notes
        -----
        A stage writes its outputs aside, renames them, and is then recorded as
        done, so that a run stopped at any moment goes on from the last finished
        stage; within `apply`, from the last finished labeling function on the
        last chunk of items.
        """
        done = []
        wanted = self._wanted(until)
        tell = on_stage or _tell_nobody
        if all(self._status(stage).state == "done" for stage in wanted):
            for stage in wanted:
                tell(stage.name, False)
            return ()  # without a lock, so that it works where one may only read
        with self._exclusive("run" if until is None else f"run until {until}"):
            for stage in wanted:
                out_of_date = self._status(stage).state != "done"
                tell(stage.name, out_of_date)
                if out_of_date:
                    self._do(stage)
                    done.append(stage.name)
        return tuple(done)

    def decide(self, answers: str | Path, reviewer: str | None = None) -> tuple[Decision, ...]:
        """Store a file of a reviewer's answers in the decision log.

        Parameters
        ----------
        answers : path
            CSV or JSONL with columns item_id and answer, such as the filled-in
            review/queue.csv.
        reviewer : str, optional
            Who answered, where the file has no column that says so.

        Returns
        -------
        tuple of Decision
            The decisions in the file; those that are already in the log were not
            stored again.

        Raises
        ------
        DecisionsError
            If the file names unknown items or classes; then nothing is stored.
        BusyError
            If another process, or another thread, is changing the project.
        """
        with self._exclusive("decide"):
            return self._decide(Path(answers), reviewer)

    def _decide(self, answers: Path, reviewer: str | None) -> tuple[Decision, ...]:
        workspace = self._workspace
        queue_path = workspace.work / "queue.parquet"
        queue = io.load(queue_path) if queue_path.exists() else None
        decisions = read_answers(
            answers,
            schema=workspace.schema,
            item_ids=workspace.items.item_ids.tolist(),
            reviewer=reviewer,
            queue=queue if isinstance(queue, ReviewQueue) else None,
        )
        workspace.store.append(decisions)
        return decisions

    def verify_decisions(self, manifests: Iterable[Mapping[str, Any]] = ()) -> str:
        """Check the hash chain of the decision log.

        Parameters
        ----------
        manifests : iterable of mapping
            Manifests of dataset versions; the log must still hold the head that
            the lineage of each of them recorded.

        Returns
        -------
        str
            The hash of the last decision, 64 zeros where there is none.

        Raises
        ------
        DecisionsError
            If a decision was changed or removed.
        """
        reviews = [manifest.get("lineage", {}).get("review", {}) for manifest in manifests]
        heads = {str(review.get("log_head", FIRST_HASH)) for review in reviews}
        heads.discard(FIRST_HASH)
        path, store = self._workspace.decisions_path, self._workspace.store
        if path is not None and not path.exists():
            if heads:
                raise DecisionsError(
                    f"{path} is gone, but a dataset version was made from its decisions. "
                    "Bring it back from a copy."
                )
            return FIRST_HASH
        for head in sorted(heads):
            store.verify(anchor=head)
        return store.verify()

    @contextmanager
    def _exclusive(self, doing: str) -> Iterator[None]:
        """Hold the project while the block runs, and know what others did until then."""
        try:
            self._workspace.work.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ProjectError(
                f"cannot write in {self.folder}: {error.strerror}. Choose a folder you may write in."
            ) from error
        what = f"the project in {self.folder.resolve()}"
        with exclusive(self._workspace.work, what, f"weaklabel {doing}"):
            self._workspace.state.reload()
            yield

    def _wanted(self, until: str | None) -> tuple[Stage, ...]:
        if until is None:
            return STAGES
        check_choice("stage", until, tuple(_BY_NAME))
        wanted, waiting = {until}, [until]
        while waiting:
            for need in _BY_NAME[waiting.pop()].needs:
                if need not in wanted:
                    wanted.add(need)
                    waiting.append(need)
        return tuple(stage for stage in STAGES if stage.name in wanted)

    def _do(self, stage: Stage) -> None:
        workspace = self._workspace
        parts = self._parts(stage)
        started = time.perf_counter()
        facts = stage.run(workspace)
        workspace.state.put(stage.name, parts, time.perf_counter() - started, facts)

    def queue_changes(self) -> tuple[str, ...]:
        """Return in words what the review set depends on and has changed since it was made.

        Decisions do not count: they are made on the review set, and the next run takes them in.
        """
        found: dict[str, None] = {}
        for stage in self._wanted("triage"):
            record = self._workspace.state.get(stage.name)
            if record is None:
                return (f"{stage.name} was never run",)
            parts = {name: part for name, part in record.parts.items() if name not in DECISIONS}
            found |= dict.fromkeys(_changes(parts, self._parts(stage, decisions=False)))
        return tuple(found)

    def _parts(self, stage: Stage, decisions: bool = True) -> dict[str, str]:
        parts = stage.parts(self._workspace)
        if stage.learns and decisions:
            parts |= decision_parts(self._workspace)
        for need in stage.needs:
            record = self._workspace.state.get(need)
            parts[f"result of {need}"] = digest(record.parts) if record else "missing"
        return parts

    def _status(self, stage: Stage) -> StageStatus:
        record = self._workspace.state.get(stage.name)
        if record is None:
            return StageStatus(stage.name, "missing", "never run", "")
        gone = [path.name for path in stage.outputs(self._workspace) if not path.exists()]
        if gone:
            return StageStatus(stage.name, "missing", f"{gone[0]} is gone", record.finished_at)
        changes = _changes(dict(record.parts), self._parts(stage))
        upstream = [n for n in stage.needs if self._status(_BY_NAME[n]).state != "done"]
        changes += [f"{name} is out of date" for name in upstream]
        state = "stale" if changes else "done"
        return StageStatus(stage.name, state, "; ".join(changes), record.finished_at)

    def __repr__(self) -> str:
        states = ", ".join(f"{s.name} {s.state}" for s in self.status())
        return f"Project({str(self.folder)!r}: {states})"


def _tell_nobody(_stage: str, _runs: bool) -> None:
    pass


def _changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    changed = [f"{name} changed" for name in now if name in before and before[name] != now[name]]
    added = [f"{name} is new" for name in now if name not in before]
    removed = [f"{name} is gone" for name in before if name not in now]
    changes = changed + added + removed
    return changes if len(changes) <= 3 else [*changes[:3], f"{len(changes) - 3} more changes"]
