"""The suites: what each assignment's labs are checked by."""
