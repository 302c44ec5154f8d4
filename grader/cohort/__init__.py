"""A whole class: its roster in, one verdict a student out, each kept as it comes.

read_class    a roster as it lies on disk   → Entry      who, and where their repository is
grade_class   entries                       → Result     one each, in the order in which they end
unchanged     a commit, the gradebook       → the attempt that already says what grading it again would say
"""

from grader.cohort.grading import Result, grade_class
from grader.cohort.roster import Entry, read_class

__all__ = ["Entry", "Result", "grade_class", "read_class"]
