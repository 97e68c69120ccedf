"""ApplyOptions: what each option may be, in words."""

import os

import pytest

from weaklabel.apply import VoteCache, apply, apply_with_report
from weaklabel.apply._options import ApplyOptions, usable_cores
from weaklabel.errors import ParameterError
from weaklabel.lf import keyword_lf

LFS = [keyword_lf("win", "spam", name="win")]


def test_defaults_stay_in_this_process():
    options = ApplyOptions()
    assert (options.n_jobs, options.timeout_seconds, options.chunk_rows) == (1, None, 65_536)
    assert (options.on_error, options.cache, options.progress) == ("raise", None, None)


def test_minus_one_job_is_one_for_each_usable_core():
    assert ApplyOptions(n_jobs=-1).n_jobs == -1
    assert usable_cores() >= 1


def test_cores_are_those_of_the_process_and_not_of_the_machine():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system does not restrict cores")
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_timeout_becomes_a_float():
    assert isinstance(ApplyOptions(timeout_seconds=2).timeout_seconds, float)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"on_error": "ignore"}, "on_error is 'ignore', must be one of 'raise', 'abstain'"),
        ({"n_jobs": 0}, r"n_jobs is 0, must be an integer of at least 1, or -1"),
        ({"n_jobs": -2}, r"n_jobs is -2, must be .* Use the default 1"),
        ({"n_jobs": True}, r"n_jobs is True, must be an integer"),
        ({"n_jobs": 2.0}, r"n_jobs is 2\.0, must be an integer"),
        ({"timeout_seconds": 0}, r"timeout_seconds is 0, must be a number above 0\. Leave it out"),
        ({"timeout_seconds": -1}, r"timeout_seconds is -1, must be a number in \[0, inf\)"),
        ({"timeout_seconds": float("nan")}, r"timeout_seconds is nan, must be a number"),
        ({"timeout_seconds": "2"}, r"timeout_seconds is '2', must be a number"),
        ({"chunk_rows": 0}, r"chunk_rows is 0, must be an integer of at least 1\. Use the default"),
        ({"chunk_rows": 1.5}, r"chunk_rows is 1\.5, must be an integer"),
        ({"progress": "yes"}, r"progress is 'yes', must be True, False or None"),
        ({"progress": 1}, r"progress is 1, must be True, False or None"),
        ({"cache": 7}, r"cache is 7, must be a VoteCache or the path of a folder"),
    ],
)
@pytest.mark.parametrize("function", [apply, apply_with_report])
def test_wrong_option_is_answered_in_words(function, wrong, words):
    with pytest.raises(ParameterError, match=words):
        function(LFS, ["win"], ["ham", "spam"], **wrong)


def test_cache_is_taken_in_both_forms(tmp_path):
    assert ApplyOptions(cache=tmp_path).cache == tmp_path
    assert isinstance(ApplyOptions(cache=VoteCache(tmp_path)).cache, VoteCache)
