"""The command line: options, help, progress and exit codes. The only part of the grader that prints.

``grade REPO`` grades; every other first word is a command of its own (``grade verify``, ``grade doctor`` …).
"""

from grader.cli.app import run

__all__ = ["run"]
