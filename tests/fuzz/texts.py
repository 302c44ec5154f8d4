"""Texts that nobody wrote: from grammars, and from real files that were cut, spliced, nested and repeated."""

import random
from pathlib import Path

from tests.forms.cases import cases

ROOT = Path(__file__).parents[2]
MOST = 300_000
"""Characters: more than any parser is given."""
NASTY = (
    *"()[]{}<>`'\"#*_-=+|\\/!?:;,.@$%^&~", "\n", "\r", "\r\n", "\t", "\0", "\x0c", "\x1b[31m", "\u2028", "\ufeff", "\ud800",
    "é", "😀", "```", "~~~", "````bash", "$ ", ">>> ", "<!--", "-->", "<details>", "${{", "}}", "<<EOF", "&&", "||",
    "- ", "  ", "\t- ", "&a ", "*a", "!!python/object:os.system ", "? ", "|\n", ">-\n", "on:", "jobs:", "run:", "matrix:",
    "include:", "if:", "1e999", "0x", "9" * 400, "**", "!(", "[a-", "def f(", "class C:", "lambda:", "async ", "yield ",
    "match x:", "case _:", "f'{", "if x:", "    " * 30, "pip install ", "git clone ", "make ", "::", ".. code-block::",
    ".. include:: /etc/passwd", "|x|", "`a`_", "==", "../", "~", "{{", "%}", "return ", "raise ", "assert ", "test_",
)  # fmt: skip

GRAMMARS = {
    "expression": {
        "S": ["E", "${{ E }}", "a${{ E }}b${{ E }}"],
        "E": ["A", "A", "E && E", "E || E", "E == E", "E != E", "E < E", "!E", "(E)", "F(E)", "F(E, E)", "F(E, E, E)", "V[E]", "V.N", "V.*"],
        "F": ["contains", "startsWith", "endsWith", "format", "join", "toJSON", "fromJSON", "hashFiles", "success", "always", "nobody"],
        "A": ["V", "'t'", "'{0} {1}'", "'it''s'", "1", "-2.5e9", "0xff", "true", "null", "''", "'[1, {\"a\": [null]}]'"],
        "V": ["github", "env", "matrix", "github.event", "github.ref", "secrets", "V.N"],
        "N": ["os", "ref", "N-x", "event_name", "python-version"],
    },
    "glob": {
        "S": ["P", "!P", "P/P", "P/P/P"],
        "P": ["a", "main", "*", "**", "?", "[abc]", "[a-z]", "[^x]", "P*", "P+", "P?", "\\*", "v[0-9]+", "P.P", "[", "]", "+", "{a,b}"],
    },
    "workflow": {
        "S": ["name: N\non: O\njobs:\n  J\n  J\n", "on: O\nenv: {A: X}\njobs:\n  J\n", "on: O\njobs: J"],
        "O": ["push", "[push, pull_request]", "{push: {branches: [N, 'N/**']}}", "{schedule: [{cron: '0 0 * * *'}]}", "X", "{push: null, workflow_dispatch: {}}"],
        "J": ["N: {runs-on: ubuntu-latest, steps: [T, T]}", "N: {runs-on: X, strategy: {matrix: M}, steps: [T]}", "N: {uses: ./.github/workflows/x.yml}", "N: {needs: [N], if: X, runs-on: X, steps: [T]}", "N: X"],
        "M": ["{os: [a, b], v: [1, 2]}", "{include: [{os: a}], exclude: X}", "${{ fromJSON('[]') }}", "X", "{os: [M]}"],
        "T": ["{run: X}", "{uses: actions/checkout@v4, with: {a: X}}", "{run: 'pytest', env: {A: X}, working-directory: N, continue-on-error: X}", "X", "{}"],
        "X": ["a", "'${{ N }}'", "[]", "{}", "null", "1.10", "[X, X]", "{N: X}", "&r [*r]", "true"],
        "N": ["test", "main", "a b", "'on'", "é", "7"],
    },
    "markdown": {
        "S": ["B", "B\n\nS", "B\n\nS"],
        "B": ["# T", "T", "```bash\nC\nC\n```", "    C", "- T\n\n  ```\n  C\n  ```", "1. `C`\n2. T `C`", "> B", "<!--\nC\n-->", "<details>\n\nB\n\n</details>", "| T | `C` |\n|---|---|\n| C | C |", "Or:\n\n```\nC\n```", "```\nC\n", "<pre>C</pre>"],
        "T": ["Install", "Run the tests:", "With conda", "or", "Windows", "**T**", "[T](x)", "T T", "`x`"],
        "C": ["$ C", ">>> C", "pip install -r requirements.txt", "cd a && C", "python x.py --a {b}", "C | C", "if C; then C; fi", "export A=$(C)", "cat <<EOF\nC\nEOF", "# T", "C \\\nC", "(env) user@host:~$ C", "C:\\> C", "make T"],
    },
    "python": {
        "S": ["D", "D\nS", "import x\nS"],
        "D": ["def N(A):\n    L\n    L", "class N:\n    def N(self, A):\n        L\n    x: int = E", "@d(E)\nasync def N(*a, **k):\n    L", "def test_N():\n    assert E\n    N(E)", "L"],
        "A": ["a", "a, b=E", "*, c: E = E"],
        "L": ["a = E", "return E", "a, b = E, E", "N(E)", "if E:\n        pass", "for i in E: a += E", "raise V(E)", "assert E", "x = y = E", "'''doc'''", "with E as a: pass", "return", "global g", "match a:\n        case E: pass"],
        "E": ["1", "a", "E + E", "E @ E", "-E", "(E)", "[E, E]", "N(E, axis=-1)", "E.max(axis=E)", "f'{E!r}'", "lambda q: E", "E if E else E", "E < E", "{E: E}", "a[E:E]", "E ** 2", "E - E.max()", "'t'", "1e-8", "[i for i in E]", "(a := E)"],
        "N": ["f", "g", "forward", "_h", "__call__", "main", "log"],
        "V": ["ValueError"],
    },
}  # fmt: skip
SEEDS = {
    "markdown": [
        text for case in cases() for path, text in case.files.items() if path.lower().endswith("readme.md")
    ]
    + [(ROOT / "README.md").read_text()],
    "workflow": [
        text for case in cases() for path, text in case.files.items() if ".github/workflows/" in path
    ],
    "python": [file.read_text() for file in sorted((ROOT / "grader" / "checks").rglob("*.py"))]
    + [text for case in cases() for path, text in case.files.items() if path.endswith(".py")],
    "rst": [text for case in cases() for path, text in case.files.items() if path.endswith(".rst")]
    or ["Title\n=====\n\nInstall::\n\n    pip install .\n\n.. code-block:: bash\n\n    $ pytest\n"],
    "toml": [
        '[project]\nname = "net"\nrequires-python = ">=3.12,<3.14"\ndependencies = ["numpy>=1.20"]\n\n'
        '[project.optional-dependencies]\ndev = ["pytest"]\n\n[build-system]\nrequires = ["setuptools"]\n',
        '[tool.poetry]\nname = "net"\n\n[tool.poetry.dependencies]\npython = "^3.9"\n',
        "3.12.1\n",
        "from setuptools import setup\nsetup(name='net', python_requires='>=3.8')\n",
    ],
    "expression": [
        "${{ github.event_name == 'push' && contains(matrix.os, 'ubuntu') }}",
        "always() && !failure()",
    ],
    "glob": ["releases/**", "v[12].[0-9]+", "!docs/**/*.md", "**.js"],
    "output": [
        'Traceback (most recent call last):\n  File "/home/x/a.py", line 3, in <module>\n    import numpy\n'
        "ModuleNotFoundError: No module named 'numpy'\n",
        "====== short test summary info ======\nFAILED tests/test_a.py::test_b - assert 1 == 2\n"
        "====== 1 failed, 3 passed in 0.3s ======\n",
        "bash: line 1: pytst: command not found\nmake: *** [Makefile:3: test] Error 127\n",
    ],
}


def of(kind):
    """Draws texts of a kind: the same from the same state of the generator."""

    def draw(rng):
        if kind in GRAMMARS and rng.random() < 0.4:
            made = grown(GRAMMARS[kind], rng)
            return (made if rng.random() < 0.5 else changed(made, kind, rng))[:MOST]
        return changed(rng.choice(SEEDS[kind]), kind, rng)[:MOST]

    return draw


def grown(grammar, rng, most=400):
    """A sentence: capital letters stand for rules, and the shortest is taken once there are many."""
    pieces, out, steps = ["S"], [], 0
    while pieces:
        piece = pieces.pop()
        at = next((i for i, letter in enumerate(piece) if letter in grammar), None)
        if at is None:
            out.append(piece)
            continue
        steps += 1
        rule = grammar[piece[at]]
        chosen = rng.choice(rule) if steps < most else min(rule, key=len) if steps < 4 * most else ""
        pieces += [piece[at + 1 :], chosen, piece[:at]]
    return "".join(out)


def changed(text, kind, rng):
    """A text with one to eight wounds."""
    for _ in range(rng.randint(1, 8)):
        text = rng.choice(WOUNDS)(text, kind, rng)[:MOST]
    return text


def _slice(text, rng):
    one, other = sorted(rng.randint(0, len(text)) for _ in range(2))
    return one, min(other, one + 4_000)


def _cut(text, _kind, rng):
    one, other = _slice(text, rng)
    return text[:one] + text[other:]


def _put(text, _kind, rng):
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(NASTY) * rng.choice((1, 1, 1, 3)) + text[at:]


def _repeat(text, _kind, rng):
    one, other = _slice(text, rng)
    many = rng.choice((2, 3, 10, 100, 1_000))
    return text[:one] + text[one : min(other, one + 80)] * many + text[other:]


def _flood(text, _kind, rng):
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(NASTY) * rng.choice((50, 500, 5_000, 60_000)) + text[at:]


def _nest(text, _kind, rng):
    one, other = _slice(text, rng)
    opening, closing = rng.choice(
        (
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("> ", ""),
            ("- ", ""),
            ("${{ (", ") }}"),
            ("-", ""),
            ("**", "**"),
        )
    )
    deep = rng.choice((5, 30, 120, 1_500, 20_000))
    return text[:one] + opening * deep + text[one:other] + closing * deep + text[other:]


def _chain(text, _kind, rng):
    at = rng.randint(0, len(text))
    link = rng.choice(
        (" + a", " and a", ".a", "(a)", "[0]", " if a else a", ", a", " && x", "\n  - a", "\nif a:\n pass")
    )
    return text[:at] + "a" + link * rng.choice((10, 600, 1_400, 9_000)) + text[at:]


def _splice(text, kind, rng):
    other = rng.choice(SEEDS[kind])
    one, two = _slice(other, rng)
    at = rng.randint(0, len(text))
    return text[:at] + other[one:two] + text[at:]


def _swap(text, _kind, rng):
    if not text:
        return text
    letters = list(text)
    for _ in range(rng.randint(1, 20)):
        letters[rng.randrange(len(letters))] = chr(rng.choice((rng.randrange(128), rng.randrange(0x3000))))
    return "".join(letters)


WOUNDS = (_cut, _cut, _put, _put, _put, _repeat, _flood, _nest, _chain, _splice, _swap)
