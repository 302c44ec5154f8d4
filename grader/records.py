"""The frozen records that flow between the stages, and that every report is made from.

Course      Assignment ⊃ Lab ⊃ Module, Criterion, Limits      what is asked
            Rubric ⊃ RubricLab ⊃ Criterion                    what a decision rests on
Submission  Submission                                         what was handed in
Judge       LabResult ⊃ CheckResult ⊃ Finding, Measurement     what was found
Review      Review                                             what a person decided
History     Standing, Since                                    in time or late, and what changed
Verdict     Verdict ⊃ LabVerdict ⊃ CriterionResult             what follows
Report      Record                                             all of it: report.json
"""

from __future__ import annotations

import builtins
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from grader.environments import DEFAULT, STRANGER
from grader.reasons import Reason, Refusal

SCHEMA_VERSION = 1
DOCUMENT_CHARACTERS = 20_000
"""Of a document that a person reviews, kept at most: some three thousand words."""


PYTHON_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
"""Classes that are Python's own. Of any other, the name is a text of the student's like the message."""


class Outcome(StrEnum):
    """Of one check. REVIEW: a person decides. UNGRADED is our fault and never costs a student."""

    PASSED = "passed"
    PARTLY = "partly"
    """It reached its lower floor: part of its points, and the checks that need it run."""
    FAILED = "failed"
    REVIEW = "review"
    BLOCKED = "blocked"
    UNGRADED = "ungraded"


class Decision(StrEnum):
    """Of a whole submission, and of each lab and criterion in it."""

    PASS = "pass"  # noqa: S105 - no password
    REVISE = "revise"
    REVIEW = "review"
    UNGRADED = "ungraded"


class Weight(StrEnum):
    """What a criterion counts for: the lab's text demands it, it is good practice beyond it, or a bonus."""

    REQUIRED = "required"
    ADVICE = "advice"
    BONUS = "bonus"
    """It can add points and never costs any."""


class Fault(StrEnum):
    """Who has to act on a check that did not pass."""

    STUDENT = "student"
    COURSE = "course"
    GRADER = "grader"


# ── Course ────────────────────────────────────────────────────────────────────────────────────────────────


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the course makes of late work and of work that is handed in again."""

    late: str = "note"
    """``note``: late work is graded, and the report says that it was late; ``refuse``: it can't pass; ``reduce``:
    each day that has begun costs ``late_percent`` of all points."""
    late_percent: float = 0.0
    revisions: int | None = None
    """How often work may be handed in again after the first time; ``None``: as often as one likes."""


class Terms(Struct, frozen=True, kw_only=True):
    """When one repository's work is due, and what follows if it comes later."""

    deadline: str = ""
    """As the rubric writes it: ``Friday 18:00 Africa/Lagos``."""
    due: str = ""
    """The moment that holds for this repository, ISO 8601 with the zone's offset; empty if there is none."""
    extension: str = ""
    """Where more time was granted, and why; empty if it was not."""
    passed_over: str = ""
    """Of an extension that is before the deadline, and so doesn't hold: a sentence."""
    policy: Policy = Policy()


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What student code may use; each from the rubric, with these defaults."""

    check_seconds: float = 20.0
    """Of computing in one check, the student's import included, and of waiting; the kernel's account decides."""
    total_seconds: float = 300.0
    """Of computing in a lab's whole suite."""
    memory_mb: int = 1024
    """Memory of one container, tmpfs included."""
    processes: int = 128
    """Processes and threads of one container."""
    disk_mb: int = 64
    """The writable tmpfs, the only place student code can write to."""
    reply_mb: int = 64
    """Largest reply to one question."""
    read_seconds: float = 30.0
    """Of the judge's own computing, for reading one thing that a student wrote: a hundred times what it takes."""
    cpus: float = 1.0


class Module(Struct, frozen=True, kw_only=True):
    """One file that the student hands in, and the environment it runs in."""

    name: str
    """How checks speak of it: ``student.mlp_numpy``."""
    file: str
    """Path relative to the lab's folder."""
    environment: str = DEFAULT
    """A row of ``grader.environments``."""
    arrays: str = ""
    """What its functions are given: ``numpy`` or ``tensor``; empty: tensors where torch is."""
    interface: dict[str, Any] = field(default_factory=dict)
    """What a mapping may spell differently; plain data from the rubric, read by the worker's adapter."""
    optional: bool = False
    """Without it nothing is lost: what it would have earned is a bonus, or advice."""


class Share(Struct, frozen=True, kw_only=True):
    """What one check of a criterion is worth."""

    points: float
    partly: float = 0.0
    """What of them its lower floor earns."""


class Criterion(Struct, frozen=True, kw_only=True):
    """A line of the rubric: what is judged, what it counts for, and the checks that all must pass."""

    id: str
    title: str
    weight: Weight = Weight.REQUIRED
    points: float = 0.0
    checks: tuple[str, ...] = ()
    shares: dict[str, Share] = field(default_factory=dict)
    """Check → what it is worth; empty: the points are earned together or not at all."""
    part: str = ""
    """The part of its lab; empty where the lab has none."""
    category: str = ""
    """What its points count towards; empty where the assignment has no grade."""
    manual: str = ""
    """Guidance for the person who decides it; empty for a criterion that checks decide."""


class Part(Struct, frozen=True, kw_only=True):
    """A part of a lab, as its text names it, and the points that its criteria share."""

    id: str
    title: str
    points: float


class Category(Struct, frozen=True, kw_only=True):
    """What criteria of any lab count towards together: a share of the grade, or a bonus on top of it."""

    id: str
    title: str
    weight: float = 0.0
    """In percent of the grade; those of all categories make 100."""
    bonus: float = 0.0
    """What it can add to the grade; a category has a weight or a bonus."""


class Scale(Struct, frozen=True, kw_only=True):
    """How points become a grade of at most 100: see ``grader.grade``."""

    categories: tuple[Category, ...]
    needed: float
    """The grade that passes."""
    no_zero: tuple[str, ...] = ()
    """Labs in each of which at least something has to be earned."""


class RubricLab(Struct, frozen=True, kw_only=True):
    """One lab's criteria."""

    id: str
    title: str
    criteria: tuple[Criterion, ...]
    parts: tuple[Part, ...] = ()


class Rubric(Struct, frozen=True, kw_only=True):
    """What a decision rests on: the criteria that were asked for, and the points that they need together."""

    labs: tuple[RubricLab, ...]
    pass_points: float | None = None
    """``None``: no sum of points decides, but all required criteria."""
    scale: Scale | None = None
    """``None``: points make no grade."""
    suite: str = "all"
    """``public``: hidden checks and what people decide are left out."""


class Edit(Struct, frozen=True, kw_only=True):
    """A change of one reference file: a text in it that occurs exactly once, or all of it."""

    file: str
    replace: str = ""
    with_: str = ""
    instead: str = ""
    """The file that takes its place, relative to the folder of ``mistakes.yaml``: a notebook, weights."""
    missing: bool = False
    """It isn't handed in."""

    @property
    def is_text(self) -> bool:
        """Whether a text is replaced, so that the result can be run as a mutant."""
        return not (self.instead or self.missing)


class Mistake(Struct, frozen=True, kw_only=True):
    """A wrong submission kept on purpose: the reference with one wrong idea."""

    id: str
    idea: str
    """What a student thought, in one line."""
    edits: tuple[Edit, ...]
    fails: tuple[str, ...]
    """The checks it must fail."""
    diagnosis: str = ""
    """The sentence its finding must carry, where the bug is nameable."""


class Lab(Struct, frozen=True, kw_only=True):
    """One part of an assignment, with its own files, suite and reference."""

    id: str
    """``lab1_mlp``: also the name of its folders in the course."""
    assignment: str
    title: str
    folder: str
    """The student's folder, relative to the repository's root; ``""`` is the root itself."""
    modules: tuple[Module, ...]
    criteria: tuple[Criterion, ...]
    parts: tuple[Part, ...] = ()
    """What its text is divided into; empty where points aren't counted by parts."""
    limits: Limits = Limits()
    suite: Path = Path()
    """Holds ``public/`` and ``hidden/``; relative to the course, like ``reference``."""
    reference: Path = Path()
    """Labs of one assignment may share it."""
    mistakes_in: Path = Path()
    """Holds ``mistakes.yaml`` and the files that it names; the reference itself, unless that is shared."""
    mistakes: tuple[Mistake, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    """Free settings for the lab's suite, e.g. where its data comes from."""
    given: tuple[str, ...] = ()
    """Files of the reference that students get as they are, and that are never graded: data, a simulation."""
    fixed: tuple[str, ...] = ()
    """Given files that are laid over the student's: whatever stands there under their names, these run."""
    stand_ins: dict[str, str] = field(default_factory=dict)
    """Given file → the reference's file that stands in its place where student code is tested: data that holds the
    answers is never there."""
    tools: tuple[str, ...] = ()
    """Files of the reference that run beside the student's code, in its sandbox; public, and students get them."""
    drafting: tuple[str, ...] = ()
    """Further tools, that draft mappings for `grade map` and are there for nothing else."""
    documents: dict[str, str] = field(default_factory=dict)
    """What is handed in beside code and read as text: name → path relative to the lab's folder."""
    not_installed: tuple[str, ...] = ()
    """Libraries that students may use though no environment has them: what fails without waits for a person."""
    project: bool = False
    """About the repository as a whole: it has no modules, sees every file, and runs the repository's commands."""
    tested: tuple[str, ...] = ()
    """Of a project: the other labs' module files, relative to the repository, whose tests it judges."""

    @property
    def environments(self) -> tuple[str, ...]:
        """The sandboxes that its checks need."""
        return (STRANGER,) if self.project else tuple(dict.fromkeys(m.environment for m in self.modules))


class Waiver(Struct, frozen=True, kw_only=True):
    """A check that somebody takes out of everybody's verdict: it counts as if it held."""

    lab: str
    check: str
    by: str
    reason: str
    at: str
    """ISO date."""


class Assignment(Struct, frozen=True, kw_only=True):
    """What one repository is graded for."""

    id: str
    title: str
    labs: tuple[Lab, ...]
    root: Path
    """The course's folder."""
    deadline: str = ""
    """As written in the rubric, e.g. ``2026-11-27 18:00 Africa/Lagos``."""
    opens: str = ""
    """ISO date of the day on which work on it begins: says which week's ``Friday`` is meant."""
    policy: Policy = Policy()
    pass_points: float | None = None
    """Points needed to pass, where the rubric counts points; ``None``: all required criteria."""
    scale: Scale | None = None
    """How points become a grade; ``None``: they are summed up, or there are none."""
    digest: str = ""
    """sha256 of rubric, suites and references: with it a verdict can be replayed."""
    public: bool = False
    """It is what students have: no hidden check, and of references only what is given."""
    waivers: tuple[Waiver, ...] = ()


class CourseVersion(Struct, frozen=True, kw_only=True):
    """Which state of the course's own git repository was used; empty where the course is in none."""

    commit: str = ""
    tag: str = ""
    """Of that commit, if it has one; of several the latest."""
    dirty: bool = False
    """Whether rubrics, suites or references were not those of the commit."""

    def __str__(self) -> str:
        """``v2026.1 (4a5b6c7d8e9f), with changes that were not committed``."""
        if not self.commit:
            return ""
        name = f"{self.tag} ({self.commit[:12]})" if self.tag else self.commit[:12]
        return name + ", with changes that were not committed" * self.dirty


class Mapping(Struct, frozen=True, kw_only=True):
    """How a repository spells one module's interface: Python expressions, run on the student's side only."""

    module: str
    file: str
    load: str = "definitions"
    """``definitions`` (imports, classes, functions, constants) or ``import`` (the file as it is)."""
    pythonpath: tuple[str, ...] = ()
    spellings: dict[str, str] = field(default_factory=dict)
    """``make``, each tensor, each method, or ``step``: name → expression."""
    derived: dict[str, str] = field(default_factory=dict)
    """What it leaves out → the function of the lab's tools that it follows by, as ``derive.loss``."""
    hollow: tuple[str, ...] = ()
    """Of what is derived: what follows from nothing but other methods, so that a check of it is not counted."""
    called: tuple[str, ...] = ()
    """Methods that the class has as the lab asks for them, and the mapping leaves out."""
    notes: tuple[str, ...] = ()
    """What of it does not count, and why."""
    by_instructor: bool = False
    """It may compute and drop what is not comparable, and the report says so; a student's own may not."""
    where: str = ""
    """``grade.yml:12``: where it was written, for messages."""


# ── Submission ────────────────────────────────────────────────────────────────────────────────────────────


class Submission(Struct, frozen=True, kw_only=True):
    """One commit of one repository, read as data."""

    url: str
    """Without credentials."""
    ref: str
    commit: str
    """40 hex digits; empty for a plain folder."""
    committed_at: str
    """ISO 8601, the student's to forge; empty for a plain folder."""
    files: dict[str, bytes]
    """Path → content: only regular files, only those that labs or mappings may need, sorted by path."""
    paths: tuple[str, ...]
    """Every path of the commit (bounded), sanitised for display: near misses are found in it."""
    notes: tuple[str, ...] = ()
    """What was left out and why: links, too large, odd names."""
    executable: tuple[str, ...] | None = None
    """Of the files, those that may be executed; ``None``: nobody knows."""
    branch: str = ""
    """The default branch, if it was asked for; empty if nobody knows."""


class CommitStatus(Struct, frozen=True, kw_only=True):
    """What the forge says of a commit's checks."""

    state: str
    """``success``, ``failure``, ``pending``, ``none`` (it has no checks), or ``unread``."""
    source: str
    """Who said so, or why nobody was asked."""
    failed: tuple[str, ...] = ()
    """Names of the checks that did not succeed; the student's to choose."""


# ── Judge ─────────────────────────────────────────────────────────────────────────────────────────────────


class Series(Struct, frozen=True, kw_only=True):
    """One line of a plot."""

    label: str
    y: tuple[float | None, ...]
    """A report writes ``None`` where a value is not finite: a gap in the line."""
    x: tuple[float, ...] = ()
    """Empty: 1, 2, 3, …"""
    role: str = "yours"
    """``yours``, ``reference``, ``other``, ``deviation`` or ``limit``: decides colour and dash."""


class Plot(Struct, frozen=True, kw_only=True):
    """Curves to draw, the student's against the reference's, and what may stand beneath them."""

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    log_y: bool = False
    beneath: Plot | None = None
    """A second panel on the same x axis: the deviation and its limit."""


class Measurement(Struct, frozen=True, kw_only=True):
    """A number that was measured, with what was allowed."""

    name: str
    value: float | None
    """A report writes ``None`` for a value that is not finite."""
    limit: float | None = None
    better: str = "lower"
    """``lower``: passes at or below the limit; ``higher``: at or above."""
    unit: str = ""


class SourceLine(Struct, frozen=True, kw_only=True):
    """A line of the submission as it was handed in: read from the commit, never from a running process."""

    file: str
    number: int
    text: str


class Finding(Struct, frozen=True, kw_only=True):
    """What a failed check reports, in the order in which it is shown. Empty fields are not shown."""

    headline: str
    """What is wrong, in one sentence a beginner understands."""
    call: str = ""
    """What was called: ``MLP(5, 7, 3).gradients(X, y)`` with X of shape (8, 5)."""
    yours: str = ""
    expected: str = ""
    where: str = ""
    """``W1[2, 0]``, or the student's file and line."""
    how_many: str = ""
    how_far: str = ""
    allowed: str = ""
    diagnosis: str = ""
    """The bug's name, if it is known; never a guess."""
    diagnosis_id: str = ""
    """Which mistake or rule said so; for ``grade verify``."""
    hint: str = ""
    traceback: str = ""
    """The student's own, cut to their files."""
    lines: tuple[SourceLine, ...] = ()
    """The lines that the traceback names, outermost first."""
    secret: tuple[str, ...] = ()
    """Names of the fields above that a student's copy of the report must not show (hidden checks)."""


class CheckResult(Struct, frozen=True, kw_only=True):
    """What became of one check."""

    id: str
    lab: str
    promise: str
    """The check's docstring: the sentence that holds if it passed."""
    outcome: Outcome
    criterion: str = ""
    hidden: bool = False
    fault: Fault | None = None
    finding: Finding | None = None
    note: str = ""
    """Said also when it passed: a convention, a caveat."""
    counted: bool = True
    """False: UNGRADED by nobody's fault, for it would test nothing of the student's; ``note`` says why."""
    handed_in: bool = True
    """False: not counted, for it is about an optional file that is not there; it earns nothing."""
    waived: Waiver | None = None
    """Not counted, and taken as held: who says so, and why; ``note`` says what it found."""
    waited_for: str = ""
    """BLOCKED: the check it needed."""
    seconds: float = 0.0
    measurements: tuple[Measurement, ...] = ()
    plots: tuple[Plot, ...] = ()
    network: tuple[str, ...] = ()
    """What it rests on that was asked of the network, in words: a replay leaves it out."""


class Fetched(Struct, frozen=True, kw_only=True):
    """What became of a phase in which a sandbox could fetch packages.

    Attributes:
        unavailable: Why there was no index to fetch from, a sentence; empty if there was one.
        index_failed: How an index could not be reached, as sentences: nothing inside can have caused it.
        index_broke: How one fell silent or broke off: most likely our fault, and hostile code can provoke it.
        limit: The bound of ours that was reached, a sentence.
        refused: Host and port that were asked for and not let through → why.
        hosts: A line for each host: connections, bytes, what was refused or failed.
    """

    unavailable: str = ""
    index_failed: tuple[str, ...] = ()
    index_broke: tuple[str, ...] = ()
    limit: str = ""
    refused: dict[str, str] = {}
    hosts: tuple[str, ...] = ()


class Usage(Struct, frozen=True, kw_only=True):
    """What the processes of one sandbox have used since it started, as the kernel says it."""

    cpu_seconds: float
    delay_seconds: float = 0.0
    """Time that they were ready to run and had no core."""
    frozen: bool = False
    """Whether the sandbox is paused at this moment."""
    memory_kills: int = 0
    """Processes that were killed because the sandbox's memory was full."""
    host_kills: int = 0
    """Processes that were killed because this machine's was, while theirs had room."""


class MappingMismatch(Struct, frozen=True, kw_only=True):
    """A mapping's expression does not fit the repository."""

    module: str
    message: str


class LabResult(Struct, frozen=True, kw_only=True):
    """What came of judging one lab."""

    lab: str
    checks: tuple[CheckResult, ...] = ()
    """In the order in which they ran."""
    mismatches: tuple[MappingMismatch, ...] = ()
    trouble: str = ""
    """What was wrong with the suite or with us; empty if the suite ran to its end."""
    interrupted: bool = False
    """Ctrl-C: what was judged by then is here."""


# ── Review ────────────────────────────────────────────────────────────────────────────────────────────────


class Document(Struct, frozen=True, kw_only=True):
    """A text that was handed in beside code, as a person reviews it."""

    lab: str
    name: str
    file: str
    text: str
    """Hostile, like everything that a student writes; a report has at most ``DOCUMENT_CHARACTERS`` of it."""


class Review(Struct, frozen=True, kw_only=True):
    """What a person decided about one manual criterion of one attempt; or about all of it, where both are empty."""

    lab: str
    criterion: str
    decision: Decision
    """PASS or REVISE; in a gradebook also REVIEW: what was decided is taken back."""
    points: float | None = None
    """Of those that waited for a person; ``None``: all or none."""
    by: str
    comment: str = ""
    """Shown to the student."""
    decided_at: str = ""


# ── Verdict and report ────────────────────────────────────────────────────────────────────────────────────


class CriterionResult(Struct, frozen=True, kw_only=True):
    """A criterion with what became of it."""

    id: str
    title: str
    lab: str
    weight: Weight
    decision: Decision
    earned: float = 0.0
    waiting: float = 0.0
    """Points that a person still decides on."""
    ungraded: float = 0.0
    """Points that could not be graded: our fault."""
    points: float = 0.0
    checks: tuple[str, ...] = ()
    shares: dict[str, Share] = field(default_factory=dict)
    part: str = ""
    category: str = ""
    failed: tuple[str, ...] = ()
    manual: str = ""
    """Guidance for the person who decides it; not in the student's copy."""
    review: Review | None = None
    """What that person decided; ``None``: nobody has yet, or checks decide."""


class LabVerdict(Struct, frozen=True, kw_only=True):
    """One lab's decision."""

    id: str
    title: str
    decision: Decision
    """Where points are counted: whether it alone keeps the whole from passing."""
    criteria: tuple[CriterionResult, ...]
    parts: tuple[Part, ...] = ()


class CategoryResult(Struct, frozen=True, kw_only=True):
    """What was earned towards one category, and what that is of the grade."""

    id: str
    title: str
    weight: float
    bonus: float
    earned: float
    points: float
    counts: float
    """Of the grade: the weight, or the bonus, times earned by points."""


class Grade(Struct, frozen=True, kw_only=True):
    """The grade, and each step to it: the categories, the cap at 100, and what being late costs."""

    value: float
    best: float
    """What it becomes if all that is still open comes out well."""
    needed: float
    categories: tuple[CategoryResult, ...]
    late: float = 0.0
    """Taken off for being late."""
    zero: tuple[str, ...] = ()
    """Labs in which nothing was earned, though something has to be."""


class Verdict(Struct, frozen=True, kw_only=True):
    """The decision, and what it follows from."""

    decision: Decision
    labs: tuple[LabVerdict, ...]
    refusal: Refusal | None = None
    """Why the course's policy does not accept the work; it then asks to revise, whatever else holds."""
    reasons: tuple[Reason, ...] = ()
    earned: float = 0.0
    points: float = 0.0
    grade: Grade | None = None
    """``None``: points make none. Otherwise ``earned`` is its value, and ``points`` 100."""


class Standing(Struct, frozen=True, kw_only=True):
    """When an attempt was handed in, and its number in the order of hand-ins."""

    came: str
    """When it was handed in, ISO 8601."""
    source: str
    """Who says so: ``received`` (the forge, or whoever took it in), ``fetched`` (the grader's own clock when it
    first saw the commit) or ``committed`` (the commit itself: the student's to forge)."""
    late_seconds: float = 0.0
    hand_in: int = 0
    """1 for the first commit of this repository that was graded, 2 for the next; 0 for a folder without commits."""


class Since(Struct, frozen=True, kw_only=True):
    """The attempt before, and what changed since. Checks are written as ``lab/check``."""

    attempt: int
    """Its number in the gradebook."""
    graded_at: str
    commit: str
    verdict: Decision
    mended: tuple[str, ...] = ()
    """Passed now, and did not then."""
    broken: tuple[str, ...] = ()
    """Passed then, and do not now."""


class Timing(Struct, frozen=True, kw_only=True):
    """Wall time of one stage."""

    stage: str
    seconds: float


class Record(Struct, frozen=True, kw_only=True):
    """Everything about one attempt: ``report.json``. All other reports are made from it."""

    schema_version: int = SCHEMA_VERSION
    verdict: Decision
    assignment: str
    title: str = ""
    url: str = ""
    ref: str = ""
    commit: str = ""
    committed_at: str = ""
    graded_at: str = ""
    attempt: int = 0
    """Its number in the gradebook; 0 if it was not kept."""
    received_at: str = ""
    """When the work was handed in, as the forge or CI says; empty if nobody said."""
    terms: Terms = Terms()
    standing: Standing | None = None
    """``None`` for what is no hand-in: public checks alone, an interrupted grading, a folder that came anyhow."""
    since: Since | None = None
    """``None`` for a first attempt."""
    override: Review | None = None
    """What a person decided about the whole, whatever follows from its checks."""
    refused: str = ""
    """Why the policy doesn't accept this attempt, whatever its checks say; empty if it does."""
    files: tuple[str, ...] = ()
    """The student's files that the labs' modules were read from, relative to the repository."""
    sandbox: str = ""
    """``docker`` or ``local``."""
    protects: bool | None = None
    """Whether the sandbox kept this machine and the hidden checks from the student's code. ``None``: written
    before this was recorded, when only ``local`` did not."""
    device: str = "cpu"
    suite: str = "all"
    image_digests: dict[str, str] = field(default_factory=dict)
    """Environment → image id."""
    suite_digest: str = ""
    course: CourseVersion = CourseVersion()
    mapping_digest: str = ""
    """sha256 of the mapping that the instructor gave; empty if none was."""
    data: tuple[str, ...] = ()
    """Names of the real data that the instructor gave."""
    seed: str = ""
    """The secret seed, 128 bits in hex; empty in the student's copy."""
    grader_version: str = ""
    reasons: tuple[str, ...] = ()
    earned: float = 0.0
    points: float = 0.0
    pass_points: float | None = None
    """Points needed to pass, where the rubric counts points."""
    scale: Scale | None = None
    """How points become a grade; ``None``: they are summed up, or there are none."""
    grade: Grade | None = None
    """``None``: points make none. Otherwise ``earned`` is its value, and ``points`` 100."""
    labs: tuple[LabVerdict, ...] = ()
    criteria: tuple[CriterionResult, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    documents: tuple[Document, ...] = ()
    """What a person has to read; not in the student's copy, since they wrote it."""
    notes: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    """What went wrong on our side, in full; empty in the student's copy, since it may quote the suite."""
    timings: tuple[Timing, ...] = ()
    partial: bool = False
    """True if grading was interrupted: what was graded by then is kept."""


class SafeRecord(Record, frozen=True, kw_only=True):
    """A record that may be shown: every text printable, every number finite.

    Sanitising makes it, once, and a gradebook keeps nothing else; so no report can be made from any other.
    """
