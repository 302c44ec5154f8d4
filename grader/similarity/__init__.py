"""Pairs of submissions that are more alike than the class is: evidence for a person, never a verdict.

Work      what one member wrote: Python files by path
alike     works, and what everybody was given   → Comparison   all pairs, and those that stand out
to_page   a comparison                          → HTML         the pairs side by side

Nothing is run: texts are cut into tokens and compared by winnowing (Schleimer, Wilkerson and Aiken, 2003), as the
library copydetect does it. What the starter or the reference has is subtracted first.
"""

from grader.similarity.compare import Comparison, Pair, Work, alike
from grader.similarity.page import to_page

__all__ = ["Comparison", "Pair", "Work", "alike", "to_page"]
