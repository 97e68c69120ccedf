"""Import and export: the nouns from and to the files and objects of other tools."""

from weaklabel.exchange._multiannotator import from_multiannotator, to_multiannotator
from weaklabel.exchange._snorkel import (
    from_snorkel_lf,
    from_snorkel_matrix,
    to_snorkel_matrix,
)
from weaklabel.exchange._tables import read_items
from weaklabel.exchange._wrench import WrenchData, read_wrench

__all__ = [
    "WrenchData",
    "from_multiannotator",
    "from_snorkel_lf",
    "from_snorkel_matrix",
    "read_items",
    "read_wrench",
    "to_multiannotator",
    "to_snorkel_matrix",
]
