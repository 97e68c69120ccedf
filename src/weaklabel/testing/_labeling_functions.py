"""labeling_function_cases: the examples of labeling functions as pytest cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from weaklabel.core import LabelSchema
from weaklabel.errors import MissingDependencyError
from weaklabel.lf import LabelingFunction
from weaklabel.lf._examples import check_example

__all__ = ["check_labeling_function_case", "labeling_function_cases"]


def labeling_function_cases(
    lfs: LabelingFunction | Iterable[LabelingFunction], schema: LabelSchema | Sequence[str]
) -> list[Any]:
    """Return one pytest case for each example of each labeling function.

    Parameters
    ----------
    lfs : LabelingFunction or iterable of LabelingFunction
        Their `votes_on` and `abstains_on` are the examples.
    schema : LabelSchema or sequence of str
        The classes; an expected code becomes the name of its class.

    Returns
    -------
    list of pytest.param
        Each with (labeling function, item, expected class, or None for abstain),
        and the id ``"name-votes_on-0"`` or ``"name-abstains_on-0"``.

    Raises
    ------
    SchemaError
        If an expected class is not one of `schema`.
    MissingDependencyError
        If pytest is not installed.

    Examples
    --------
    ::

        CLASSES = ["ham", "spam"]
        CASES = labeling_function_cases(collect_lfs("lfs.py"), CLASSES)

        @pytest.mark.parametrize(("lf", "item", "expected"), CASES)
        def test_labeling_function_keeps_its_examples(lf, item, expected):
            check_labeling_function_case(lf, item, expected, CLASSES)
    """
    pytest = _pytest()
    known = schema if isinstance(schema, LabelSchema) else LabelSchema(schema)
    functions = [lfs] if isinstance(lfs, LabelingFunction) else list(lfs)
    cases = []
    for lf in functions:
        cases += [
            pytest.param(lf, item, _named(expected, known), id=f"{lf.name}-votes_on-{i}")
            for i, (item, expected) in enumerate(lf.votes_on)
        ]
        cases += [
            pytest.param(lf, item, None, id=f"{lf.name}-abstains_on-{i}")
            for i, item in enumerate(lf.abstains_on)
        ]
    return cases


def check_labeling_function_case(
    lf: LabelingFunction,
    item: Any,
    expected: str | int | None,
    schema: LabelSchema | Sequence[str],
) -> None:
    """Fail the running pytest test unless `lf` answers `expected` on `item`.

    Parameters
    ----------
    lf : LabelingFunction
        The labeling function.
    item : dict, str or object
        The example.
    expected : str, int or None
        Class name or code; None for abstain.
    schema : LabelSchema or sequence of str
        The classes.
    """
    pytest = _pytest()
    classes = schema if isinstance(schema, LabelSchema) else LabelSchema(schema)
    failure = check_example(lf, item, expected, classes)
    if failure is not None:
        pytest.fail(failure, pytrace=False)


def _named(expected: str | int, schema: LabelSchema) -> str | None:
    return schema.name(int(schema.encode([expected])[0]))


def _pytest() -> Any:
    try:
        import pytest
    except ImportError as error:  # pragma: no cover - the tests run in pytest
        raise MissingDependencyError.of("pytest", "labeling_function_cases", "dev") from error
    return pytest
