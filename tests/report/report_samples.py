"""Records as grading leaves them: one per verdict, and one that a hostile submission made."""

import math
from pathlib import Path

from msgspec.structs import replace

from grader.records import (
    Category,
    CheckResult,
    Criterion,
    Decision,
    Document,
    Fault,
    Finding,
    Measurement,
    Outcome,
    Part,
    Plot,
    Policy,
    Record,
    Review,
    Rubric,
    RubricLab,
    Scale,
    Series,
    Share,
    Since,
    SourceLine,
    Standing,
    Terms,
    Timing,
    Weight,
)
from grader.record import with_reviews
from grader.report.machine import decode, encode
from grader.report.sanitizer import sanitize
from grader.report.reasons import sentence
from grader.verdict import decide

SEED = "5f1c0a9d3b7e42218c6d90ab12ef3467"

PROMISES = {
    "init.finite": "The initial weights are finite and not all equal.",
    "init.seeded": "The same seed gives the same weights, another seed others.",
    "forward.logits": "Your forward pass gives the logits of the network, for any batch size.",
    "forward.pure": "Calling forward changes neither the inputs nor the parameters.",
    "loss.value": "The loss is the mean cross-entropy of the softmax of the logits.",
    "gradients.W2": "Your backward pass gives the true gradient of the loss for W2.",
    "gradients.b2": "Your backward pass gives the true gradient of the loss for b2.",
    "gradients.W1": "Your backward pass gives the true gradient of the loss for W1.",
    "gradients.b1": "Your backward pass gives the true gradient of the loss for b1.",
    "fit.rule": "fit makes one step of plain SGD for each mini-batch.",
    "fit.curve": "Your loss curve is the reference's, step by step, from the same weights and batches.",
    "digits.accuracy": "Trained on real digits, the network reaches the accuracy floor.",
    "source.numpy_only": "mlp_numpy.py imports NumPy and the standard library only.",
    "port.curve": "The PyTorch port's loss curve is that of the NumPy network.",
    "softmax.extreme": "The loss stays finite for logits as large as ±10,000.",
}

CRITERIA = (
    Criterion(id="init", title="Initialisation", checks=("init.finite", "init.seeded")),
    Criterion(
        id="forward", title="Forward pass and loss", checks=("forward.logits", "forward.pure", "loss.value")
    ),
    Criterion(
        id="backprop",
        title="Backpropagation by hand",
        checks=("gradients.W2", "gradients.b2", "gradients.W1", "gradients.b1"),
    ),
    Criterion(id="training", title="Training", checks=("fit.rule", "fit.curve", "digits.accuracy")),
    Criterion(id="port", title="PyTorch port", checks=("port.curve",)),
    Criterion(id="rules", title="NumPy only", checks=("source.numpy_only",)),
    Criterion(id="stability", title="Numerical stability", weight=Weight.ADVICE, checks=("softmax.extreme",)),
)
CRITERION_OF = {check: c.id for c in CRITERIA for check in c.checks}
PUBLIC = ("init.finite", "forward.logits", "loss.value", "source.numpy_only")

RUBRIC = Rubric(labs=(RubricLab(id="lab1_mlp", title="MLP from scratch, then PyTorch", criteria=CRITERIA),))


PUBLIC_RUBRIC = Rubric(
    labs=(
        replace(
            RUBRIC.labs[0],
            criteria=tuple(
                replace(c, checks=tuple(id for id in c.checks if id in PUBLIC))
                for c in CRITERIA
                if set(c.checks) & set(PUBLIC)
            ),
        ),
    ),
    suite="public",
)


def safe(**fields):
    """A record as a report is made from it."""
    return sanitize(Record(**fields))


def curves(factor=1.0, n=100):
    """A loss curve against the reference's: ``factor`` of the reference's slope, and the deviation beneath."""
    reference = [0.25 + 2.05 * math.exp(-i / 22) + 0.05 * math.sin(i * 1.7) for i in range(n)]
    yours = [r + (1 - factor) * 0.9 * (1 - math.exp(-i / 15)) for i, r in enumerate(reference)]
    deviation = [abs(a - b) / b + 3e-16 for a, b in zip(yours, reference)]
    return Plot(
        title="Loss of each mini-batch",
        x_label="step",
        y_label="loss",
        series=(
            Series(label="yours", y=tuple(yours)),
            Series(label="reference", y=tuple(reference), role="reference"),
        ),
        beneath=Plot(
            title="Deviation",
            x_label="step",
            y_label="relative deviation",
            series=(
                Series(label="deviation", y=tuple(deviation), role="deviation"),
                Series(label="allowed", y=(1e-6, 1e-6), x=(1.0, float(n)), role="limit"),
            ),
            log_y=True,
        ),
    )


def check(id, outcome=Outcome.PASSED, **rest):
    fields = {"hidden": id not in PUBLIC, "seconds": 0.21, "criterion": CRITERION_OF[id], **rest}
    return CheckResult(id=id, lab="lab1_mlp", promise=PROMISES[id], outcome=outcome, **fields)


def record(changed=(), suite="all", **rest):
    """A record of all checks passed, but for those given."""
    changed = {c.id: c for c in changed}
    passed = {
        "fit.curve": check(
            "fit.curve",
            plots=(curves(),),
            measurements=(Measurement(name="largest deviation", value=3e-16, limit=1e-6),),
        ),
        "digits.accuracy": check(
            "digits.accuracy",
            measurements=(Measurement(name="accuracy", value=0.934, limit=0.88, better="higher"),),
        ),
        "gradients.W1": check(
            "gradients.W1",
            note="Your gradients are the sum over the batch, not the mean; the lab allows both.",
        ),
    }
    ids = [id for id in PROMISES if suite == "all" or id in PUBLIC]
    checks = tuple(changed.get(id) or passed.get(id) or check(id) for id in ids)
    verdict = decide(RUBRIC if suite == "all" else PUBLIC_RUBRIC, checks)
    fields = {
        "assignment": "week06",
        "title": "Week 6: an MLP from scratch",
        "url": "https://github.com/students-2026/ada-week06",
        "ref": "main",
        "commit": "9f3c2d1e4b5a69788796a5b4c3d2e1f00f1e2d3c",
        "committed_at": "2026-11-26T21:14:03+01:00",
        "graded_at": "2026-11-27T18:02:11+01:00",
        "files": ("lab1_mlp/mlp_numpy.py", "lab1_mlp/mlp_torch.py"),
        "sandbox": "docker",
        "image_digests": {"numpy": "sha256:2f6c…", "torch": "sha256:91d0…"},
        "suite_digest": "sha256:7a41e0c2",
        "seed": SEED,
        "grader_version": "0.1.0",
        "timings": (Timing(stage="fetch", seconds=0.84), Timing(stage="judge", seconds=6.31)),
        **rest,
    }
    return safe(
        verdict=verdict.decision,
        reasons=tuple(map(sentence, verdict.reasons)),
        earned=verdict.earned,
        points=verdict.points,
        labs=verdict.labs,
        criteria=tuple(c for lab in verdict.labs for c in lab.criteria),
        checks=checks,
        suite=suite,
        **fields,
    )


SECRET = ("yours", "expected")

MASK_MISSING = Finding(
    headline="The gradient of W1 is wrong.",
    call="MLP(5, 7, 3, seed=0).gradients(float64[8, 5], int64[8])",
    yours="W1[2, 0] = -0.0412908",
    expected="W1[2, 0] = 0.0173362",
    where="W1[2, 0], and 20 more places",
    how_many="21 of 35 values differ (60 %)",
    how_far="up to 0.0586, which is 0.74 of the largest value",
    allowed="up to 1e-06 of the largest value",
    diagnosis="The ReLU mask is missing: where the hidden unit was off, nothing may flow back through it.",
    diagnosis_id="relu-mask-missing",
    hint="Multiply dH by (Z1 > 0) before you form dW1 = X.T @ dZ1 and db1.",
    secret=SECRET,
)

RAISED = Finding(
    headline="Your code raised ValueError.",
    call="MLP(784, 32, 10, seed=0).fit(float64[1797, 784], int64[1797], lr=0.1, batches=[60 × int64[32]])",
    yours="ValueError: operands could not be broadcast together with shapes (32,10) (31,10)",
    where="mlp_numpy.py, line 71",
    traceback="mlp_numpy.py, line 88, in fit\n    grads = self.gradients(X[batch], y[batch])\n"
    "mlp_numpy.py, line 71, in gradients\n    dZ2 = P - np.eye(10)[y]",
    lines=(
        SourceLine(file="mlp_numpy.py", number=88, text="grads = self.gradients(X[batch], y[batch])"),
        SourceLine(file="mlp_numpy.py", number=71, text="dZ2 = P - np.eye(10)[y]"),
    ),
    secret=SECRET,
)

ADVICE = Finding(
    headline="The loss is not finite for very large logits.",
    call="MLP(5, 7, 3, seed=0).loss(float64[8, 5], int64[8])",
    yours="nan",
    expected="10021.4",
    diagnosis="The softmax exponentiates the logits as they are: exp(710) is already infinity.",
    diagnosis_id="softmax-unshifted",
    hint="Subtract each row's maximum before np.exp: the softmax stays the same.",
    secret=SECRET,
)


def passed():
    return record()


def revise():
    """A missing ReLU mask, a step that dies, and advice."""
    return record(
        [
            check("gradients.W1", Outcome.FAILED, fault=Fault.STUDENT, finding=MASK_MISSING),
            check(
                "gradients.b1", Outcome.BLOCKED, fault=Fault.STUDENT, waited_for="gradients.W1", seconds=0.0
            ),
            check(
                "fit.curve",
                Outcome.FAILED,
                fault=Fault.STUDENT,
                finding=Finding(
                    headline="Your loss curve leaves the reference's at step 2.",
                    call="MLP(20, 16, 5, seed=0).fit(float64[37, 20], int64[37], lr=0.1, batches=[100 × int64[8]])",
                    yours="2.0817 at step 2",
                    expected="2.0312 at step 2",
                    where="step 2",
                    how_many="99 of 100 steps differ",
                    how_far="up to 0.31 of the reference's loss",
                    allowed="up to 1e-06",
                    diagnosis="The first step agrees and the second does not: the update rule or the gradient is at fault.",
                    diagnosis_id="first-step-2",
                    hint="Fix the gradients first; then compare your weights after a single step.",
                    secret=SECRET,
                ),
                measurements=(
                    Measurement(name="largest deviation", value=0.31, limit=1e-6),
                    Measurement(name="final loss", value=0.87),
                ),
                plots=(curves(0.4),),
            ),
            check("digits.accuracy", Outcome.FAILED, fault=Fault.STUDENT, finding=RAISED),
            check("port.curve", Outcome.BLOCKED, fault=Fault.STUDENT, waited_for="fit.curve", seconds=0.0),
            check("softmax.extreme", Outcome.FAILED, fault=Fault.STUDENT, finding=ADVICE),
        ]
    )


MEAN_MISSING = Finding(
    headline="The gradient of W2 is wrong.",
    call="MLP(5, 7, 3, seed=0).gradients(float64[8, 5], int64[8])",
    yours="W2[0, 1] = 0.3912",
    expected="W2[0, 1] = 0.0489",
    diagnosis="The mean over the batch is missing: each gradient is the sum over the examples.",
    diagnosis_id="mean-missing",
    hint="Divide `P - Y` by the batch size once, before the first product.",
    secret=SECRET,
)
OTHER_LABS = {
    "lab2_cxr": ("Chest X-rays", {
        "split": ("No patient is in two parts", ("split.patients", "split.seeded")),
        "audit": ("The audit finds the confounder", ("audit.groups", "audit.gap", "audit.study")),
        "practice": ("Good practice", ("practice.names",)),
    }),
    "lab3_lstm": ("Forecasting with an LSTM", {
        "cell": ("The cell", ("cell.shapes", "cell.gates", "cell.state")),
        "leak": ("No look-ahead", ("leak.scale", "leak.windows")),
        "practice": ("Good practice", ("practice.names",)),
    }),
}  # fmt: skip


def flawed():
    """A week of three labs with six causes, most of whose checks wait."""
    fails = {
        "lab2_cxr": {
            "split.patients": Finding(
                headline="17 patients are in both train and test.",
                diagnosis="The split is by image, not by patient: the network is tested on people that it knows.",
                hint="Split the patients' ids, then take each one's images.",
            ),
            "practice.names": Finding(headline="Names of one letter hide what a value is."),
        },
        "lab3_lstm": {
            "cell.gates": Finding(
                headline="Your code raised IndexError.", where="cell.py, line 31", yours="IndexError: index 4"
            ),
            "cell.state": Finding(
                headline="Your code raised IndexError.", where="cell.py, line 31", yours="IndexError: index 9"
            ),
            "leak.scale": Finding(
                headline="The scaler has seen the test period.",
                diagnosis="The scaler is fitted on the whole series: the test period leaks into training.",
            ),
        },
    }
    waits = {"audit.groups": "split.patients", "audit.gap": "audit.groups", "audit.study": "audit.gap", "leak.windows": "leak.scale"}  # fmt: skip
    first = record(
        [
            check("gradients.W2", Outcome.FAILED, finding=MEAN_MISSING),
            check(
                "gradients.b2",
                Outcome.FAILED,
                finding=replace(MEAN_MISSING, headline="The gradient of b2 is wrong."),
            ),
            *(
                check(id, Outcome.BLOCKED, waited_for="gradients.W2")
                for id in ("gradients.W1", "gradients.b1", "fit.rule", "fit.curve")
            ),
            check("digits.accuracy", Outcome.BLOCKED, waited_for="fit.curve"),
            check("port.curve", Outcome.BLOCKED, waited_for="fit.curve"),
            check("softmax.extreme", Outcome.FAILED, finding=ADVICE),
        ]
    )
    labs, checks = [RUBRIC.labs[0]], list(first.checks)
    for lab, (title, rows) in OTHER_LABS.items():
        criteria = []
        for id, (name, ids) in rows.items():
            weight = Weight.ADVICE if id == "practice" else Weight.REQUIRED
            criteria.append(Criterion(id=id, title=name, checks=ids, weight=weight))
            for c in ids:
                finding = fails[lab].get(c)
                outcome = Outcome.FAILED if finding else Outcome.BLOCKED if c in waits else Outcome.PASSED
                checks.append(
                    CheckResult(
                        id=c, lab=lab, promise=f"{name} ({c}).", outcome=outcome, criterion=id,
                        finding=finding, waited_for=waits.get(c, ""),
                    )
                )  # fmt: skip
        labs.append(RubricLab(id=lab, title=title, criteria=tuple(criteria)))
    verdict = decide(Rubric(labs=tuple(labs)), tuple(checks))
    return sanitize(
        replace(
            first,
            title="Week 6",
            terms=Terms(deadline="Friday 18:00 Africa/Lagos", due="2026-11-27T18:00:00+01:00"),
            verdict=verdict.decision,
            reasons=tuple(map(sentence, verdict.reasons)),
            labs=verdict.labs,
            criteria=tuple(c for lab in verdict.labs for c in lab.criteria),
            checks=tuple(checks),
        )
    )


def ungraded():
    """The sandbox went away after the forward pass, in a local run that was interrupted."""
    return record(
        [
            check(
                "gradients.W2",
                Outcome.UNGRADED,
                fault=Fault.GRADER,
                finding=Finding(headline="We could not run your code: no sandbox was to be had."),
            ),
            check("gradients.W1", Outcome.UNGRADED, fault=Fault.GRADER, waited_for="gradients.W2"),
            check(
                "fit.curve",
                Outcome.UNGRADED,
                fault=Fault.COURSE,
                finding=Finding(
                    headline="This check is broken; it says nothing about your work.",
                    traceback='File "test_suites/week06/lab1_mlp/hidden/test_fit.py", line 12\n    expected = 1 / 0',
                ),
            ),
        ],
        sandbox="local",
        partial=True,
        notes=("lab1_mlp: the suite did not run to its end; this is not your fault.",),
        troubles=("lab1_mlp: Traceback\n  test_fit.py, line 12\n    expected = 1 / 0",),
    )


def public():
    return record(suite="public", sandbox="local")


GUIDANCE = "Pass if the memo says what the network can't know. Do not count words."
MEMO = "Our network learned digits, not handwriting.\n\nAccuracy on our own digits fell from 93 % to 61 %."


def with_memo(record, *reviews, **rest):
    """The record with a criterion that a person decides, handed in late as the second attempt."""
    criterion = Criterion(id="memo", title="The memo is sound", manual=GUIDANCE)
    lab = replace(RUBRIC.labs[0], criteria=(*CRITERIA, criterion))
    verdict = decide(Rubric(labs=(lab,)), record.checks)
    fields = {
        "documents": (Document(lab="lab1_mlp", name="memo", file="MEMO.md", text=MEMO),),
        "attempt": 17,
        "terms": Terms(
            deadline="Friday 18:00 Africa/Lagos",
            due="2026-11-27T18:00:00+01:00",
            policy=Policy(revisions=2),
        ),
        "standing": Standing(
            came="2026-11-27T18:02:11+01:00", source="received", late_seconds=131.0, hand_in=2
        ),
        "since": Since(
            attempt=12,
            graded_at="2026-11-26T09:30:00+01:00",
            commit="1" * 40,
            verdict=Decision.REVISE,
            mended=("lab1_mlp/gradients.W1", "lab1_mlp/gradients.b1"),
            broken=("lab1_mlp/softmax.extreme",),
        ),
        **rest,
    }
    return with_reviews(
        replace(record, labs=verdict.labs, criteria=verdict.labs[0].criteria, **fields), reviews
    )


def asked():
    """A check that no machine can decide, with its evidence."""
    finding = Finding(
        headline="This is written in TensorFlow, which is not run here.", where="mlp_torch.py, line 1"
    )
    return record([check("port.curve", Outcome.REVIEW, finding=finding)])


def said(decision, comment, by="Bola Adé"):
    return Review(
        lab="lab1_mlp",
        criterion="memo",
        decision=decision,
        by=by,
        comment=comment,
        decided_at="2026-11-28T10:00:00+01:00",
    )


def review():
    """All checks passed; the memo waits for a person."""
    return with_memo(record())


def reviewed():
    """All checks passed; a person asks to revise the memo."""
    return with_memo(
        record(), said(Decision.REVISE, "You say that it generalises; your own numbers say it does not.")
    )


def refused():
    """All checks passed, and the memo too; but it came too late."""
    return with_memo(
        record(),
        said(Decision.PASS, ""),
        terms=Terms(
            deadline="Friday 18:00 Africa/Lagos",
            due="2026-11-27T18:00:00+01:00",
            policy=Policy(late="refuse", revisions=2),
        ),
    )


def shared(id, title, part, category, weight=Weight.REQUIRED, **shares):
    """A criterion whose checks have points of their own; ``_`` stands for the dot of an id."""
    worth = {
        check.replace("_", "."): s if isinstance(s, Share) else Share(points=s) for check, s in shares.items()
    }
    return Criterion(
        id=id,
        title=title,
        part=part,
        category=category,
        weight=weight,
        checks=tuple(worth),
        shares=worth,
        points=sum(share.points for share in worth.values()),
    )


GRADE = Rubric(
    scale=Scale(
        needed=60,
        no_zero=("ex1", "ex2"),
        categories=(
            Category(id="scratch", title="From scratch", weight=70),
            Category(id="speed", title="Performance", weight=25),
            Category(id="quality", title="Code quality", weight=5),
            Category(id="gan", title="GAN", bonus=7.5),
        ),
    ),
    labs=(
        RubricLab(
            id="ex1",
            title="A network from scratch",
            parts=(
                Part(id="A", title="Forward propagation", points=25),
                Part(id="B", title="Backpropagation", points=35),
            ),
            criteria=(
                shared("layers", "Layers compute what they should", "A", "scratch", relu_value=10, sigmoid_value=15),
                shared("gradients", "The gradients are true", "B", "scratch", dW_value=20, chain_value=15),
            ),
        ),
        RubricLab(
            id="ex2",
            title="A convolutional network",
            parts=(Part(id="A", title="Training", points=30),),
            criteria=(
                shared("learns", "It learns to read digits", "A", "speed", digits_read=Share(points=30, partly=18)),
            ),
        ),
        RubricLab(
            id="quality",
            title="Code quality",
            criteria=(
                Criterion(
                    id="readme", title="README", manual="Architectures, results.", points=5, category="quality"
                ),
            ),
        ),
        RubricLab(
            id="bonus",
            title="Bonus challenges",
            criteria=(shared("gan", "The GAN finds both clusters", "", "gan", Weight.BONUS, gan_modes=30),),
        ),
    ),
)  # fmt: skip


def graded():
    """Points make a grade: one check reached in part, one failed with one waiting for it, one for a person."""
    wrong = Finding(
        headline="The gradient of the weights is wrong.",
        diagnosis="The gradient is averaged once more: each layer divides by N.",
        where="neural_network.py, line 41",
    )
    low = Finding(
        headline="The accuracy is good enough for a part of the points.",
        yours="0.620",
        expected="at least 0.750 for all points, 0.500 for a part",
    )
    absent = Finding(headline="There is no bonus.py.")
    found = {
        "dW.value": {"outcome": Outcome.FAILED, "finding": wrong},
        "chain.value": {"outcome": Outcome.BLOCKED, "waited_for": "dW.value"},
        "digits.read": {
            "outcome": Outcome.PARTLY,
            "finding": low,
            "measurements": (Measurement(name="accuracy", value=0.62, limit=0.75, better="higher"),),
        },
        "gan.modes": {"outcome": Outcome.FAILED, "finding": absent},
    }
    checks = tuple(
        CheckResult(
            id=id, lab=lab.id, promise=f"{id} holds.", criterion=c.id, **{"outcome": Outcome.PASSED, **found.get(id, {})}
        )
        for lab in GRADE.labs
        for c in lab.criteria
        for id in c.checks
    )  # fmt: skip
    verdict = decide(GRADE, checks)
    made = safe(
        assignment="week10",
        title="Week 10: from scratch",
        verdict=verdict.decision,
        reasons=tuple(map(sentence, verdict.reasons)),
        earned=verdict.earned,
        points=verdict.points,
        pass_points=60.0,
        scale=GRADE.scale,
        grade=verdict.grade,
        labs=verdict.labs,
        criteria=tuple(c for lab in verdict.labs for c in lab.criteria),
        checks=checks,
        sandbox="docker",
        graded_at="2026-11-27T18:02:11+01:00",
    )
    return decode(encode(made))  # whole numbers become fractions, as a rubric gives them


HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mPASSED\x1b[0m <script>alert(1)</script><img src=x onerror=alert(2)> "
    "[click](javascript:alert(3)) ![x](http://127.0.0.1:8099/p.png) www.evil.example @octocat #1 GH-1\n"
    "::set-output name=score::100\n  ::add-mask::e\r\n\u2003::error file=mlp.py::owned\n##[set-env name=A]b\n"
    ']]></failure></testcase><testcase name="test_forward"/> \x00 \ud800 \u202e\u2066\u200b | 10/10 |\n'
    "```\n# heading\n- [ ] task\n</details></pre></style><style>*{display:none}</style>{{ 7*7 }}{% raw %}\x9b31m\x85"
)


def hostile(text=HOSTILE):
    """Every text that a student may have written, hostile."""
    finding = Finding(
        headline=text,
        call=text,
        yours=text,
        expected=text,
        where=text,
        how_many=text,
        how_far=text,
        allowed=text,
        diagnosis=text,
        hint=text,
        traceback=text,
    )
    plot = Plot(
        title=text,
        x_label=text,
        y_label=text,
        series=(Series(label=text, y=(1.0, math.nan, math.inf, -1e308, 1e308, 3.0), role=text),),
        beneath=Plot(title=text, x_label=text, y_label=text, series=(), log_y=True),
    )
    made = record(
        [
            check(
                "forward.logits",
                Outcome.FAILED,
                finding=finding,
                note=text,
                plots=(plot,),
                measurements=(Measurement(name=text, value=math.nan, limit=1.0, unit=text),),
            ),
            check("forward.pure", Outcome.BLOCKED, waited_for=text),
        ],
        url=text,
        ref=text,
        title=text,
        committed_at=text,
        files=(text,),
        notes=(text,),
        troubles=(text,),
    )
    made = with_memo(
        made,
        said(Decision.REVISE, text, by=text),
        documents=(Document(lab="lab1_mlp", name=text, file=text, text=text),),
        terms=Terms(deadline=text, extension=text),
        since=Since(
            attempt=1, graded_at=text, commit=text, verdict=Decision.PASS, mended=(text,), broken=(text,)
        ),
    )
    first, *rest, memo = made.criteria
    criteria = (replace(first, title=text), *rest, replace(memo, title=text, manual=text))
    return sanitize(replace(made, reasons=(text,), criteria=criteria))


ALL = {
    "pass": passed,
    "revise": revise,
    "flawed": flawed,
    "ungraded": ungraded,
    "public": public,
    "review": review,
    "reviewed": reviewed,
    "refused": refused,
    "graded": graded,
    "asked": asked,
    "hostile": hostile,
}
