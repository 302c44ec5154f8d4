"""A repository as a whole: its README, its workflow, its tests. Texts are read here; nothing of them runs here.

readme      whether a stranger can follow it         markdown    a README → its code blocks (rst: likewise)
typed       a block → the lines that are typed       plan        blocks → steps, and alternatives
stranger    the steps, typed into a real bash        causes      a command that failed → why
ci          whether a push runs the tests            workflow    a workflow → when it runs, and what
runner      jobs, run as GitHub runs them            globs       its filters; expressions: its ``${{ }}``
tested      whether the tests run and notice         broken      copies whose functions raise, or lie
documented  how the repository runs its tests        order       whether they pass in another order
mutation    what is tested, which bugs are seen      mutants     a function → variants that are wrong
inspecting  tests that look at code                  controls    a function → the same in other words
suites      test files → tests, what they assert     functions   modules → their public functions
sandbox     what can be done with a repository       outcome     what happened → pass, revise, review
"""

from grader.checks.project.blocks import TooMuch
from grader.checks.project.ci import judge_ci, starting_workflows
from grader.checks.project.documented import commands_for_tests
from grader.checks.project.inspecting import looks, style_checks
from grader.checks.project.mutation import Study, study
from grader.checks.project.order import fails_in_another_order
from grader.checks.project.outcome import Conclusion, ProjectOutcome
from grader.checks.project.plan import Plan, find_readme, read_plan
from grader.checks.project.readme import judge_readme, read_readme
from grader.checks.project.readme_run import ReadmeRun, Result
from grader.checks.project.sandbox import Played, ProjectSandbox, Ran
from grader.checks.project.suites import tests, unnoticed
from grader.checks.project.tested import Way, judge_tests
from grader.checks.project.workflow import Workflow, workflows

__all__ = [
    "Conclusion",
    "Plan",
    "Played",
    "ProjectOutcome",
    "ProjectSandbox",
    "Ran",
    "ReadmeRun",
    "Result",
    "Study",
    "TooMuch",
    "Way",
    "Workflow",
    "commands_for_tests",
    "fails_in_another_order",
    "find_readme",
    "judge_ci",
    "judge_readme",
    "judge_tests",
    "looks",
    "read_plan",
    "read_readme",
    "starting_workflows",
    "study",
    "style_checks",
    "tests",
    "unnoticed",
    "workflows",
]
