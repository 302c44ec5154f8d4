"""Questions to a port that only real autograd can answer: asked beside it, in its own sandbox.

The judge computes the true values in NumPy; nothing here decides. ``net`` is the student's module, or a
mapped net that holds it as ``m``. Weights are found by their sizes, which suites choose all different, and
come back in the lab's layout whatever the student's is.
"""

import torch

LOST = (RuntimeError, NotImplementedError, TypeError)
"""What autograd raises where a computation left its graph."""


def prepare(net, params, X):
    """Load parameters, move to the batch's device, and change over to float64 if the port's forward can.

    Args:
        net: The port.
        params: In the lab's layout, float64.
        X: A batch to try, float64.

    Returns:
        The dtype that the port works in from now on: ``float64`` or ``float32``.
    """
    if _is_mapped(net):
        net.params = dict(params)
    else:
        _load(net, params)
    module = _module(net).to(X.device)
    module.double()
    try:
        with torch.no_grad():
            worked = module(X).dtype == torch.float64
    except RuntimeError:
        worked = False
    if not worked:
        module.float()
    return "float64" if worked else "float32"


def parameters(net):
    """What is registered: whether this is an ``nn.Module``, and the shape of each trainable parameter by name."""
    module = _module(net)
    is_module = isinstance(module, torch.nn.Module)
    trained = [(n, p) for n, p in module.named_parameters() if p.requires_grad] if is_module else []
    return {"is_module": is_module, "shapes": {name: list(p.shape) for name, p in trained}}


def second_derivative(net, X, y, direction):
    """The Hessian of the mean cross-entropy times a direction, by differentiating the gradient."""

    def ask():
        owned = _owned(_module(net), direction)
        weights = [owner.weight for owner in owned.values()]
        loss = torch.nn.functional.cross_entropy(_module(net)(X), y)
        gradients = torch.autograd.grad(loss, weights, create_graph=True)
        seconds = torch.autograd.grad(_slope(gradients, owned, direction), weights)
        return {n: o.to_lab(s) for s, (n, o) in zip(seconds, owned.items(), strict=True)}

    return _or_lost(ask)


def tangent(net, X, direction):
    """The derivative of the log-probabilities along a direction of the parameters (a jvp), by two reverse passes.

    The pull-back of ``u`` is linear in ``u``; its slope along the direction, differentiated by ``u``, is the
    push-forward. Forward mode itself would import for a quarter of a second.
    """

    def ask():
        owned = _owned(_module(net), direction)
        log_p = torch.log_softmax(_module(net)(X), dim=1)
        u = torch.zeros_like(log_p, requires_grad=True)
        weights = [owner.weight for owner in owned.values()]
        pulled = torch.autograd.grad((log_p * u).sum(), weights, create_graph=True)
        return {"tangent": torch.autograd.grad(_slope(pulled, owned, direction), u)[0]}

    return _or_lost(ask)


def in_bfloat16(net, X):
    """The logits of the port in bfloat16 (its weights are changed)."""

    def ask():
        logits = _module(net).to(torch.bfloat16)(X.to(torch.bfloat16))
        return {"logits": logits, "dtype": str(logits.dtype)}

    return _or_lost(ask)


class Owned:
    """A parameter of the student's, with its place in the lab's layout."""

    def __init__(self, weight, shape):
        self.weight = weight
        self._shape = shape
        self._transposed = weight.shape != shape and weight.shape == shape[::-1]

    def to_student(self, value):
        """A tensor in the lab's layout → in the student's."""
        return (value.T if self._transposed else value).reshape(self.weight.shape).to(self.weight.dtype)

    def to_lab(self, value):
        """A tensor in the student's layout → in the lab's."""
        return (value.T if self._transposed else value).reshape(self._shape)


def _is_mapped(net):
    return not isinstance(net, torch.nn.Module) and hasattr(net, "m")


def _module(net):
    return net.m if _is_mapped(net) else net


def _load(net, params):
    """Tensors, or arrays if it can't work with those: both are what the lab allows."""
    try:
        net.load_params(dict(params))
    except (AttributeError, TypeError, ValueError, RuntimeError) as refusal:
        try:
            net.load_params({name: value.cpu().numpy() for name, value in params.items()})
        except Exception:
            raise refusal from None


def _owned(module, wanted):
    """Each of the lab's tensors among the registered parameters, found by its sizes."""
    free = [p for p in module.parameters() if p.requires_grad]
    owned = {}
    for name, tensor in wanted.items():
        sizes = sorted(n for n in tensor.shape if n != 1)
        match = next((p for p in free if sorted(n for n in p.shape if n != 1) == sizes), None)
        if match is None:
            raise RuntimeError(f"no trainable parameter has the size of {name}, {tuple(tensor.shape)}")
        free = [p for p in free if p is not match]
        owned[name] = Owned(match, tensor.shape)
    return owned


def _slope(gradients, owned, direction):
    """The sum of all gradients' products with the direction."""
    products = [
        (g * o.to_student(direction[n])).sum() for g, (n, o) in zip(gradients, owned.items(), strict=True)
    ]
    return torch.stack(products).sum()


def _or_lost(ask):
    try:
        return ask()
    except LOST as error:
        return {"lost": f"{type(error).__name__}: {error}"[:300]}
