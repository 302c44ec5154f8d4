"""The checks behind the points: on probes that are drawn at grading time, against the reference.

probes   layers, networks and batches that make bugs visible
test_*   one file for each step in which a student writes the exercise
"""
