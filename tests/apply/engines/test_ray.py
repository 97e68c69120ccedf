"""Votes on a Ray Dataset, on a real local Ray with two workers."""

import os

import numpy as np
import pytest

from weaklabel.apply import apply, collect_votes
from weaklabel.cluster import count_votes, predict_votes
from weaklabel.errors import DataWarning, ItemsError, ParameterError
from weaklabel.models import DawidSkene, PatternCounts


@pytest.fixture(scope="module")
def ray():
    library = pytest.importorskip("ray", reason="ray is not installed")
    pytest.importorskip("ray.data", reason="ray[data] is not installed")
    before = os.environ.get("RAY_USAGE_STATS_ENABLED")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    library.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=200 * 2**20,
        _node_ip_address="127.0.0.1",
    )
    library.data.DataContext.get_current().enable_progress_bars = False
    yield library
    library.shutdown()
    if before is None:
        del os.environ["RAY_USAGE_STATS_ENABLED"]
    else:
        os.environ["RAY_USAGE_STATS_ENABLED"] = before


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")  # Ray's own, at its start and of its logging
class TestOnRay:
    def test_any_blocks_in_any_order_give_the_votes_of_memory(
        self, ray, lfs, table, classes, expected
    ):
        shuffled = table.take(np.random.default_rng(5).permutation(table.num_rows))
        dataset = ray.data.from_arrow(shuffled).repartition(5)
        votes = apply(lfs, dataset, classes, id_column="key", chunk_rows=23)
        assert type(votes).__module__.startswith("ray.data")
        collected = collect_votes(votes, classes)
        assert collected.item_ids.tolist() == expected.item_ids.tolist()
        assert collected.lf_names == expected.lf_names
        assert np.array_equal(collected.codes, expected.codes)

    def test_counts_and_predictions_are_those_of_memory(self, ray, lfs, table, classes, expected):
        votes = apply(lfs, ray.data.from_arrow(table).repartition(3), classes, id_column="key")
        votes = votes.materialize()
        counts, whole = count_votes(votes, classes), PatternCounts.of(expected)
        assert np.array_equal(counts.cells, whole.cells)
        assert np.array_equal(counts.counts, whole.counts)
        model = DawidSkene(tol=0.01).fit_counts(counts)
        found = predict_votes(model, votes).to_pandas().sort_values("item_id")
        proba = DawidSkene(tol=0.01).fit(expected).predict_proba(expected)
        assert np.array_equal(found[["p_ham", "p_spam"]].to_numpy(float), proba)

    def test_bad_input_is_answered_and_failures_are_told(
        self, ray, failing_lfs, lfs, table, classes
    ):
        dataset = ray.data.from_arrow(table)
        with pytest.raises(ItemsError, match="items in a Ray Dataset have no ids"):
            apply(lfs, dataset, classes)
        with pytest.raises(ParameterError, match="engine is 'memory', which takes"):
            apply(lfs, dataset, classes, id_column="key", engine="memory")
        votes = apply(failing_lfs, dataset, classes, id_column="key", on_error="abstain")
        with pytest.warns(DataWarning, match="'fails_on_null' on 25 of 200 items, for example"):
            collect_votes(votes, classes)
