"""Learn the constants of LabelModel for labeling functions, and score them on sets left out.

    python benchmarks/learn_label_model.py

Three constants of its posterior (how strongly votes are believed, what the class prior
counts, how the share of the evidence grows with the columns) minimize the mean log-loss on
the matrices of the benchmark folder that WEAKLABEL_SHARED names, plus a small penalty for
leaving where they would be without learning. For each matrix they are also learned on all
the others alone: what that scores is what to expect on a matrix that is none of these.
The constants in weaklabel/models/_label_model.py are the first line, rounded.
"""

from typing import NamedTuple

import numpy as np
import record
from scipy.optimize import minimize

from weaklabel import VoteMatrix
from weaklabel.core import FloatArray
from weaklabel.models import PrecisionNaiveBayes
from weaklabel.models._blend import Blend, blended_posterior, share_of_evidence
from weaklabel.models._pattern_counts import count_patterns
from weaklabel.models._patterns import VotePatterns, patterns_of
from weaklabel.models._precision_naive_bayes import precision_weights

#: Strength, exponent of the class prior, slope: naive Bayes as it is, half and half with votes.
UNLEARNED = np.array([1.0, 1.0, 0.0])
PENALTY = 0.005
CROWDING = 0.2


class Matrix(NamedTuple):
    """One data set: its vote patterns, and how many items of each class gold finds in each."""

    patterns: VotePatterns
    pattern_of_item: np.ndarray
    gold: FloatArray
    class_prior: FloatArray
    log_weights: FloatArray
    n_columns: int


def matrix(codes, gold, n_classes):
    """Return a data set in the form that constants are learned from."""
    votes = VoteMatrix.from_array(codes, [f"class {y}" for y in range(n_classes)])
    counts, index = count_patterns(votes)
    model = PrecisionNaiveBayes().fit_counts(counts)
    found = np.zeros((counts.n_patterns, n_classes))
    known = (gold >= 0) & (index >= 0)
    np.add.at(found, (index[known], gold[known]), 1.0)
    return Matrix(
        patterns_of(counts),
        index,
        found,
        model.class_prior_,
        precision_weights(model.precision_, model.class_prior_),
        int((codes >= 0).any(axis=0).sum()),
    )


def posterior(data, constants):
    """Return the posterior of each pattern under the constants."""
    strength, prior_exponent, slope = constants
    share = share_of_evidence(data.n_columns, slope)
    blend = Blend(strength, CROWDING, prior_exponent, share)
    return blended_posterior(data.patterns, data.class_prior, data.log_weights, blend)


def log_loss(data, constants):
    """Return the mean log-loss over the items with gold, in nats."""
    log_proba = np.log(np.clip(posterior(data, constants), 1e-6, 1.0))
    return -(data.gold * log_proba).sum() / data.gold.sum()


def learned(matrices):
    """Return the constants that minimize the mean log-loss on `matrices` plus the penalty."""

    def objective(constants):
        moved = ((constants - UNLEARNED) ** 2).sum()
        return np.mean([log_loss(data, constants) for data in matrices]) + PENALTY * moved

    bounds = [(0.1, 5.0), (0.0, 2.0), (0.0, 3.0)]
    return minimize(objective, UNLEARNED, method="L-BFGS-B", bounds=bounds).x


def left_out(bench):
    """Yield the name of each set, the constants of all others, and the posterior of its items."""
    data = {name: matrix(*bench.load(name)) for name in bench.names("lf")}
    for name, mine in data.items():
        constants = learned([other for key, other in data.items() if key != name])
        table = np.concatenate([posterior(mine, constants), mine.class_prior[None, :]])
        yield name, constants, table[mine.pattern_of_item]


def main():
    bench = record.load_bench(record.shared_folder())
    data = [matrix(*bench.load(name)) for name in bench.names("lf")]
    print("strength, prior exponent, slope learned on all:", learned(data).round(3))
    scores = []
    for name, constants, proba in left_out(bench):
        score = bench.score(name, proba)
        scores.append([score[figure] for figure in ("metric", "log_loss", "brier")])
        print(f"{name:20}", constants.round(2), "->", np.round(scores[-1], 4))
    print("mean metric, log-loss, Brier with constants of the others:", np.mean(scores, 0).round(4))


if __name__ == "__main__":
    main()
