"""The texts are what they say, and can be stored."""

from weaklabel.testing import hostile_texts


def test_texts_are_distinct_and_can_be_written():
    texts = hostile_texts(n_long=1000)
    assert len(set(texts.values())) == len(texts) >= 30
    for text in texts.values():
        assert text.encode("utf-8").decode("utf-8") == text


def test_long_texts_have_the_length_asked_for():
    texts = hostile_texts(n_long=12_345)
    assert len(texts["long line"]) == 12_345
    assert "\n" not in texts["long line"]


def test_every_kind_of_attack_is_there():
    everything = "".join(hostile_texts(n_long=10).values())
    for sign in (
        "<script",
        "onerror=",
        "javascript:",
        "\u202e",
        "\x00",
        "\u200b",
        "{{",
        "</script",
    ):
        assert sign in everything
