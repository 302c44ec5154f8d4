"""A repository as a whole: its README, its workflow, its tests. Texts are read here; nothing of them runs here.

readme      whether a stranger can follow it         markdown    a README → its code blocks (rst: likewise)
typed       a block → the lines that are typed       plan        blocks → steps, and alternatives
stranger    the steps, typed into a real bash        causes      a command that failed → why
ci          whether a push runs the tests            workflow    a workflow → when it runs, and what
runner      jobs, run as GitHub runs them            globs       its filters; expressions: its ``${{ }}``
tested      whether the tests run and notice         broken      copies in which every function raises
teeth       what is tested, which bugs are seen      mutants     a function → variants that are wrong
suites      test files → tests, what they assert     functions   modules → their public functions
sandbox     what can be done with a repository       outcome     what happened → pass, revise, review
"""

from grader.checks.project.blocks import TooMuch
from grader.checks.project.ci import judge_ci, starting_workflows
from grader.checks.project.mutation import Cover, MutationResult, cover, mutation_score
from grader.checks.project.outcome import Conclusion, ProjectOutcome
from grader.checks.project.plan import Plan, find_readme, read_plan
from grader.checks.project.readme import judge_readme, read_readme
from grader.checks.project.readme_run import ReadmeRun, Result
from grader.checks.project.sandbox import Played, ProjectSandbox, Ran
from grader.checks.project.suites import tests
from grader.checks.project.tested import judge_tests
from grader.checks.project.workflow import Workflow, workflows

__all__ = [
    "Conclusion",
    "Cover",
    "MutationResult",
    "Plan",
    "Played",
    "ProjectOutcome",
    "ProjectSandbox",
    "Ran",
    "ReadmeRun",
    "Result",
    "TooMuch",
    "Workflow",
    "cover",
    "find_readme",
    "judge_ci",
    "judge_readme",
    "judge_tests",
    "mutation_score",
    "read_plan",
    "read_readme",
    "starting_workflows",
    "tests",
    "workflows",
]
