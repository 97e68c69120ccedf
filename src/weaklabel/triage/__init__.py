"""Triage: which items a person should look at, in which order, why, and what the answers say."""

from weaklabel.triage._accuracy_estimate import AccuracyEstimate
from weaklabel.triage._apply_decisions import Feedback, apply_decisions
from weaklabel.triage._audit import estimate_accuracy
from weaklabel.triage._class_health import ClassHealth, class_health
from weaklabel.triage._crowdlab import Crowdlab, active_scores, crowdlab
from weaklabel.triage._function_health import function_health
from weaklabel.triage._item_signals import ItemSignals, item_signals
from weaklabel.triage._quality_gate import QualityCheck, check_quality
from weaklabel.triage._rank import rank_for_review
from weaklabel.triage._root_causes import RootCauses, root_causes

__all__ = [
    "AccuracyEstimate",
    "ClassHealth",
    "Crowdlab",
    "Feedback",
    "ItemSignals",
    "QualityCheck",
    "RootCauses",
    "active_scores",
    "apply_decisions",
    "check_quality",
    "class_health",
    "crowdlab",
    "estimate_accuracy",
    "function_health",
    "item_signals",
    "rank_for_review",
    "root_causes",
]
