"""Checks that students can run themselves."""
