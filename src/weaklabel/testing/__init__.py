"""For tests of your own: laws of label models, cases of labeling functions, votes to try them on.

Not imported by ``import weaklabel``. Strategies need hypothesis, which is imported when used.
"""

from weaklabel.testing._check import LAWS, check_label_model
from weaklabel.testing._conduct_laws import (
    check_bad_parameter_is_refused,
    check_clone_keeps_parameters,
    check_constructor_only_stores,
    check_empty_votes_are_refused,
    check_fit_leaves_votes_alone,
    check_fit_returns_self,
    check_global_generators_are_left_alone,
    check_other_classes_are_refused,
    check_other_lfs_are_refused,
    check_pickle_keeps_the_model,
    check_predict_is_the_argmax,
    check_predict_leaves_the_model_alone,
    check_refit_forgets,
    check_repr_makes_the_model,
    check_same_seed_same_bits,
    check_saved_model_predicts_the_same,
    check_soft_labels_name_their_source,
    check_unfitted_model_is_refused,
)
from weaklabel.testing._exceptions import EXCEPTIONS
from weaklabel.testing._gold_laws import (
    check_chosen_gold_changes_no_estimate,
    check_gold_is_learned_or_refused,
    check_gold_stays_out_of_predictions,
    check_known_items_keep_their_class,
    check_unknown_gold_changes_nothing,
    check_wrong_gold_is_refused,
)
from weaklabel.testing._labeling_functions import (
    check_labeling_function_case,
    labeling_function_cases,
)
from weaklabel.testing._matrices import edge_matrices, ordinary_matrices
from weaklabel.testing._posterior_laws import (
    check_batches_equal_the_whole,
    check_equal_rows_get_equal_posteriors,
    check_explanation_adds_up,
    check_item_order_changes_nothing,
    check_lf_order_changes_nothing,
    check_neighbours_change_nothing,
    check_objective_never_falls,
    check_posterior_is_a_distribution,
    check_renaming_classes_renames_columns,
    check_silent_lf_changes_nothing,
    check_sparse_equals_dense,
    check_unanimous_votes_win,
    check_uncovered_item_gets_class_prior,
)
from weaklabel.testing._strategies import label_schemas, soft_labels, vote_matrices
from weaklabel.testing._synthetic import synthetic_votes

__all__ = [
    "EXCEPTIONS",
    "LAWS",
    "check_bad_parameter_is_refused",
    "check_batches_equal_the_whole",
    "check_chosen_gold_changes_no_estimate",
    "check_clone_keeps_parameters",
    "check_constructor_only_stores",
    "check_empty_votes_are_refused",
    "check_equal_rows_get_equal_posteriors",
    "check_explanation_adds_up",
    "check_fit_leaves_votes_alone",
    "check_fit_returns_self",
    "check_global_generators_are_left_alone",
    "check_gold_is_learned_or_refused",
    "check_gold_stays_out_of_predictions",
    "check_item_order_changes_nothing",
    "check_known_items_keep_their_class",
    "check_label_model",
    "check_labeling_function_case",
    "check_lf_order_changes_nothing",
    "check_neighbours_change_nothing",
    "check_objective_never_falls",
    "check_other_classes_are_refused",
    "check_other_lfs_are_refused",
    "check_pickle_keeps_the_model",
    "check_posterior_is_a_distribution",
    "check_predict_is_the_argmax",
    "check_predict_leaves_the_model_alone",
    "check_refit_forgets",
    "check_renaming_classes_renames_columns",
    "check_repr_makes_the_model",
    "check_same_seed_same_bits",
    "check_saved_model_predicts_the_same",
    "check_silent_lf_changes_nothing",
    "check_soft_labels_name_their_source",
    "check_sparse_equals_dense",
    "check_unanimous_votes_win",
    "check_uncovered_item_gets_class_prior",
    "check_unfitted_model_is_refused",
    "check_unknown_gold_changes_nothing",
    "check_wrong_gold_is_refused",
    "edge_matrices",
    "label_schemas",
    "labeling_function_cases",
    "ordinary_matrices",
    "soft_labels",
    "synthetic_votes",
    "vote_matrices",
]
