"""A course for the tests."""
