"""apply_on_cluster: what is checked before a frame is asked for anything."""

import threading

import pytest

from weaklabel.apply import apply
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply.engines import apply_on_cluster, cluster_engine
from weaklabel.core import LabelSchema
from weaklabel.errors import LabelingFunctionError, ParameterError
from weaklabel.lf import keyword_lf, labeling_function

SCHEMA = LabelSchema(["ham", "spam"])
WIN = keyword_lf("win", "spam", name="win")


class Engine:
    """An engine that only says what it was asked to map."""

    name, described = "test", "a test frame"

    def column_names(self, frame):
        return ["item_id", "text", "unused"]

    def map_partitions(self, frame, function, columns, schema):
        return columns, schema.names

    def batches(self, frame, columns):
        raise AssertionError("nothing is to be computed")


def test_each_cluster_has_an_engine_and_memory_has_none():
    assert {cluster_engine(name).name for name in ("dask", "ray", "spark")} == {
        "dask",
        "ray",
        "spark",
    }
    assert cluster_engine("memory") is None


def test_only_columns_that_are_read_travel():
    columns, names = apply_on_cluster(Engine(), [WIN], None, SCHEMA, None, ApplyOptions())
    assert columns == ["item_id", "text"]
    assert names == ["item_id", "win"]


def test_failures_have_a_column_where_they_are_no_errors():
    options = ApplyOptions(on_error="abstain")
    _, names = apply_on_cluster(Engine(), [WIN], None, SCHEMA, None, options)
    assert names == ["item_id", "win", "weaklabel_failures"]


def test_function_that_cannot_be_sent_is_named_before_anything_runs():
    lock = threading.Lock()
    holds = labeling_function("holds")(lambda item: lock and None)
    with pytest.raises(LabelingFunctionError, match="'holds' cannot be sent to worker processes"):
        apply_on_cluster(Engine(), [WIN, holds], None, SCHEMA, None, ApplyOptions())


@pytest.mark.parametrize("option", [{"cache": "x"}, {"n_jobs": 2}, {"timeout_seconds": 1}])
def test_option_that_the_engine_decides_is_answered(option):
    (name,) = option
    with pytest.raises(ParameterError, match=f"{name} is .* must be left out on a test frame"):
        apply_on_cluster(Engine(), [WIN], None, SCHEMA, None, ApplyOptions(**option))


def test_function_cannot_have_the_name_of_the_id_column():
    lf = keyword_lf("win", "spam", name="item_id")
    with pytest.raises(ParameterError, match="labeling function 'item_id' has the name of a"):
        apply_on_cluster(Engine(), [lf], None, SCHEMA, None, ApplyOptions())
    assert apply(lf, ["win"], SCHEMA).lf_names == ("item_id",)  # in memory nothing is in its way
