"""The commented weaklabel.toml and the starter labeling functions that `weaklabel init` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from weaklabel.project._config import ProjectConfig
from weaklabel.project._review_config import ReviewConfig

__all__ = ["STARTER_LFS", "config_text", "starter_lfs"]


def config_text(config: ProjectConfig) -> str:
    """Return the commented weaklabel.toml that says what `config` says.

    Parameters
    ----------
    config : ProjectConfig
        The settings to write down.

    Returns
    -------
    str
        TOML that `read_config` reads back as an equal ProjectConfig.
    """
    source = (
        f"wrench = {_toml(config.wrench)}            # a folder in WRENCH format, with its votes"
        if config.wrench
        else f"files = {_toml(config.data_files)}  # CSV, JSONL or Parquet; glob patterns work"
    )
    gold_values = (
        f"gold_values = {_toml(config.gold_values)}"
        if config.gold_values
        else '# gold_values = { "0" = "ham", "1" = "spam" }  # where gold is not written as class names'
    )
    parameters = (
        f"parameters = {_toml(config.label_model_parameters)}"
        if config.label_model_parameters
        else '# parameters = { columns = "rules" }  # arguments of the model, here of LabelModel'
    )
    return f"""\
# A weaklabel project. `weaklabel run` does every stage that is out of date,
# `weaklabel status` says which are. Paths are relative to this file.

[data]
{source}
id_column = {_toml(config.id_column)}      # "" makes ids from the content of each row
text_column = {_toml(config.text_column)}  # labeling functions see it as item.text; "" for tables
gold_column = {_toml(config.gold_column)}    # known classes, "" for none: measured against, never fitted
{gold_values}

[labels]
classes = {_toml(config.classes)}

[labeling_functions]
files = {_toml(config.lf_files)}
on_error = {_toml(config.on_error)}  # "abstain": a function that raises abstains, and is counted

[apply]
n_jobs = {config.n_jobs}             # worker processes for labeling functions; -1 for one on each core
timeout_seconds = {config.timeout_seconds}  # longest time that one item may take a function; 0 for no limit
chunk_rows = {config.chunk_rows}     # items that are worked on and cached at a time

[label_model]
name = {_toml(config.label_model)}  # or "MajorityVote", "DawidSkene", "PrecisionNaiveBayes"
{parameters}

[refine]
enabled = {_toml(config.refine)}  # a classifier on the items' own features, out of fold
folds = {config.folds}
max_trained = {config.max_trained}  # of more items it learns from a sample of as many

[review]
budget = {config.budget}         # items in the review set
random_share = {config.random_share}   # of them drawn at random, at least 0.1: the honest sample
{_review_lines(config.review)}
[output]
folder = {_toml(config.output_folder)}
formats = {_toml(config.formats)}  # of "parquet", "jsonl" and "csv"
min_confidence = {config.min_confidence}  # items under it stay out of the splits
splits = {_toml(config.splits)}

[run]
seed = {config.seed}
"""


#: Key, what a line that is commented out shows, and what the key is for.
_REVIEW_LINES = (
    ("guidelines", '"guidelines.md"', "a text that reviewers read beside the items"),
    ("columns", '["text"]', "what reviewers see; by default the text, or all of a table"),
    ("blind", '["random"]', "strata whose proposals are hidden, so that answers are unbiased"),
    ("image_columns", '["photo"]', "columns with paths of images"),
    ("image_folder", '"photos"', "where these must be; by default the project folder"),
    ("store", '"postgresql://ann@host/labels"', "decisions there; its password in PGPASSWORD"),
    ("keymap", '{ accept = ["y"], "class:ham" = "h" }', "other keys"),
)
_TEAM_LINES = (
    ("answers", "[2, 3]", "two equal answers of at most three settle an item"),
    ("overlap", "0.1", "share of items with two answers, where one settles an item"),
    ("blind_second_reviewers", "true", "whether they see no proposal"),
    ("gold_file", '"checks.csv"', "items with known answers (item_id, answer) to check reviewers"),
    ("gold_rate", "0.05", "share of a reviewer's items that are such checks"),
    ("lease_seconds", "600.0", "how long an item is kept for the reviewer who has it"),
)


def _review_lines(review: ReviewConfig) -> str:
    """Return the settings of the review, those that are as by default commented out."""
    alone, team = (
        "".join(_review_line(review, *line) for line in lines)
        for lines in (_REVIEW_LINES, _TEAM_LINES)
    )
    return f"{alone}\n[review.team]  # of `weaklabel review --team`\n{team}"


def _review_line(review: ReviewConfig, key: str, example: str, meaning: str) -> str:
    value = getattr(review, key)
    if value == getattr(ReviewConfig(), key):
        return f"# {key} = {example}  # {meaning}\n"
    return f"{key} = {_toml(value)}  # {meaning}\n"


def starter_lfs(classes: tuple[str, ...], text: bool) -> str:
    """Return a file of labeling functions to start from.

    Parameters
    ----------
    classes : tuple of str
        The class names; the last one gets the example.
    text : bool
        Whether the items have a text.
    """
    example = STARTER_LFS if text else _STARTER_TABLE
    return example.replace("CLASS", json.dumps(classes[-1])).replace(
        "OTHER", json.dumps(classes[0])
    )


STARTER_LFS = '''\
"""Labeling functions: each votes for a class, or abstains by returning None."""

import weaklabel as wl

# A keyword list is the quickest start. Replace the words with your own.
has_keyword = wl.keyword_lf(["replace", "these", "words"], CLASS, name="has_keyword")


@wl.labeling_function()
def very_short(item):
    """Texts of three words or less."""
    return OTHER if len((item.text or "").split()) <= 3 else None
'''

_STARTER_TABLE = '''\
"""Labeling functions: each votes for a class, or abstains by returning None."""

import weaklabel as wl


@wl.labeling_function()
def replace_me(item):
    """Look at item.<column> or item["column name"] and return a class name, or None."""
    return None
'''


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (tuple, list)):
        return json.dumps(list(value), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)
