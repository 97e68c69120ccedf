"""Define: labeling functions, written as Python or declared, and what they need."""

from weaklabel.lf._batch import batch_lf
from weaklabel.lf._classifier import classifier_lf
from weaklabel.lf._collect import collect_lfs
from weaklabel.lf._decorator import labeling_function
from weaklabel.lf._examples import check_lfs
from weaklabel.lf._expression import expression_lf
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._keyword import keyword_lf
from weaklabel.lf._lookup import lookup_lf
from weaklabel.lf._model import model_lf
from weaklabel.lf._preprocess import Preprocessor, preprocessor
from weaklabel.lf._regex import regex_lf
from weaklabel.lf._spacy import spacy_doc
from weaklabel.lf._threshold import threshold_lf

__all__ = [
    "LabelingFunction",
    "Preprocessor",
    "batch_lf",
    "check_lfs",
    "classifier_lf",
    "collect_lfs",
    "expression_lf",
    "keyword_lf",
    "labeling_function",
    "lookup_lf",
    "model_lf",
    "preprocessor",
    "regex_lf",
    "spacy_doc",
    "threshold_lf",
]
