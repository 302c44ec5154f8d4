"""What only real autograd can tell of the port, computed here by hand: curvature and tangents.

Pearlmutter 1994, "Fast exact multiplication by the Hessian": apply the operator R{.}, the derivative along a
direction V of the parameters, to every line of the forward and the backward pass.
"""

import numpy as np

from test_suites.week06.lab1_mlp.public.forms import probabilities


def tangent(params, X, V):
    """R{log P}, (N, n_out): how the log-probabilities change as the parameters move along V."""
    _, _, logits, _, Rlogits = _forward(params, X, V)
    return Rlogits - (probabilities(logits) * Rlogits).sum(axis=1, keepdims=True)


def second_derivative(params, X, y, V):
    """The Hessian of the mean softmax cross-entropy times V: a dict like ``params``."""
    N = len(X)
    on, H, logits, RH, Rlogits = _forward(params, X, V)
    P = probabilities(logits)
    dlogits = (P - np.eye(P.shape[1])[y]) / N
    Rdlogits = P * (Rlogits - (P * Rlogits).sum(axis=1, keepdims=True)) / N
    RdZ = on * (Rdlogits @ params["W2"].T + dlogits @ V["W2"].T)
    return {
        "b2": Rdlogits.sum(axis=0),
        "W2": RH.T @ dlogits + H.T @ Rdlogits,
        "b1": RdZ.sum(axis=0),
        "W1": X.T @ RdZ,
    }


def _forward(params, X, V):
    Z = X @ params["W1"] + params["b1"]
    on = Z > 0
    H = Z * on
    RH = (X @ V["W1"] + V["b1"]) * on
    logits = H @ params["W2"] + params["b2"]
    return on, H, logits, RH, RH @ params["W2"] + H @ V["W2"] + V["b2"]
