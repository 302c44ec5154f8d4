"""A whole class: its roster in, one verdict a member out, each kept as it comes.

read_class    a roster as it lies on disk   → ClassMember   who, and where their repository is
grade_class   members                       → ClassResult   one each, in the order in which they end
ray_engine    the same on a cluster: node, what is done there; nodes, what each is given before and left with after
summary       a result                      → Summary       what stays of it while the others are graded
writing       summaries                     → class.csv and index.html, beside everybody's reports
"""

from grader.cohort.grading import ClassResult, OneMachine, grade_class
from grader.cohort.roster import ClassMember, read_class

__all__ = ["ClassMember", "ClassResult", "OneMachine", "grade_class", "read_class"]
