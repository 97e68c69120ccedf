"""Agreement: the figures in words, and in notebooks."""

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review import agreement

AT = "2026-05-04T10:15:00+00:00"
EVIL = "<script>alert(1)</script>"


def measured(classes=("ham", "spam"), names=("ann", "bob", "cy"), **said):
    """Return the agreement of reviewers, each with one letter an item; "-" is a skip."""
    schema = LabelSchema(classes)
    return agreement(
        DecisionLog(
            Decision(
                f"{i:02}", None if c == "-" else classes["hs".index(c)], names[j], AT, None, "x"
            )
            for j, letters in enumerate(said.values())
            for i, c in enumerate(letters)
            if c != "."
        ),
        schema,
    )


def many():
    return measured(
        ann="hhhhhhhhhhssssssssss", bob="hhhhhhhhsssssssssshh", cy="hhhhhhhhhsss......-."
    )


def test_words_say_how_much_between_whom_and_on_what():
    found = many()
    lines = found.words().splitlines()
    assert lines[0] == (
        "3 reviewers gave 52 answers to 20 items; 20 of these have answers of two or more, and every "
        "figure is of them alone."
    )
    assert lines[1].startswith(
        "Answers differ on 4 items. Two answers to one item agree in 83 % (95 % interval "
    )
    assert f"Krippendorff's alpha {found.alpha}, Fleiss' kappa {found.fleiss}." in lines[1]
    assert lines[2].startswith("Cohen's kappa, the lowest first: ann and bob 0.60 (")
    assert ") on 20 items, " in lines[2]
    assert lines[3].startswith("Where one says a class, another says it too: ")
    assert lines[4] == "Skipped: cy 8 %."
    assert len(lines) == 5


def test_words_name_the_worst_stratum_and_group_where_there_is_a_choice():
    log = DecisionLog(
        Decision(f"{i}", label, who, AT, stratum="error" if i < 6 else "random")
        for i in range(20)
        for who, label in (("ann", "ham"), ("bob", "spam" if i < 3 or i == 9 else "ham"))
    )
    groups = {str(i): "link" if i < 3 else "praise" for i in range(20)}
    found = agreement(log, LabelSchema(["ham", "spam"]), groups=groups)
    # There are but two classes.
    assert "Most disputed: stratum error 3 of 6, group link 3 of 3." in found.words()


def test_words_count_blind_answers():
    log = [Decision("a", "ham", who, AT, blind=who == "ann") for who in ("ann", "bob")]
    found = agreement(DecisionLog(log), LabelSchema(["ham", "spam"]))
    assert "1 of the answers were given blind." in found.words()
    assert "blind" not in many().words()


def test_words_say_why_nothing_is_defined():
    words = measured(ann="hs").words()
    assert "Agreement is undefined. No item has answers of two reviewers." in words
    assert "nan" not in words


def test_words_say_why_kappa_is_undefined():
    words = measured(ann="hhh", bob="hhh").words()
    assert "Krippendorff's alpha undefined, Fleiss' kappa undefined. Every answer is 'ham'" in words
    assert "nan" not in words


def test_words_say_that_no_answers_differ():
    assert "No two answers differ" in measured(ann="hsh", bob="hsh").words()
    assert "Most disputed" not in measured(ann="hsh", bob="hsh").words()


def test_repr_is_one_line():
    found = many()
    assert repr(found) == (
        f"Agreement(3 reviewers, 20 of 20 items shared: observed {found.observed}, alpha {found.alpha})"
    )


def test_notebooks_get_tables_without_markup_of_the_data():
    names = ("ann", f"bob{EVIL}", "cy")
    page = measured(("ham", EVIL), names, ann="hsh", bob="hhs")._repr_html_()
    assert page.count("<table") == 4
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in measured(("ham", EVIL), ann="ss", bob="ss").alpha._repr_html_()
