"""Who reviews whom: a cohort's roster, the weeks before, and pairs that nobody has been in.

read_roster   roster.csv → names, or every fault at once
read_history  the pairs of earlier weeks
pair_up       names, history, seed → groups of two, one of three if the number is odd
"""

from grader.peers.pairing import pair_up
from grader.peers.roster import read_history, read_roster

__all__ = ["pair_up", "read_history", "read_roster"]
