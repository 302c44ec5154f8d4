"""The grader: student code runs elsewhere, the judge decides here, and only data crosses."""

__version__ = "0.1.0"
