"""A submission's modules as syntax trees: parsed, never run."""

import ast
from dataclasses import dataclass

from grader.checks import fail, reader

FILES = ("neural_network", "cnn", "rnn", "modern_dl")
ASKED = {
    "neural_network": {
        "Layer": ("forward", "activate", "activation_derivative", "backward"),
        "NeuralNetwork": ("forward", "backward", "train"),
        "LossFunctions": ("cross_entropy", "mse"),
        "SGD": ("update",),
        "Adam": ("update",),
        "": ("train_mnist_classifier",),
    },
    "cnn": {
        "Conv2D": ("forward", "backward"),
        "MaxPool2D": ("forward", "backward"),
        "SimpleCNN": ("forward", "train"),
        "ImageAugmentation": ("random_rotation", "random_flip", "random_crop", "random_brightness"),
    },
    "rnn": {
        "RNNCell": ("forward", "backward"),
        "RNN": ("forward",),
        "LSTMCell": ("forward",),
        "TextGenerator": ("train_on_text", "generate_text", "sample_with_temperature"),
    },
    "modern_dl": {
        "CustomTrainer": ("train_step", "train"),
        "ModelServer": ("load_model", "preprocess", "predict", "export_for_production"),
        "": ("transfer_learning_classifier", "fine_tune_model"),
    },
}
"""File → class → what is asked of it; "" for functions."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A file of the submission.

    Attributes:
        name: ``cnn``.
        file: Where it is, for messages.
        tree: What it says.
    """

    name: str
    file: str
    tree: ast.Module

    def functions(self):
        """Each (class or ``None``, function) of the module and of its classes, at any depth of classes."""
        waiting = [(None, node) for node in self.tree.body]
        while waiting:
            owner, node = waiting.pop(0)
            if isinstance(node, Function):
                yield owner, node
            elif isinstance(node, ast.ClassDef):
                waiting += [(node, inner) for inner in node.body]

    def asked(self):
        """The (class or ``None``, function) that the exercise names."""
        for owner, function in self.functions():
            if function.name in ASKED[self.name].get(owner.name if owner else "", ()):
                yield owner, function

    def where(self, node):
        """File and line."""
        return f"{self.file}, line {node.lineno}"


@reader("the source of your modules")
def modules(student):
    """The submission's files that are there and can be parsed; a broken one costs its own exercise's points.

    Raises:
        CheckFailed: There is none.
    """
    found = []
    for name in FILES:
        proxy = getattr(student, name)
        try:
            tree = ast.parse(proxy.source) if proxy.exists else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            tree = None
        if tree is not None:
            found.append(Module(name, proxy.file, tree))
    if not found:
        raise fail(
            "There is no file to look at.",
            yours="none that Python can read",
            expected=", ".join(f"{name}.py" for name in FILES),
        )
    return found


def called(owner, function):
    """``Layer.forward``."""
    return f"{owner.name}.{function.name}" if owner else function.name


def is_unwritten(body):
    """Whether statements do nothing: pass, ..., a docstring, NotImplementedError, and branches of these."""
    return all(_does_nothing(statement) for statement in body)


def _does_nothing(statement):
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError")):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
        case ast.Return(value=None | ast.Constant(value=None)):
            return True
        case ast.If():
            return is_unwritten(statement.body) and is_unwritten(statement.orelse)
        case _:
            return False


def is_script(statement):
    """``if __name__ == "__main__":``, and what else is decided by the module's name."""
    return isinstance(statement, ast.If) and any(
        isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(statement.test)
    )


def executed(tree):
    """What runs when a module is imported: its statements, without definitions and without its script."""
    waiting = list(tree.body)
    while waiting:
        statement = waiting.pop(0)
        if isinstance(statement, Function | ast.ClassDef) or is_script(statement):
            continue
        if isinstance(statement, ast.If | ast.Try | ast.With):
            waiting = [
                *statement.body,
                *getattr(statement, "orelse", []),
                *getattr(statement, "finalbody", []),
                *(inner for handler in getattr(statement, "handlers", []) for inner in handler.body),
                *waiting,
            ]
            continue
        yield statement
