"""The source that counts: without name and comments, and only if it is what runs."""

from weaklabel.lf._source import attribute_names, global_names, normalized_source

LIMIT = 3


def sample(item, bound=2):
    """Docstring."""
    # comment

    def inner():
        return LIMIT + bound

    return inner() + len(item.text)  # another


def only_documented(item):
    """Docstring."""


def test_source_has_no_name_comment_or_docstring():
    assert normalized_source(sample.__code__, globals()) == (
        "item, bound=2\ndef inner():\n    return LIMIT + bound\nreturn inner() + len(item.text)"
    )


def test_function_of_a_docstring_alone_has_its_arguments():
    assert normalized_source(only_documented.__code__, globals()) == "item"


def test_code_that_the_file_does_not_give_has_no_source():
    changed = sample.__code__.replace(co_consts=(*sample.__code__.co_consts, 1))
    assert normalized_source(changed, globals()) is None


def test_code_without_a_file_has_no_source():
    code = compile("def f(): return 1\n", "<nowhere>", "exec").co_consts[0]
    assert normalized_source(code, {}) is None


def test_lambda_has_no_source():
    assert normalized_source((lambda item: 1).__code__, globals()) is None


def test_names_of_inner_functions_count():
    assert global_names(sample.__code__) == {"LIMIT", "len"}
    assert "text" in attribute_names(sample.__code__)
