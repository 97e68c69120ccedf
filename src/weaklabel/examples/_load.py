"""load_example: an embedded example by its name."""

from __future__ import annotations

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.examples._example import Example
from weaklabel.examples._spam import load_spam
from weaklabel.examples._tumours import load_tumours

__all__ = ["load_example"]

_EXAMPLES = {"spam": load_spam, "tumours": load_tumours}


def load_example(name: str) -> Example:
    """Return an example that needs no other data.

    Parameters
    ----------
    name : {"spam", "tumours"}
        Synthetic comments, or a real table of measurements.

    Returns
    -------
    Example

    Raises
    ------
    ParameterError
        If `name` is neither.

    Examples
    --------
    >>> load_example("spam")
    Example(spam: 2000 items, classes ham, spam)
    """
    if name not in _EXAMPLES:
        allowed = "one of " + ", ".join(repr(n) for n in _EXAMPLES)
        raise ParameterError(wrong_value("name", name, allowed))
    return _EXAMPLES[name]()
