"""Labeling functions for breast tumours: malignant or benign, from measured cell nuclei.

Malignant cells have large, dented, uneven nuclei. Each function looks at one
measurement and speaks only where it is far out; the bounds are round numbers.
"""

from weaklabel import labeling_function, threshold_lf

MALIGNANT, BENIGN = "malignant", "benign"


def bound(column, label, description, above=None, below=None):
    """Return a threshold with an example on its side and one on the other."""
    limit = above if below is None else below
    beyond, within = (limit * 1.1, limit * 0.9) if below is None else (limit * 0.9, limit * 1.1)
    return threshold_lf(
        column,
        label,
        name=f"{'large' if below is None else 'small'}_{column}",
        above=above,
        below=below,
        description=description,
        tags=[column.split("_")[0]],
        votes_on=[({column: beyond}, label)],
        abstains_on=[{column: within}, {column: None}],
    )


thresholds = [
    bound("worst_area", MALIGNANT, "The largest nuclei are very large.", above=900),
    bound("worst_area", BENIGN, "Even the largest nuclei are small.", below=650),
    bound("worst_perimeter", MALIGNANT, "The largest outlines are very long.", above=120),
    bound("mean_radius", MALIGNANT, "Nuclei are large on average.", above=16.5),
    bound("mean_radius", BENIGN, "Nuclei are small on average.", below=12),
    bound("worst_concave_points", MALIGNANT, "The worst outlines have many dents.", above=0.17),
    bound("worst_concave_points", BENIGN, "Even the worst outlines are smooth.", below=0.09),
    bound("mean_concavity", MALIGNANT, "Dents are deep on average.", above=0.13),
    bound("mean_concavity", BENIGN, "Dents are shallow on average.", below=0.03),
    bound("area_error", MALIGNANT, "Areas differ widely from nucleus to nucleus.", above=60),
    bound("area_error", BENIGN, "Areas hardly differ from nucleus to nucleus.", below=20),
    bound("worst_texture", MALIGNANT, "Gray values vary strongly.", above=30),
    bound("worst_texture", BENIGN, "Gray values are even.", below=20),
    bound("worst_smoothness", MALIGNANT, "Radii jump along the outline.", above=0.155),
    bound("worst_symmetry", MALIGNANT, "The worst nuclei are lopsided.", above=0.36),
]


@labeling_function(
    tags=["worst"],
    votes_on=[({"worst_radius": 24.0, "mean_radius": 16.0}, MALIGNANT)],
    abstains_on=[
        {"worst_radius": 18.0, "mean_radius": 16.0},
        {"worst_radius": None, "mean_radius": 16.0},
    ],
)
def has_outsized_nuclei(item):
    """The largest nuclei are far larger than the average of the same tumour."""
    if item.worst_radius is None or item.mean_radius is None:
        return None
    return MALIGNANT if item.worst_radius > 1.35 * item.mean_radius else None
