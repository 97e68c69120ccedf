"""predict_votes: what is sent and what comes back; tests of engines predict on each."""

import pickle

import numpy as np
import pytest

from weaklabel.cluster import predict_votes
from weaklabel.cluster._predict_votes import _Predictor
from weaklabel.core import VoteMatrix
from weaklabel.errors import NotFittedError, ParameterError, VotesError
from weaklabel.models import DawidSkene

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
VOTES = VoteMatrix.from_array(
    [[1, -1, 0], [1, 1, -1], [0, 0, 0], [-1, -1, -1]] * 5, ["ham", "spam"], ["a", "b", "c"]
)


@pytest.fixture
def predictor(tmp_path):
    model = DawidSkene(tol=0.01).fit(VOTES)
    model.save(tmp_path / "model.npz")
    return _Predictor((tmp_path / "model.npz").read_bytes(), VOTES.schema)


def batch(**columns):
    ids = [f"i{i}" for i in range(len(next(iter(columns.values()))))]
    return pa.RecordBatch.from_pydict({"item_id": ids, **columns})


def test_probabilities_are_those_of_the_model_after_a_journey(predictor):
    sent = pickle.loads(pickle.dumps(predictor))  # noqa: S301 - our own, in this line
    columns = {name: VOTES.column(name).tolist() for name in VOTES.lf_names}
    (found,) = sent.map([batch(**columns)])
    assert found.schema.names == ["item_id", "p_ham", "p_spam"]
    proba = DawidSkene(tol=0.01).fit(VOTES).predict_proba(VOTES)
    assert np.array_equal(np.column_stack([found["p_ham"], found["p_spam"]]), proba)


def test_votes_of_other_functions_are_an_error(predictor):
    with pytest.raises(VotesError, match="labeling functions"):
        list(predictor.map([batch(a=[1], b=[0])]))


def test_model_must_be_fitted_and_votes_on_a_cluster():
    frame = type("DataFrame", (), {"__module__": "pyspark.sql.connect.dataframe", "columns": []})()
    with pytest.raises(NotFittedError, match="DawidSkene is not fitted"):
        predict_votes(DawidSkene(), frame)
    with pytest.raises(ParameterError, match=r"votes is .*, must be a frame of Spark, Dask or Ray"):
        predict_votes(DawidSkene(), VOTES)
