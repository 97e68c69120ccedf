"""preprocessor: values by name, in order of need."""

import pickle

import pytest

from weaklabel.errors import ParameterError
from weaklabel.lf import Preprocessor, labeling_function, preprocessor


@preprocessor
def tokens(item):
    return item.text.split()


@preprocessor(name="n", preprocessors=[tokens])
def count(item):
    return len(item.tokens)


def test_bare_preprocessor_has_the_name_of_its_function():
    assert tokens.name == "tokens"
    assert tokens("a b") == ["a", "b"]


def test_preprocessor_reads_those_it_names():
    assert count({"text": "a b c"}) == 3


def test_labeling_function_sees_only_what_it_names():
    lf = labeling_function("f", preprocessors=[count])(lambda item: item.tokens)
    with pytest.raises(AttributeError, match="no field 'tokens', it has 'text', 'n'"):
        lf("a")


def test_batch_function_gets_many_items():
    lengths = Preprocessor("lengths", lambda items: [len(i.text) for i in items], is_batch=True)
    assert lengths("abc") == 3


def test_batch_function_must_give_one_value_for_each():
    wrong = Preprocessor("wrong", lambda items: [], is_batch=True)
    with pytest.raises(ParameterError, match="'wrong' gave 0 values for 1 items, must give one"):
        wrong("abc")


def test_columns_of_those_before_count():
    before = Preprocessor("a", lambda item: 1, columns=["title"])
    after = Preprocessor("b", lambda item: 1, preprocessors=[before], columns=["text"])
    assert after.all_columns == ("title", "text")


def test_version_follows_function_name_and_those_before():
    def made(name, function, before):
        return Preprocessor(name, function, preprocessors=before).version

    one = made("a", lambda item: 1, [])
    assert one == made("a", lambda item: 1, [])
    assert len({one, made("b", lambda item: 1, []), made("a", lambda item: 2, [])}) == 3
    assert one != made("a", lambda item: 1, [tokens])


def test_version_of_a_labeling_function_follows_its_preprocessors():
    def version(preprocess):
        return labeling_function("f", preprocessors=[preprocess])(lambda item: 1).version

    assert version(tokens) != version(count)


def test_pickle_of_a_preprocessor_at_module_level_is_a_reference():
    assert pickle.loads(pickle.dumps(tokens)) is tokens  # noqa: S301 - made above


def test_pickle_keeps_one_of_a_plain_function():
    kept = Preprocessor("lengths", len, columns=["text"], preprocessors=[tokens])
    copy = pickle.loads(pickle.dumps(kept))  # noqa: S301 - made above
    assert (copy.name, copy.columns, copy.version) == ("lengths", ("text",), kept.version)


def test_repr_names_those_before():
    assert repr(count) == "Preprocessor('n', after ['tokens'])"


def test_html_is_escaped():
    assert "<b>" not in Preprocessor("<b>", len)._repr_html_()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: preprocessor("tokens"), "preprocessor is 'tokens', must be a function"),
        (
            lambda: Preprocessor("x", len, columns="text"),
            "columns of 'x' is 'text', must be a list",
        ),
        (lambda: Preprocessor("", len), "name of a preprocessor is '', must be a non-empty text"),
        (
            lambda: Preprocessor("tokens", len, preprocessors=[tokens]),
            "'tokens' names another preprocessor 'tokens'",
        ),
        (
            lambda: Preprocessor("x", len, preprocessors=[len]),
            r"preprocessors of 'x'\[0\] is .*, must be a Preprocessor",
        ),
    ],
)
def test_wrong_arguments_are_refused(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


def test_columns_and_cache_come_through_the_decorator(tmp_path):
    made = preprocessor(columns=["text"], cache=tmp_path)(len)
    assert (made.columns, made.cache) == (("text",), tmp_path)


def test_columns_by_which_values_are_kept_are_all_unless_every_one_names_its_own(tmp_path):
    everything = ("text", "title", "n")
    named = Preprocessor("a", len, columns=["title"], cache=tmp_path)
    after = Preprocessor("b", len, columns=["text"], preprocessors=[named], cache=tmp_path)
    unknown = Preprocessor("c", len, columns=["text"], preprocessors=[tokens], cache=tmp_path)
    assert after.key_columns(everything) == ("title", "text")
    assert unknown.key_columns(everything) == everything
    assert Preprocessor("d", len).key_columns(everything) == everything
