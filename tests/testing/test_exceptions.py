from weaklabel.testing import EXCEPTIONS, LAWS


def test_every_exception_is_to_a_law_and_gives_its_reason_in_a_sentence() -> None:
    for laws in EXCEPTIONS.values():
        for law, reason in laws.items():
            assert law in LAWS
            assert reason.endswith(".")
