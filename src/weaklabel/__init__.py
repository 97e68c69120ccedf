"""weaklabel: labeling functions in, a reviewed and versioned training set out."""

from weaklabel.analysis import lf_summary
from weaklabel.apply import ApplyReport, VoteCache, apply, apply_with_report
from weaklabel.core import (
    ABSTAIN,
    Decision,
    DecisionLog,
    Items,
    LabelSchema,
    ReviewQueue,
    SoftLabels,
    VoteMatrix,
    as_items,
)
from weaklabel.dataset import (
    Dataset,
    DatasetVersion,
    build_dataset,
    verify_version,
    write_version,
)
from weaklabel.exchange import read_items, read_wrench
from weaklabel.io import load, save
from weaklabel.lf import (
    LabelingFunction,
    Preprocessor,
    check_lfs,
    classifier_lf,
    collect_lfs,
    keyword_lf,
    labeling_function,
    lookup_lf,
    preprocessor,
    regex_lf,
    spacy_doc,
    threshold_lf,
)
from weaklabel.models import (
    BaseLabelModel,
    DawidSkene,
    LabelModel,
    MajorityVote,
    PrecisionNaiveBayes,
)
from weaklabel.refine import Refinement, refine
from weaklabel.review import DecisionStore, read_answers, write_queue
from weaklabel.triage import rank_for_review

__version__ = "0.1.0"

__all__ = [
    "ABSTAIN",
    "ApplyReport",
    "BaseLabelModel",
    "Dataset",
    "DatasetVersion",
    "DawidSkene",
    "Decision",
    "DecisionLog",
    "DecisionStore",
    "Items",
    "LabelModel",
    "LabelSchema",
    "LabelingFunction",
    "MajorityVote",
    "PrecisionNaiveBayes",
    "Preprocessor",
    "Refinement",
    "ReviewQueue",
    "SoftLabels",
    "VoteCache",
    "VoteMatrix",
    "apply",
    "apply_with_report",
    "as_items",
    "build_dataset",
    "check_lfs",
    "classifier_lf",
    "collect_lfs",
    "keyword_lf",
    "labeling_function",
    "lf_summary",
    "load",
    "lookup_lf",
    "preprocessor",
    "rank_for_review",
    "read_answers",
    "read_items",
    "read_wrench",
    "refine",
    "regex_lf",
    "save",
    "spacy_doc",
    "threshold_lf",
    "verify_version",
    "write_queue",
    "write_version",
]
