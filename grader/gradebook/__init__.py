"""What was graded is kept: every attempt with its record, and what people decided about it.

Gradebook   one SQLite file: attempts are added, reviews are added, nothing is ever changed or taken out
Kept        an attempt as it was graded, with the reviews since
place       which file: what was asked for, ``GRADER_GRADEBOOK``, or the user's data folder
"""

from grader.gradebook.book import Gradebook, Kept, part, repository_key
from grader.gradebook.place import place

__all__ = ["Gradebook", "Kept", "part", "place", "repository_key"]
