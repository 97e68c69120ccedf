"""The main job in Python on a plain data frame, from votes to the training set."""

import pandas as pd
import pytest

import weaklabel as wl
from weaklabel.examples import load_spam


@pytest.mark.parametrize("id_column", [None, "comment_id"])
def test_every_stage_takes_the_same_data_frame(id_column, tmp_path):
    spam = load_spam(300)
    frame = pd.DataFrame(spam.items.to_pandas().reset_index(drop=True))
    lfs = wl.collect_lfs([spam.lf_file])
    votes = wl.apply(lfs, frame, spam.schema, id_column=id_column)
    soft = wl.LabelModel().fit(votes).soft_labels(votes)
    refined = wl.refine(soft, frame, id_column=id_column, votes=votes, text_columns=["text"])
    queue = wl.rank_for_review(refined.soft, votes, refined.pred_probs, 20)
    dataset = wl.build_dataset(frame, refined.soft, id_column=id_column, votes=votes)
    wl.write_queue(queue, frame, votes, tmp_path, id_column=id_column)
    assert (tmp_path / "queue.csv").exists()
    assert queue.n_items == 20
    assert dataset.table.num_rows == 300
    assert dataset.table.column("item_id").to_pylist() == votes.item_ids.tolist()


def test_items_of_another_identity_are_refused_in_words():
    spam = load_spam(50)
    frame = spam.items.to_pandas().reset_index(drop=True)
    votes = wl.apply(wl.collect_lfs([spam.lf_file]), frame, spam.schema, id_column="comment_id")
    soft = wl.LabelModel().fit(votes).soft_labels(votes)
    with pytest.raises(
        wl.errors.ItemsError, match="50 of 50 item ids are not among the soft labels"
    ):
        wl.refine(soft, frame, votes=votes)
