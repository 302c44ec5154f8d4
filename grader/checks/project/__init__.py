"""A repository as a whole: its README, its workflow, its tests. All of it is read as text; nothing runs here.

commands    a line of shell → commands that are understood
readme      a README → the commands in it                  workflow   a workflow → when it runs, and what
packages    ``pip install …`` → what the index can give    stranger   commands, one after the other, in a fresh room
functions   modules → their public functions               mutants    a function → variants that are wrong
suites      test files → tests, and what they assert       teeth      what is tested, and which bugs are seen
room        what a suite can do with a repository
"""

from grader.checks.project.commands import Command, Kind
from grader.checks.project.readme import find_readme, readme_commands
from grader.checks.project.room import Ran, Room, ways_to_test
from grader.checks.project.stranger import Result, Step, Walk, failed
from grader.checks.project.suites import tests
from grader.checks.project.teeth import Bite, Cover, bite, cover
from grader.checks.project.workflow import Workflow, workflows

__all__ = [
    "Bite",
    "Command",
    "Cover",
    "Kind",
    "Ran",
    "Result",
    "Room",
    "Step",
    "Walk",
    "Workflow",
    "bite",
    "cover",
    "failed",
    "find_readme",
    "readme_commands",
    "tests",
    "ways_to_test",
    "workflows",
]
