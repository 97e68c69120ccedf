"""Pickling by reference: where a module holds the object, and only there."""

import pickle

from weaklabel.lf._pickling import reference


class Holder:
    def __init__(self, function):
        self.function = function

    def __reduce__(self):
        return reference(self, self.function)


@Holder
def held():
    return 1


def test_what_a_module_holds_is_found_again():
    assert pickle.loads(pickle.dumps(held)) is held  # noqa: S301 - made above


def test_what_no_module_holds_has_no_reference():
    assert reference(Holder(held.function), held.function) is None
    assert reference(held, lambda: 1) is None
    assert reference(held, 7) is None
