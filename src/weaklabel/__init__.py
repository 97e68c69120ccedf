"""weaklabel: labeling functions in, a reviewed and versioned training set out."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

from weaklabel.apply import (
    ApplyReport,
    Plan,
    VoteCache,
    apply,
    apply_with_report,
    plan,
)
from weaklabel.core import (
    ABSTAIN,
    Decision,
    DecisionLog,
    Items,
    LabelSchema,
    ReviewQueue,
    SoftLabels,
    SoftVotes,
    VoteMatrix,
    as_items,
)
from weaklabel.lf import (
    LabelingFunction,
    Preprocessor,
    batch_lf,
    check_lfs,
    classifier_lf,
    collect_lfs,
    expression_lf,
    keyword_lf,
    labeling_function,
    lookup_lf,
    model_lf,
    preprocessor,
    regex_lf,
    spacy_doc,
    threshold_lf,
)
from weaklabel.refine import (
    Refinement,
    refine,
)

if TYPE_CHECKING:
    from weaklabel.analysis import (
        lf_summary,
    )
    from weaklabel.dataset import (
        Dataset,
        DatasetVersion,
        build_dataset,
        verify_version,
        write_version,
    )
    from weaklabel.exchange import (
        read_items,
        read_wrench,
    )
    from weaklabel.io import (
        load,
        save,
    )
    from weaklabel.models import (
        EBCC,
        MACE,
        BaseLabelModel,
        DawidSkene,
        Explanation,
        LabelModel,
        MajorityVote,
        MatrixCompletion,
        OneCoin,
        PatternCounts,
        PrecisionNaiveBayes,
        SnorkelLabelModel,
        TripletModel,
        WeightedVote,
        load_label_model,
    )
    from weaklabel.review import (
        DecisionStore,
        read_answers,
        write_queue,
    )
    from weaklabel.triage import (
        AccuracyEstimate,
        Feedback,
        apply_decisions,
        check_quality,
        class_health,
        estimate_accuracy,
        function_health,
        rank_for_review,
        root_causes,
    )

__version__ = "0.1.0"

__all__ = [  # noqa: RUF022 - by letter
    "ABSTAIN",
    "AccuracyEstimate",
    "ApplyReport",
    "BaseLabelModel",
    "Dataset",
    "DatasetVersion",
    "DawidSkene",
    "Decision",
    "DecisionLog",
    "DecisionStore",
    "EBCC",
    "Explanation",
    "Feedback",
    "Items",
    "LabelModel",
    "LabelSchema",
    "LabelingFunction",
    "MACE",
    "MajorityVote",
    "MatrixCompletion",
    "OneCoin",
    "PatternCounts",
    "Plan",
    "PrecisionNaiveBayes",
    "Preprocessor",
    "Refinement",
    "ReviewQueue",
    "SnorkelLabelModel",
    "SoftLabels",
    "SoftVotes",
    "TripletModel",
    "VoteCache",
    "VoteMatrix",
    "WeightedVote",
    "apply",
    "apply_decisions",
    "apply_with_report",
    "as_items",
    "batch_lf",
    "build_dataset",
    "check_lfs",
    "check_quality",
    "class_health",
    "classifier_lf",
    "collect_lfs",
    "estimate_accuracy",
    "expression_lf",
    "function_health",
    "keyword_lf",
    "labeling_function",
    "lf_summary",
    "load",
    "load_label_model",
    "lookup_lf",
    "model_lf",
    "plan",
    "preprocessor",
    "rank_for_review",
    "read_answers",
    "read_items",
    "read_wrench",
    "refine",
    "regex_lf",
    "root_causes",
    "save",
    "spacy_doc",
    "threshold_lf",
    "verify_version",
    "write_queue",
    "write_version",
]

#: What is imported when it is first asked for, by module: importing all takes half as long again.
_LATER = {
    "analysis": ("lf_summary",),
    "dataset": ("Dataset", "DatasetVersion", "build_dataset", "verify_version", "write_version"),
    "exchange": ("read_items", "read_wrench"),
    "io": ("load", "save"),
    "models": (
        "EBCC",
        "MACE",
        "BaseLabelModel",
        "DawidSkene",
        "Explanation",
        "LabelModel",
        "MajorityVote",
        "MatrixCompletion",
        "OneCoin",
        "PatternCounts",
        "PrecisionNaiveBayes",
        "SnorkelLabelModel",
        "TripletModel",
        "WeightedVote",
        "load_label_model",
    ),
    "review": ("DecisionStore", "read_answers", "write_queue"),
    "triage": (
        "AccuracyEstimate",
        "Feedback",
        "apply_decisions",
        "check_quality",
        "class_health",
        "estimate_accuracy",
        "function_health",
        "rank_for_review",
        "root_causes",
    ),
}
_MODULE_OF = {name: module for module, names in _LATER.items() for name in names}


if not TYPE_CHECKING:  # else a name that does not exist would be anything

    def __getattr__(name: str) -> Any:
        """Import what `_LATER` lists when it is first asked for (PEP 562)."""
        if name in _MODULE_OF:
            module = _import_module(f"weaklabel.{_MODULE_OF[name]}")
            value = globals()[name] = getattr(module, name)
            return value
        if name in _LATER:
            return _import_module(f"weaklabel.{name}")
        raise AttributeError(f"module 'weaklabel' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return all names, also those that are not imported yet."""
    return sorted({*globals(), *_MODULE_OF, *_LATER})
