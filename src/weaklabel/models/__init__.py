"""Label models: votes in, a posterior over the classes of every item out."""

from weaklabel.models._all import label_model, label_model_names
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._dawid_skene import DawidSkene
from weaklabel.models._ebcc import EBCC
from weaklabel.models._explain import Explanation, VoteEvidence
from weaklabel.models._label_model import LabelModel
from weaklabel.models._load import load_label_model
from weaklabel.models._mace import MACE
from weaklabel.models._majority_vote import MajorityVote
from weaklabel.models._matrix_completion import MatrixCompletion
from weaklabel.models._one_coin import OneCoin
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._precision_naive_bayes import PrecisionNaiveBayes
from weaklabel.models._snorkel_label_model import SnorkelLabelModel
from weaklabel.models._triplet import TripletModel
from weaklabel.models._weighted_vote import WeightedVote

__all__ = [  # noqa: RUF022 - by letter: names of classes in capitals come in their place
    "BaseLabelModel",
    "DawidSkene",
    "EBCC",
    "Explanation",
    "LabelModel",
    "MACE",
    "MajorityVote",
    "MatrixCompletion",
    "OneCoin",
    "PatternCounts",
    "PrecisionNaiveBayes",
    "SnorkelLabelModel",
    "TripletModel",
    "VoteEvidence",
    "WeightedVote",
    "label_model",
    "label_model_names",
    "load_label_model",
]
