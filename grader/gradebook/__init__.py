"""What was graded is kept: every attempt with its record, and what people decided about it.

Gradebook       what any gradebook promises: attempts are added, reviews are added, nothing is ever changed
Kept            an attempt as it was graded, with the reviews since
open_gradebook  the one that was asked for, of ``GRADER_GRADEBOOK``, or in the user's data folder
existing_gradebook  the same, for who only reads: none is made
sqlite          the one kind there is
"""

from grader.gradebook.gradebook import Gradebook, Kept, part, repository_key
from grader.gradebook.place import existing_gradebook, open_gradebook, place

__all__ = ["Gradebook", "Kept", "existing_gradebook", "open_gradebook", "part", "place", "repository_key"]
