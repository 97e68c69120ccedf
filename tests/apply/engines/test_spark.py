"""Votes on a Spark DataFrame, on a real local Spark with two workers, classic and Connect."""

import importlib.util
import shutil

import numpy as np
import pytest

from weaklabel.apply import apply, apply_with_report, collect_votes
from weaklabel.apply.engines._spark import SparkEngine
from weaklabel.cluster import count_votes, predict_votes
from weaklabel.errors import DataWarning, ItemsError, ParameterError
from weaklabel.lf import keyword_lf
from weaklabel.models import DawidSkene, PatternCounts


class Recorded:
    """Stands for a Spark DataFrame where only what it is asked for counts."""

    columns = ("key", "text")

    def __init__(self):
        self.asked = []

    def select(self, *columns):
        self.asked.append(columns)
        return self

    def mapInArrow(self, function, schema):  # noqa: N802 - Spark's name
        self.asked.append(schema)
        return self

    def toDF(self, *names):  # noqa: N802 - Spark's name
        self.asked.append(names)
        return self


def test_names_are_quoted_and_types_are_those_of_spark():
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    schema = pa.schema([("item_id", pa.string()), ("a.`b", pa.int8()), ("p", pa.float64())])
    frame = Recorded()
    SparkEngine().map_partitions(frame, iter, ["key", "odd`name.x"], schema)
    assert frame.asked == [
        ("`key`", "`odd``name.x`"),
        ("column_0", "column_1"),  # Spark's mapInArrow takes no odd names
        "`item_id` STRING, `a.``b` TINYINT, `p` DOUBLE",
    ]


def test_names_that_differ_in_case_only_are_answered():
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    schema = pa.schema([("item_id", pa.string()), ("Win", pa.int8()), ("win", pa.int8())])
    with pytest.raises(ParameterError, match="'Win' and 'win' differ only in case, which Spark"):
        SparkEngine().map_partitions(Recorded(), iter, ["key"], schema)


@pytest.fixture(scope="module")
def classic(python_of_workers):
    """Return a session in this process, whose JVM serves Spark Connect too where it can be had."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed, which Spark needs")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
    }
    if lacking_for_connect() is None:
        settings |= {
            "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": "0",
        }
    session = sql.SparkSession.builder.master("local[2]").appName("weaklabel tests")
    for name, value in settings.items():
        session = session.config(name, value)
    session = session.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def connect(classic):
    """Return a session of Spark Connect: another client, that has no JVM and speaks gRPC."""
    lacking = lacking_for_connect()
    if lacking is not None:
        pytest.skip(f"{lacking} is not installed, which Spark Connect needs")
    from pyspark.sql.connect.session import SparkSession

    # `builder.remote("local[2]")` would listen on port 15002, whoever else does. The port that
    # the server was given is asked for as pyspark's own client does it.
    service = "org.apache.spark.sql.connect.service.SparkConnectService$"
    port = getattr(getattr(classic._jvm, service), "MODULE$").localPort()
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    yield session
    session.stop()


def lacking_for_connect():
    """Return a package that Spark Connect needs and is not installed, None if all are."""
    packages = ("grpc", "grpc_status", "google.rpc", "zstandard")
    return next((name for name in packages if not is_installed(name)), None)


def is_installed(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # of the package around it
        return False


@pytest.fixture(params=["classic", "connect"])
def spark(request):
    return request.getfixturevalue(request.param)


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
class TestOnSpark:
    def test_any_partitions_in_any_order_give_the_votes_of_memory(
        self, spark, lfs, table, classes, expected
    ):
        for seed, n_partitions in enumerate((1, 5)):
            shuffled = table.take(np.random.default_rng(seed).permutation(table.num_rows))
            frame = spark.createDataFrame(shuffled).repartition(n_partitions)
            votes = apply(lfs, frame, classes, id_column="key", chunk_rows=37)
            assert type(votes).__module__.startswith("pyspark.sql")
            assert votes.columns == ["item_id", *(lf.name for lf in lfs)]
            collected = collect_votes(votes, classes)
            assert collected.item_ids.tolist() == expected.item_ids.tolist()
            assert np.array_equal(collected.codes, expected.codes)

    def test_counts_and_predictions_are_those_of_memory(self, spark, lfs, table, classes, expected):
        frame = spark.createDataFrame(table).repartition(4)
        votes = apply(lfs, frame, classes, id_column="key").persist()
        counts, whole = count_votes(votes, classes), PatternCounts.of(expected)
        assert np.array_equal(counts.cells, whole.cells)
        assert np.array_equal(counts.counts, whole.counts)
        model = DawidSkene(tol=0.01).fit_counts(counts)
        found = predict_votes(model, votes).toArrow().sort_by("item_id")
        proba = DawidSkene(tol=0.01).fit(expected).predict_proba(expected)
        assert np.array_equal(np.column_stack([found["p_ham"], found["p_spam"]]), proba)

    def test_failures_travel_with_the_votes_and_errors_name_the_item(
        self, spark, failing_lfs, table, classes
    ):
        frame = spark.createDataFrame(table)
        votes = apply(failing_lfs, frame, classes, id_column="key", on_error="abstain")
        with pytest.warns(DataWarning, match="'fails_on_null' on 25 of 200 items, for example"):
            collect_votes(votes, classes)
        fatal = apply(failing_lfs, frame, classes, id_column="key")
        with pytest.raises(Exception, match="'fails_on_null' raised AttributeError on item 'k"):
            fatal.collect()

    def test_bad_input_is_answered_before_anything_runs(self, spark, lfs, table, classes):
        frame = spark.createDataFrame(table)
        with pytest.raises(ItemsError, match="items in a Spark DataFrame have no ids"):
            apply(lfs, frame, classes)
        with pytest.raises(ParameterError, match="apply_with_report cannot keep votes on engine"):
            apply_with_report(lfs, frame, classes, id_column="key")
        with pytest.raises(ParameterError, match="engine is 'dask', which takes a Dask DataFrame"):
            apply(lfs, frame, classes, id_column="key", engine="dask")
        with pytest.raises(ItemsError, match=r"must be a Spark DataFrame\. Give a DataFrame of"):
            apply(lfs, frame.groupBy("key"), classes)

    def test_rdd_is_no_frame(self, classic, lfs, classes):
        with pytest.raises(ItemsError, match=r"must be a Spark DataFrame\. Give a DataFrame of"):
            apply(lfs, classic.sparkContext.parallelize(["a"]), classes)

    def test_session_of_spark_connect_has_none_of_the_classic_one(self, connect, table):
        """So that what runs on `connect` is known to run without a JVM in the process."""
        frame = connect.createDataFrame(table)
        assert type(frame).__module__ == "pyspark.sql.connect.dataframe"
        with pytest.raises(AttributeError):
            connect.sparkContext  # noqa: B018 - asked for, and not there

    def test_engine_memory_collects_the_frame(self, spark, table, classes):
        frame = spark.createDataFrame(table)
        lf = keyword_lf("win", "spam", name="win")
        votes = apply(lf, frame, classes, id_column="key", engine="memory")
        assert votes.n_items == 200
