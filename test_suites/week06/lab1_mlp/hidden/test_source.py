"""Rules about the text of the files."""

from grader.checks import check, imports_only


@check("source.numpy_only")
def test_numpy_only(student):
    """mlp_numpy.py imports NumPy and the standard library, nothing else."""
    imports_only(student.mlp_numpy.source, ("numpy",), file=student.mlp_numpy.file)
