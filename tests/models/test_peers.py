"""Estimates beside those of the published implementations, on the same votes.

Each tolerance is about what two programs can differ by that do the same thing; where they do
not quite do the same thing, the test says what differs.
"""

from __future__ import annotations

import numpy as np
import pytest

from weaklabel.models import MACE, DawidSkene, MatrixCompletion, TripletModel, WeightedVote
from weaklabel.testing import synthetic_votes

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("default")]


def skip_without(module: str, distribution: str):
    return pytest.importorskip(module, reason=f"needs {distribution}, of the peers")


@pytest.fixture(scope="module")
def crowd():
    """Return the votes of twelve annotators of mixed quality, and the true classes."""
    planted = np.linspace(0.4, 0.9, 12)
    return synthetic_votes(500, 12, n_classes=3, accuracy=planted, coverage=0.5, seed=0)


def as_triples(votes):
    """Return the votes as crowd-kit takes them."""
    import pandas as pd

    items, lfs, codes = votes.entries
    return pd.DataFrame({"task": items, "worker": lfs, "label": codes.astype(int)})


def of_covered(votes, proba):
    return proba[votes.covered]


def aligned(frame, n_classes):
    """Return crowd-kit's probabilities in the order of items and classes."""
    return frame.sort_index().reindex(columns=range(n_classes)).to_numpy()


class TestSnorkel:
    """Snorkel's LabelModel takes 100 short steps; run to its end it is the same estimator."""

    @pytest.mark.parametrize(("n_classes", "prior"), [(2, [0.4, 0.6]), (3, [0.3, 0.3, 0.4])])
    def test_converged_rates_and_posteriors_are_the_same(self, n_classes, prior):
        skip_without("snorkel", "snorkel")
        from snorkel.labeling.model import LabelModel

        from weaklabel.models._snorkel_label_model import _generators_put_back

        votes, _ = synthetic_votes(
            4000,
            6,
            n_classes=n_classes,
            accuracy=np.linspace(0.6, 0.9, 6),
            coverage=0.7,
            class_prior=prior,
        )
        codes = votes.codes.astype(np.int64)
        theirs = LabelModel(cardinality=n_classes, verbose=False)
        with _generators_put_back():
            theirs.fit(
                codes, class_balance=prior, n_epochs=20000, lr=0.1, seed=1, progress_bar=False
            )
        ours = MatrixCompletion(l2=0.0, class_prior=prior).fit(votes)
        rates = theirs.get_conditional_probs()[:, 1:, :]
        assert ours.vote_rates_ == pytest.approx(rates, abs=0.002)
        # Snorkel gives an item without votes the class prior as well.
        assert ours.predict_proba(votes) == pytest.approx(theirs.predict_proba(codes), abs=0.02)


class TestFlyingSquid:
    def fit(self, votes, prior):
        module = skip_without("flyingsquid.label_model", "flyingsquid with pgmpy 0.1.25")
        signs = np.where(votes.codes < 0, 0, 2 * votes.codes.astype(int) - 1)
        model = module.LabelModel(votes.n_lfs, triplet_seed=None)
        model.fit(signs, class_balance=np.array(prior), solve_method="triplet_median")
        return model, signs

    def agreements(self, model, n_lfs):
        keys = [((f"lambda_{j}", "Y_0"), ("0",)) for j in range(n_lfs)]
        return np.array([model.expectation_values[key] for key in keys])

    @pytest.mark.parametrize("prior", [[0.5, 0.5], [0.4, 0.6]])
    def test_without_abstains_accuracies_and_precisions_are_the_same(self, prior):
        planted = np.linspace(0.7, 0.9, 7)
        votes, _ = synthetic_votes(4000, 7, accuracy=planted, coverage=1.0, class_prior=prior)
        theirs, _ = self.fit(votes, prior)
        ours = TripletModel(prior_strength=0.0, class_prior=prior).fit(votes)
        assert ours.agreement_[:, 1] == pytest.approx(self.agreements(theirs, 7), abs=1e-9)
        for clique, marginal in theirs.clique_marginals[:7]:
            j = int(next(name for name in clique if "lambda" in name).split("_")[1])
            joint = marginal.values.reshape(3, 2)[[0, 2]]  # rows: no, abstain, yes
            precision = joint / joint.sum(axis=1, keepdims=True)
            assert ours.precision_[j] == pytest.approx(precision, abs=1e-6)

    def test_posteriors_are_the_same_with_equal_classes(self):
        # With unequal ones flyingsquid counts the class prior once more than Bayes' rule does.
        votes, _ = synthetic_votes(3000, 7, accuracy=np.linspace(0.7, 0.9, 7), coverage=1.0)
        theirs, signs = self.fit(votes, [0.5, 0.5])
        ours = TripletModel(prior_strength=0.0, class_prior=[0.5, 0.5]).fit(votes)
        expected = theirs.predict_proba(signs, verbose=False)
        assert ours.predict_proba(votes) == pytest.approx(expected, abs=1e-6)

    def test_with_abstains_accuracies_differ_by_sampling_alone(self):
        # flyingsquid counts an abstain as 0 in its moments, here such items are left out.
        votes, _ = synthetic_votes(8000, 7, accuracy=np.linspace(0.7, 0.9, 7), coverage=0.7)
        theirs, signs = self.fit(votes, [0.5, 0.5])
        ours = TripletModel(prior_strength=0.0, class_prior=[0.5, 0.5]).fit(votes)
        coverage = (signs != 0).mean(axis=0)
        expected = self.agreements(theirs, 7) / coverage
        assert ours.agreement_[:, 1] == pytest.approx(expected, abs=0.01)


class TestCrowdKit:
    def test_dawid_skene_without_smoothing_is_the_same(self, crowd):
        module = skip_without("crowdkit.aggregation", "crowd-kit")
        votes, _ = crowd
        theirs = module.DawidSkene(n_iter=500, tol=1e-9).fit(as_triples(votes))
        ours = DawidSkene(smoothing=0.0, tol=1e-8, max_iter=5000).fit(votes)
        given = of_covered(votes, ours.predict_proba(votes))
        assert given == pytest.approx(aligned(theirs.probas_, 3), abs=1e-4)

    def test_mace_with_the_same_priors_is_close(self, crowd):
        # crowd-kit stops after n_iter steps and estimates no posterior means of a Beta.
        module = skip_without("crowdkit.aggregation", "crowd-kit")
        votes, _ = crowd
        theirs = module.MACE(n_restarts=3, n_iter=100, smoothing=10.0).fit(as_triples(votes))
        ours = MACE(smoothing=10.0, tol=1e-8, max_iter=5000).fit(votes)
        given = of_covered(votes, ours.predict_proba(votes))
        expected = aligned(theirs.probas_, 3)
        assert np.abs(given - expected).mean() < 0.01
        assert (given.argmax(axis=1) == expected.argmax(axis=1)).mean() > 0.98

    @pytest.mark.filterwarnings("ignore:WeightedVote stopped")
    @pytest.mark.parametrize(("name", "max_iter"), [("Wawa", 1), ("ZeroBasedSkill", 100)])
    def test_skills_rank_annotators_as_the_weighted_vote_does(self, crowd, name, max_iter):
        # Here a lone vote is no evidence of itself and weights are agreement above chance. Their
        # predictions are not compared: crowd-kit 1.4.2 cannot predict with scikit-learn 1.9.
        module = skip_without("crowdkit.aggregation", "crowd-kit")
        votes, _ = crowd
        theirs = getattr(module, name)().fit(as_triples(votes)).skills_.sort_index().to_numpy()
        ours = WeightedVote(prior_strength=0.0, smoothing=0.0, max_iter=max_iter)
        assert np.corrcoef(ours.fit(votes).weights_, theirs)[0, 1] > 0.98


class TestHyperLM:
    def predict(self, codes):
        module = skip_without("hyperlm", "hyperlm")
        import torch

        # Its checkpoint holds one numpy number, which torch's safe loader must be told to accept;
        # anything else that a checkpoint could run stays refused.
        accepted = [
            (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),
            np.dtype,
            np.dtypes.Float64DType,
        ]
        with torch.serialization.safe_globals(accepted):
            return module.HyperLabelModel(device="cpu").infer(codes, return_probs=True)

    def test_its_predictions_for_the_table_are_distributions_and_mostly_right(self, crowd):
        # No model here is made like it: the test keeps the comparison running.
        votes, gold = crowd
        proba = self.predict(votes.codes[votes.covered].astype(int))
        assert np.allclose(proba.sum(axis=1), 1.0, atol=1e-5)
        assert (proba.argmax(axis=1) == gold[votes.covered]).mean() > 0.75
