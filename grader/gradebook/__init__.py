"""What was graded is kept: every attempt with its record, and what people decided about it.

Gradebook       what any gradebook promises: attempts are added, reviews are added, nothing is ever changed
Kept            an attempt as it was graded, with the reviews since
open_gradebook  the one that was asked for, of ``GRADER_GRADEBOOK``, or in the user's data folder
existing_gradebook  the same, for who only reads: none is made
sql             what both kinds share: two tables, and what is asked of them
sqlite          a file
postgresql      a database on a server
"""

from grader.gradebook.gradebook import Gradebook, Kept, part, repository_key
from grader.gradebook.place import existing_gradebook, open_gradebook

__all__ = ["Gradebook", "Kept", "existing_gradebook", "open_gradebook", "part", "repository_key"]
