"""Examples: items with gold to learn and to test on; two embedded, one downloaded."""

from weaklabel.examples._example import Example, lf_file
from weaklabel.examples._load import load_example
from weaklabel.examples._spam import load_spam
from weaklabel.examples._tumours import load_tumours
from weaklabel.examples._youtube import load_youtube

__all__ = [
    "Example",
    "lf_file",
    "load_example",
    "load_spam",
    "load_tumours",
    "load_youtube",
]
