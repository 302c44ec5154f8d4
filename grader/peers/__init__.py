"""Who reviews whom: a cohort's roster, the weeks before, and pairs that nobody has been in.

read_roster   roster.csv → names, or every fault at once
find_student  a name as typed → the roster's, or who was perhaps meant
read_history  the pairs of earlier weeks, and how often each
pair_up       names, history, seed → groups of two, one of three if the number is odd
"""

from grader.peers.pairing import Groups, pair_up
from grader.peers.roster import find_student, read_history, read_roster, same_name

__all__ = ["Groups", "find_student", "pair_up", "read_history", "read_roster", "same_name"]
