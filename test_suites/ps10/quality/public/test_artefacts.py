"""The notebook and the saved models: opened as data, where no code of the student's is."""

from grader.checks import ask, check, fail

EXPECTED_CAUSE = "raises-exception"
"""The tag of a cell that is meant to end with an error."""


@check("quality.notebook")
def test_notebook(documents):
    """experiments.ipynb was run: its cells have outputs, and none of them ended with an error."""
    notebook = documents.experiments.json()
    cells = notebook.as_it_came().get("cells") if isinstance(notebook.as_it_came(), dict) else None
    cells = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    code = [
        cell for cell in cells if cell.get("cell_type") == "code" and isinstance(cell.get("outputs"), list)
    ]
    if not code:
        raise fail(
            "The notebook has no code cells.",
            where="experiments.ipynb",
            hint="Save it in the format of Jupyter 4 or later, with cells that run your experiments.",
        )
    for number, cell in enumerate(code, 1):
        for output in cell["outputs"]:
            meant = EXPECTED_CAUSE in str(cell.get("metadata"))
            if isinstance(output, dict) and output.get("output_type") == "error" and not meant:
                raise fail(
                    "A cell of the notebook ended with an error.",
                    where=f"experiments.ipynb, code cell {number}",
                    yours=f"{output.get('ename')}: {output.get('evalue')}"[:200],
                    hint="Restart the kernel, run all cells, and save.",
                )
    if not any(cell["outputs"] for cell in code):
        raise fail(
            "The notebook has no outputs.",
            where="experiments.ipynb",
            yours=f"{len(code)} code cells, all without",
            hint="Run all cells before you save: the outputs are your results.",
        )


@check("quality.models", seconds=120)
def test_models(student, evidence):
    """The files in models/ can be opened, where nothing but NumPy and PyTorch is."""
    told = student.without_code("onnx").tool("opening.models")
    found = told.as_it_came() if isinstance(told.as_it_came(), dict) else {}
    if not found:
        raise fail(
            "There are no saved models.",
            yours="no file in models/, or none that is small enough to be fetched (16 MB)",
            expected="the weights of what you trained",
            hint="np.savez_compressed('models/network.npz', **weights), or torch.save(model.state_dict(), …).",
        )
    broken = {name: why for name, why in found.items() if why.startswith("broken")}
    unknown = {name: why for name, why in found.items() if why.startswith("unknown")}
    evidence.measure("models that can be opened", len(found) - len(broken) - len(unknown))
    if broken:
        name, why = next(iter(broken.items()))
        raise fail(
            "A saved model can't be opened.",
            where=name,
            yours=why.removeprefix("broken: "),
            hint="Save it again, load it in a new process, and commit the file itself rather than an LFS pointer.",
        )
    if len(unknown) == len(found):
        name, why = next(iter(unknown.items()))
        raise ask(
            "Saved models are in a format that is not opened here.",
            where=name,
            yours=why.removeprefix("unknown: "),
        )
