"""Snorkel's arrays and labeling functions, and the same votes as snorkel itself where it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.apply import apply
from weaklabel.core import VoteMatrix, as_items
from weaklabel.errors import AnswerError, ParameterError, VotesError
from weaklabel.exchange import from_snorkel_lf, from_snorkel_matrix, to_snorkel_matrix

CLASSES = ["ham", "spam"]
TEXTS = ["subscribe to me", "nice", "i love this", "SUBSCRIBE", "see http://example.com", ""]


class Codes:
    """A labeling function as snorkel's: a name, and codes from attribute access."""

    def __init__(self, name: str, word: str, code: int) -> None:
        self.name, self.word, self.code = name, word, code

    def __call__(self, x):
        return self.code if self.word in x.text else -1


class TestMatrix:
    @settings(max_examples=50)
    @given(st.integers(0, 6), st.integers(1, 4), st.integers(0, 2**32 - 1))
    def test_votes_survive_the_way_to_snorkel_and_back(self, n_items, n_lfs, seed):
        codes = np.random.default_rng(seed).integers(-1, 2, size=(n_items, n_lfs))
        matrix = to_snorkel_matrix(VoteMatrix.from_array(codes, CLASSES))
        assert matrix.dtype == np.int64
        assert matrix.shape == (n_items, n_lfs)
        assert (from_snorkel_matrix(matrix, CLASSES).codes == codes).all()

    def test_the_array_is_a_copy_that_may_be_changed(self):
        votes = VoteMatrix.from_array([[1, 0]], CLASSES)
        matrix = to_snorkel_matrix(votes)
        matrix[:] = -1
        assert matrix.flags.c_contiguous
        assert votes.codes.tolist() == [[1, 0]]

    def test_sparse_votes_become_a_full_array(self):
        votes = VoteMatrix.from_entries([0, 1], [1, 0], [1, 0], (2, 2), CLASSES)
        assert to_snorkel_matrix(votes).tolist() == [[-1, 1], [0, -1]]

    def test_names_and_ids_are_kept(self):
        votes = from_snorkel_matrix([[1], [0]], CLASSES, lf_names=["link"], item_ids=["a", "b"])
        assert votes.lf_names == ("link",)
        assert votes.item_ids.tolist() == ["a", "b"]

    def test_a_code_that_is_no_class_is_refused(self):
        with pytest.raises(VotesError, match=r"codes\[0, 'lf_0'\] is 2, must be in \[-1, 2\)"):
            from_snorkel_matrix([[2]], CLASSES)


class TestLabelingFunction:
    def test_codes_become_class_names_and_minus_one_abstains(self):
        lf = from_snorkel_lf(Codes("asks", "subscribe", 1), CLASSES, tags=["promotion"])
        assert (lf.name, lf.tags) == ("asks", ("promotion",))
        assert lf({"text": "subscribe"}) == "spam"
        assert lf({"text": "nice"}) is None

    def test_it_is_applied_like_any_other(self):
        lfs = [
            from_snorkel_lf(Codes("a", "s", 1), CLASSES),
            from_snorkel_lf(Codes("b", "i", 0), CLASSES),
        ]
        votes = apply(lfs, as_items(["is", "i", "x"]), CLASSES)
        assert votes.codes.tolist() == [[1, 0], [-1, 0], [-1, -1]]

    def test_its_version_changes_with_what_it_does(self):
        version = from_snorkel_lf(Codes("a", "s", 1), CLASSES).version
        assert from_snorkel_lf(Codes("a", "s", 1), CLASSES).version == version
        assert from_snorkel_lf(Codes("a", "t", 1), CLASSES).version != version

    def test_a_code_outside_the_classes_is_an_error_with_the_name(self):
        lf = from_snorkel_lf(Codes("late", "s", 2), CLASSES)
        with pytest.raises(
            AnswerError, match=r"labeling function 'late' is 2, must be in \[-1, 2\)"
        ):
            lf({"text": "s"})

    @pytest.mark.parametrize("wrong", [len, "lf", 3])
    def test_what_is_no_labeling_function_of_snorkel_is_refused(self, wrong):
        with pytest.raises(ParameterError, match=r"must be a labeling function of snorkel\. Decor"):
            from_snorkel_lf(wrong, CLASSES)


@pytest.mark.heavy
@pytest.mark.filterwarnings("default")
class TestWithSnorkel:
    @pytest.fixture
    def snorkel_lfs(self):
        labeling = pytest.importorskip("snorkel.labeling", reason="needs the extra snorkel")
        from snorkel.preprocess import preprocessor

        @preprocessor(memoize=True)
        def lowered(x):
            x.lower = x.text.lower()
            return x

        @labeling.labeling_function(pre=[lowered])
        def subscribes(x):
            return 1 if "subscribe" in x.lower else -1

        @labeling.labeling_function(resources={"words": {"love", "nice"}})
        def praises(x, words):
            return 0 if words & set(x.text.split()) else -1

        def has(x, word):
            return 1 if word in x.text else -1

        return [
            subscribes,
            praises,
            labeling.LabelingFunction("link", has, resources={"word": "http"}),
        ]

    def test_the_votes_are_those_of_snorkels_applier(self, snorkel_lfs):
        import pandas as pd
        from snorkel.labeling import PandasLFApplier

        frame = pd.DataFrame({"text": TEXTS})
        expected = PandasLFApplier(snorkel_lfs).apply(frame, progress_bar=False)
        ours = [from_snorkel_lf(lf, CLASSES) for lf in snorkel_lfs]
        votes = apply(ours, as_items(frame), CLASSES)
        assert votes.lf_names == ("subscribes", "praises", "link")
        assert (to_snorkel_matrix(votes) == expected).all()
        assert (from_snorkel_matrix(expected, CLASSES).codes == votes.codes).all()

    def test_snorkels_label_model_fits_our_matrix(self, snorkel_lfs):
        from snorkel.labeling.model import LabelModel

        gold = np.arange(200) % 2
        noise = np.random.default_rng(0).random((200, 5)) < 0.2
        votes = VoteMatrix.from_array(np.where(noise, 1 - gold[:, None], gold[:, None]), CLASSES)
        model = LabelModel(cardinality=2, verbose=False)
        model.fit(to_snorkel_matrix(votes), n_epochs=100, seed=0, progress_bar=False)
        assert (model.predict(to_snorkel_matrix(votes)) == gold).mean() > 0.9
