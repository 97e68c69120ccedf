"""load_tumours: scikit-learn's breast cancer table, a real task without text."""

from __future__ import annotations

import numpy as np

from weaklabel.core import Items, LabelSchema
from weaklabel.examples._example import Example, lf_file

__all__ = ["load_tumours"]


def load_tumours() -> Example:
    """Return 569 real tumours, each with 30 measurements and the diagnosis.

    The Wisconsin diagnostic data as scikit-learn carries them: ten features of
    the cell nuclei in a fine needle aspirate, each as mean, standard error and
    worst (the mean of the three largest).

    Returns
    -------
    Example
        Columns such as "mean_radius" and "worst_concave_points" (float64, in the
        units of the images), ids "t000" to "t568"; classes malignant and benign.

    References
    ----------
    .. [1] W. Wolberg, O. Mangasarian, N. Street, W. Street, "Breast Cancer
       Wisconsin (Diagnostic)", UCI Machine Learning Repository, 1993.
       https://doi.org/10.24432/C5DW2B

    Examples
    --------
    >>> tumours = load_tumours()
    >>> tumours
    Example(tumours: 569 items, classes malignant, benign)
    >>> tumours.items.column_names[:2]
    ('mean_radius', 'mean_texture')
    """
    import pyarrow as pa
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    names = [str(name).replace(" ", "_") for name in data.feature_names]
    schema = LabelSchema([str(name) for name in data.target_names])
    table = pa.table({name: np.ascontiguousarray(data.data[:, j]) for j, name in enumerate(names)})
    return Example(
        name="tumours",
        items=Items(table, [f"t{i:03d}" for i in range(table.num_rows)]),
        gold=data.target.astype(schema.dtype),
        schema=schema,
        description="Real measurements of cell nuclei in breast tumours: malignant or benign.",
        lf_file=lf_file("tumours"),
    )
