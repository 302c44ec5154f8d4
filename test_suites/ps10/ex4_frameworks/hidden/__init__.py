"""Checks that only the grader runs."""
