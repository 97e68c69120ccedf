"""Cluster: label models on votes that stay in Spark, Dask, Ray or a folder of files."""

from weaklabel.apply import collect_votes
from weaklabel.cluster._count_votes import count_votes
from weaklabel.cluster._predict_votes import predict_votes

__all__ = ["collect_votes", "count_votes", "predict_votes"]
