"""load_tumours: scikit-learn's table under our names."""

import numpy as np

from weaklabel.examples import load_tumours


def test_it_is_scikit_learns_table():
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    tumours = load_tumours()
    values = np.array([tumours.items.column(c) for c in tumours.items.column_names]).T
    assert (values == data.data).all()
    assert (tumours.gold == data.target).all()
    assert tumours.schema.classes == ("malignant", "benign")


def test_columns_are_identifiers_and_ids_are_short():
    tumours = load_tumours()
    assert all(name.isidentifier() for name in tumours.items.column_names)
    assert len(tumours.items.column_names) == 30
    assert tumours.items.item_ids[[0, -1]].tolist() == ["t000", "t568"]
