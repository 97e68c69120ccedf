"""collect_lfs: from modules, files, folders and patterns."""

import sys
import types

import pytest

from weaklabel.errors import LabelingFunctionError
from weaklabel.lf import collect_lfs, keyword_lf

HEADER = "from weaklabel.lf import keyword_lf, labeling_function\n"


def write(folder, name, body):
    path = folder / name
    path.write_text(HEADER + body, encoding="utf-8")
    return path


def names(sources):
    return [lf.name for lf in collect_lfs(sources)]


def test_file_gives_its_functions_in_order_of_definition(tmp_path):
    path = write(
        tmp_path,
        "lfs.py",
        "z = keyword_lf('z', 'x', name='z')\n"
        "@labeling_function\ndef a(item): return None\n"
        "more = [keyword_lf('m', 'x', name='m'), 3, z]\n"
        "last = (keyword_lf('l', 'x', name='l'),)\n",
    )
    assert names(path) == ["z", "a", "m", "l"]


def test_folder_gives_its_files_in_order_of_names(tmp_path):
    write(tmp_path, "b.py", "b = keyword_lf('b', 'x', name='b')\n")
    write(tmp_path, "a.py", "a = keyword_lf('a', 'x', name='a')\n")
    write(tmp_path, "_c.py", "c = keyword_lf('c', 'x', name='c')\n")
    assert names(str(tmp_path)) == ["a", "b"]


def test_pattern_gives_the_files_that_match(tmp_path):
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", "b.py", "b = keyword_lf('b', 'x', name='b')\n")
    write(tmp_path, "a.py", "a = keyword_lf('a', 'x', name='a')\n")
    assert names([str(tmp_path / "**" / "*.py")]) == ["a", "b"]


def test_module_object_is_read():
    module = types.ModuleType("some_lfs")
    module.lf = keyword_lf("a", "x", name="a")
    assert collect_lfs(module) == (module.lf,)


def test_file_named_twice_counts_once(tmp_path):
    path = write(tmp_path, "a.py", "a = keyword_lf('a', 'x', name='a')\nagain = a\n")
    assert names([path, tmp_path, str(path)]) == ["a"]


def test_edit_counts_at_once(tmp_path):
    path = write(tmp_path, "a.py", "a = keyword_lf('1', 'x', name='a')\n")
    before = collect_lfs(path)[0].version
    write(tmp_path, "a.py", "a = keyword_lf('2', 'x', name='a')\n")
    assert collect_lfs(path)[0].version != before


def test_sibling_may_be_imported_and_leaves_no_trace(tmp_path):
    (tmp_path / "words_of_mine.py").write_text("WORDS = ['a']\n")
    path = write(
        tmp_path, "a.py", "from words_of_mine import WORDS\na = keyword_lf(WORDS, 'x', name='a')\n"
    )
    path_before = list(sys.path)
    assert names(path) == ["a"]
    assert sys.path == path_before
    assert "words_of_mine" not in sys.modules


def test_function_imported_from_a_sibling_is_the_same_function(tmp_path):
    write(tmp_path, "a.py", "from z import z\n")
    write(tmp_path, "z.py", "z = keyword_lf('z', 'x', name='z')\n")
    assert names(tmp_path) == ["z"]
    write(tmp_path, "a.py", "a = keyword_lf('a', 'x', name='a')\n")
    write(tmp_path, "z.py", "from a import a\n")
    assert names(tmp_path) == ["a"]


def test_siblings_of_two_folders_are_kept_apart(tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "own_words.py").write_text(f"WORD = {name!r}\n")
        write(folder, "lfs.py", "from own_words import WORD\nlf = keyword_lf(WORD, 'x')\n")
    assert names([tmp_path / "one" / "lfs.py", tmp_path / "two" / "lfs.py"]) == [
        "keyword_one_x",
        "keyword_two_x",
    ]


def test_two_functions_of_one_name_name_both_files(tmp_path):
    one = write(tmp_path, "one.py", "a = keyword_lf('a', 'x', name='same')\n")
    two = write(tmp_path, "two.py", "b = keyword_lf('b', 'x', name='same')\n")
    with pytest.raises(LabelingFunctionError) as caught:
        collect_lfs(tmp_path)
    assert f"'same' is defined in {one} and in {two}, must have a name of its own" in str(
        caught.value
    )


def test_two_functions_of_one_name_in_one_file(tmp_path):
    path = write(tmp_path, "a.py", "a, b = keyword_lf('a', 'x'), keyword_lf('a', 'x')\n")
    with pytest.raises(LabelingFunctionError, match=r"'keyword_a_x' is defined twice in .*a\.py"):
        collect_lfs(path)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("def (\n", "SyntaxError: invalid syntax"),
        ("import no_such_module_at_all\n", "ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
    ],
)
def test_file_that_fails_names_file_and_cause(tmp_path, body, cause):
    path = write(tmp_path, "bad.py", body)
    with pytest.raises(LabelingFunctionError) as caught:
        collect_lfs(path)
    assert f"{path} with labeling functions cannot be imported: {cause}" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_missing_path_is_named(tmp_path):
    with pytest.raises(LabelingFunctionError, match=r"nothing\.py', must be .* It does not exist"):
        collect_lfs(tmp_path / "nothing.py")


def test_file_of_another_kind_is_named(tmp_path):
    (tmp_path / "lfs.txt").write_text("x")
    with pytest.raises(LabelingFunctionError, match=r"lfs\.txt', must be .* It is no \.py file"):
        collect_lfs(tmp_path / "lfs.txt")


def test_empty_folder_is_named(tmp_path):
    with pytest.raises(LabelingFunctionError, match=r"It is a folder without \.py files"):
        collect_lfs(tmp_path)


def test_no_labeling_function_is_an_error(tmp_path):
    path = write(tmp_path, "a.py", "x = 3\n")
    with pytest.raises(LabelingFunctionError, match=r"no labeling function found in .*a\.py"):
        collect_lfs(path)


def test_no_source_is_an_error():
    with pytest.raises(LabelingFunctionError, match="found in nothing: no source was given"):
        collect_lfs([])


def test_version_does_not_depend_on_the_folder(tmp_path):
    body = (
        "LIMIT = 3\n@labeling_function\ndef a(item): return 1 if len(item.text) > LIMIT else None\n"
    )
    versions = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        versions.add(collect_lfs(write(tmp_path / name, f"{name}.py", body))[0].version)
    assert len(versions) == 1
