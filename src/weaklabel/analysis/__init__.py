"""Analysis: tables that say how labeling functions behave, with gold labels and without."""

from weaklabel.analysis._summary import HasPrecision, lf_summary

__all__ = ["HasPrecision", "lf_summary"]
