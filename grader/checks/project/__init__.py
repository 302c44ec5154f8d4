"""A repository as a whole: its README, its workflow, its tests. All of it is read as text; nothing runs here.

commands    a line of shell → commands that are understood
readme      a README → the commands in it                  workflow   a workflow → when it runs, and what
packages    ``pip install …`` → what the index can give    readme_run commands, one by one, in a fresh sandbox
functions   modules → their public functions               mutants    a function → variants that are wrong
suites      test files → tests, and what they assert       mutation   what is tested, and which bugs are seen
sandbox     what a suite can do with a repository
"""

from grader.checks.project.commands import Command, CommandKind
from grader.checks.project.mutation import Cover, MutationResult, cover, mutation_score
from grader.checks.project.readme import find_readme, readme_commands
from grader.checks.project.readme_run import ReadmeRun, Result, Step, failed
from grader.checks.project.sandbox import ProjectSandbox, Ran, ways_to_test
from grader.checks.project.suites import tests
from grader.checks.project.workflow import Workflow, workflows

__all__ = [
    "Command",
    "CommandKind",
    "Cover",
    "MutationResult",
    "ProjectSandbox",
    "Ran",
    "ReadmeRun",
    "Result",
    "Step",
    "Workflow",
    "cover",
    "failed",
    "find_readme",
    "mutation_score",
    "readme_commands",
    "tests",
    "ways_to_test",
    "workflows",
]
