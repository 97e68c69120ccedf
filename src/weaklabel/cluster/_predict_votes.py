"""predict_votes: the probabilities of a fitted label model on votes that stay where they are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weaklabel.apply._batch import FAILURES, ITEM_ID
from weaklabel.apply._collect import vote_codes, vote_columns
from weaklabel.apply.engines import ClusterFrame, cluster_engine, engine_for
from weaklabel.core import LabelSchema, VoteMatrix
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.models import BaseLabelModel, load_label_model

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["predict_votes"]


def predict_votes(model: BaseLabelModel, votes: ClusterFrame) -> ClusterFrame:
    """Return P(true class) of every item as a frame of the same library as `votes`.

    Parameters
    ----------
    model : BaseLabelModel
        Fitted, for example by ``fit_counts(count_votes(votes, schema))``. It travels as the
        file that ``model.save`` writes: numbers, and nothing that runs.
    votes : Spark DataFrame, Dask DataFrame or Ray Dataset
        What `apply` returned, of the labeling functions that the model was fitted on.

    Returns
    -------
    Spark DataFrame, Dask DataFrame or Ray Dataset
        Lazy, with a column "item_id" and one of probabilities in [0, 1] for each class, under
        its name after "p_", as in files of soft labels; rows sum to 1.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    ParameterError
        If `votes` is of another kind.
    VotesError
        If the votes are of other labeling functions; the library raises it where it computes.

    Examples
    --------
    ::

        votes = wl.apply(lfs, spark_frame, ["ham", "spam"])
        model = wl.LabelModel().fit_counts(count_votes(votes, ["ham", "spam"]))
        predict_votes(model, votes).write.parquet("labels")
    """
    engine = cluster_engine(engine_for(votes))
    if engine is None:
        allowed = "a frame of Spark, Dask or Ray"
        advice = "Give votes in memory to model.soft_labels, and batches of a folder one by one."
        raise ParameterError(wrong_value("votes", votes, allowed, advice))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.npz")
        model.save(path)
        predictor = _Predictor(path.read_bytes(), model.schema_)
    columns = [name for name in engine.column_names(votes) if name != FAILURES]
    found: ClusterFrame = engine.map_partitions(
        votes, predictor.map, columns, predictor.arrow_schema
    )
    return found


@dataclass(frozen=True, slots=True)
class _Predictor:
    """From the votes of a partition to probabilities, by a model that travels as a file."""

    model: bytes
    schema: LabelSchema

    @property
    def arrow_schema(self) -> pa.Schema:
        import pyarrow as pa

        fields = [(f"p_{name}", pa.float64()) for name in self.schema.classes]
        return pa.schema([(ITEM_ID, pa.string()), *fields])

    def map(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        model = self._loaded()
        for batch in batches:
            names = vote_columns(batch.schema)
            votes = VoteMatrix(vote_codes(batch, self.schema), None, names, self.schema)
            proba = model.predict_proba(votes)
            arrays = [batch.column(ITEM_ID).cast(pa.string()), *map(pa.array, proba.T)]
            yield pa.RecordBatch.from_arrays(arrays, schema=self.arrow_schema)

    def _loaded(self) -> BaseLabelModel:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.npz")
            path.write_bytes(self.model)
            return load_label_model(path)
