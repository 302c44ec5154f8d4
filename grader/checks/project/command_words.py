"""What words say: a command installs, or runs code of the repository; a sentence tells to type its code."""

from __future__ import annotations

import re

_RUNS = re.compile(
    r"(?:^|[;&|({]\s*|\bdo\s+|\bthen\s+|=\S+\s+|\brun\s+(?:--?[\w-]+(?:[= ]\S+)?\s+)*|\bsudo\s+|"
    r"\btime\s+|\bxvfb-run\s+|\buvx\s+|\bexec\s+|\btimeout \S+ )"
    r"(?:python[\d.]*|py|ipython|pytest|py\.test|make|tox|nox|jupyter\S*|streamlit|flask|uvicorn|"
    r"gunicorn|torchrun|accelerate|"
    r"tensorboard|uv run|poetry run|pipenv run|pdm run|hatch run|hatch test|bash|sh|zsh|coverage|"
    r"\.{1,2}/\S+|[\w-]+\.(?:sh|py)|just|task|invoke|"
    r"docker run|docker compose|docker-compose|podman run|fastapi|gradio|marimo|papermill|mpirun|"
    r"julia|Rscript|octave|node|npm (?:start|test|run \S+)|go run|cargo (?:run|test)|"
    r"nosetests|trial|dvc repro|pixi run|rye run|conda run|mamba run|source \S+\.sh|nbval)(?=\s|$|;|&)"
)
_RUNS_NOTHING = re.compile(
    r"python[\d.]*\s+(?:-V|--version|-m\s+(?:pip|venv|virtualenv|ensurepip|build|ipykernel|site)\b|"
    r"setup\.py\s+(?:install|develop|build\S*|sdist|bdist\S*)|--help)"
    r"|\b(?:pytest|tox|nox|make|jupyter)\s+(?:-V|--version|--help)\b|\bmake\s+(?:install|setup|deps|"
    r"venv|env|clean|help|init|dev|build|requirements|lint|format|docs)\b|"
    r"\b(?:bash|sh)\s+\S*(?:install|setup|[Mm]iniconda|[Aa]naconda)\S*|"
    r"\bpython[\d.]*\s+-c\s+['\"]\s*(?:print\(['\"]|import sys|pass)|"
    r"\bpython[\d.]*\s+(?:-m\s+)?(?:<[^>]*>|\[[^\]]*\]|your[-_]\w+|file_?name|script_?name)(?:\.py)?(?=\s|$)"
)

_COMMAND_LINE = re.compile(
    r"(?:[$%]|>{1,2})?\s*(?:[A-Z_]+=\S+\s+)*(?:python[\d.]*\s+(?:-m\s+[\w.]+|[\w./-]+\.py)(?:\s.*)?"
    r"|(?:python[\d.]*\s+-m\s+)?pip3?\s+install\s+\S.*|git\s+clone\s+\S+(?:\s+\S+)?|cd\s+[\w./-]+"
    r"|(?:source|\.)\s+\S+/activate|conda\s+(?:env\s+create|create|install|activate)\s+\S.*"
    r"|pytest(?:\s+[\w./-]+)*|uv\s+(?:sync|run\s+\S.*)|poetry\s+(?:install|run\s+\S.*)|make(?:\s+[a-z_-]+)?"
    r"|jupyter[\s-](?:notebook|lab)(?:\s+\S+)?|(?:bash|sh)\s+\S+\.sh(?:\s.*)?)"
)
"""A line of prose that can be nothing but a command."""
_RUN_THIS = re.compile(
    r"\b(?:run|type|execute|enter|call)\W*$|\b(?:run|test|start|train)\w*\b[^.\n]*\b(?:with|using|use)\W*$",
    re.IGNORECASE,
)
_MENTIONED = re.compile(
    r"(?:git|conda|docker|pip3?|npm) [a-z-]+|(?:uv|poetry) (?:run|add|pip)|python[\d.]* -m"
)
"""A program and what it is asked to do, without to what: that is spoken of and not typed."""
_IN_PROSE = re.compile(
    r"\bpython[\d.]* +(?:-m +[\w.]+|[\w./-]+\.py)\b"
    r"|(?:\b(?:run|running|execute|executing|launch|open|start|starte|führe|ejecut\w+|exécut\w+|lance[rz]?|esegu\w+|запус\w+)\b"
    r"|运行|執行|执行|启动|打开|実行|실행)[^.\n]{0,60}?"
    r"(?:[\w-]+\.(?:py|ipynb|sh)|jupyter (?:notebook|lab))(?![A-Za-z0-9])"
    r"|\w\.ipynb\b",  # a notebook that is named is opened
    re.IGNORECASE,
)


def runs_code(text: str) -> bool:
    """Whether a command's words say that it runs something of the repository."""
    code = re.sub(r"(^|\s)#.*", "", text).strip()
    return _RUNS.search(code) is not None and not _RUNS_NOTHING.search(code)


def installs(text: str) -> bool:
    """Whether a line does nothing but install packages, or the project."""
    return (
        re.match(
            r"\s*(?:python3? -m )?(?:uv )?pip3? install\s+[\w\[\]., =<>~-]+$|\s*uv sync$|\s*poetry "
            r"install$",
            text,
        )
        is not None
    )


def is_command_line(text: str) -> bool:
    """Whether a line of prose is nothing but a command: ``python train.py`` without any mark of code."""
    return _COMMAND_LINE.fullmatch(text.strip()) is not None


def is_told(code: str, sentence: str) -> bool:
    """Whether a sentence tells to type its code: a program with its arguments, or one word after "run".

    Args:
        code: As it stands in the sentence.
        sentence: As far as the code.
    """
    if len(code.split()) == 1:
        return _RUN_THIS.search(sentence) is not None
    return _MENTIONED.fullmatch(code.strip()) is None


def speaks_of_running(text: str) -> bool:
    """Whether a text's sentences say what to run: ``then run train.py``, or name a notebook."""
    return _IN_PROSE.search(text) is not None
