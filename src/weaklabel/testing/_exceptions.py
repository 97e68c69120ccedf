"""Laws that a label model breaks on purpose, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from weaklabel.models import BaseLabelModel

__all__ = ["ARGUMENT_EXCEPTIONS", "EXCEPTIONS", "exceptions_of"]

#: By class name of the model, then by name of the law.
EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    "PrecisionNaiveBayes": {
        "objective_never_falls": (
            "An estimated class prior is the mean posterior, which is not the maximum of the "
            "objective: votes are weighed against it. With class_prior given the law holds."
        ),
    },
}

#: By class name, argument and its value: what a model breaks only when made with that argument.
ARGUMENT_EXCEPTIONS: Mapping[tuple[str, str, object], Mapping[str, str]] = {
    ("DawidSkene", "abstain_informative", True): {
        "uncovered_item_gets_class_prior": (
            "An abstain is an outcome, so that nothing but abstains is evidence for the classes "
            "on which labeling functions seldom vote."
        ),
        "silent_lf_changes_nothing": (
            "A labeling function that always abstains is one whose outcome is known: its pseudo-"
            "votes make the abstain a little more probable in classes with many items."
        ),
        "group_that_agrees_weighs_one_vote": (
            "Each of the n columns of a group has an outcome on every item, which weighs 1 / n. "
            "One that votes while the others abstain is a vote and n - 1 abstains."
        ),
    },
}


def exceptions_of(model: BaseLabelModel) -> Mapping[str, str]:
    """Return the laws that `model`, with the arguments it was made with, breaks on purpose.

    Examples
    --------
    >>> from weaklabel.models import DawidSkene
    >>> sorted(exceptions_of(DawidSkene(abstain_informative=True)))
    ['group_that_agrees_weighs_one_vote', 'silent_lf_changes_nothing', 'uncovered_item_gets_class_prior']
    >>> exceptions_of(DawidSkene())
    {}
    """
    name = type(model).__name__
    laws = dict(EXCEPTIONS.get(name, {}))
    for (owner, argument, value), broken in ARGUMENT_EXCEPTIONS.items():
        if owner == name and getattr(model, argument) == value:
            laws |= broken
    return laws
