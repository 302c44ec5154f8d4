"""The checks behind the verdict: on probes that are drawn at grading time, against the reference.

probes   nets, batches and training runs that make bugs visible
test_*   one file for each part of the lab, in the order in which a student writes it
"""
