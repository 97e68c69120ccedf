"""Label models: votes in, a posterior over the classes of every item out."""

from weaklabel.models._all import label_model, label_model_names
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._dawid_skene import DawidSkene
from weaklabel.models._label_model import LabelModel
from weaklabel.models._majority_vote import MajorityVote
from weaklabel.models._precision_naive_bayes import PrecisionNaiveBayes

__all__ = [
    "BaseLabelModel",
    "DawidSkene",
    "LabelModel",
    "MajorityVote",
    "PrecisionNaiveBayes",
    "label_model",
    "label_model_names",
]
