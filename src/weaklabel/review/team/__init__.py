"""A review by several people: who gets which item, who settles what they disagree on.

`weaklabel review --team` serves a `TeamDesk`; `settled_log` is what its decisions say of the items.
"""

from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._settled import settled_log
from weaklabel.review.team._team_desk import TeamDesk

__all__ = ["Reviewers", "TeamDesk", "TeamSettings", "settled_log"]
