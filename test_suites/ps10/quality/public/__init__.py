"""The checks that students have: all of them, since nothing here is withheld.

sources          a module's text as a tree, and what the exercises ask for by name
test_code        docstrings, work at import, what is unwritten, loops over examples
test_artefacts   the notebook, and the saved models
"""
