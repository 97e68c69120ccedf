"""Every module has a test of the same name, in the same place."""

from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "weaklabel"
TESTS = Path(__file__).parents[1]

#: Modules without behaviour of their own.
WITHOUT = {"core/_arrays.py": "aliases of types"}


def test_no_module_lacks_its_test():
    missing = []
    for module in sorted(SOURCE.rglob("*.py")):
        place = module.relative_to(SOURCE)
        if place.name == "__init__.py" or place.as_posix() in WITHOUT:
            continue
        test = TESTS / place.parent / f"test_{place.name.lstrip('_')}"
        if not test.exists():
            missing.append(f"{place} has no {test.relative_to(TESTS.parent)}")
    assert not missing, "\n".join(missing)
