"""The judge: pytest runs a suite here, in a trusted process that never imports a line of student code.

``server`` forks one process per job, ``session`` runs the suite in it, ``plugin`` turns pytest's hooks into
``CheckResult``s, ``student`` is the suite's view of the submission, ``processes`` talks to its sandboxes.
"""
