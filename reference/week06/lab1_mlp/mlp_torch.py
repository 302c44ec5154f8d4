"""The same perceptron in PyTorch, which takes the derivatives itself.

New against ``mlp_numpy``: the backward pass is gone. What is left to say is the forward pass and the loss;
autograd records both and walks the road back. ``nn.Linear`` keeps its weight as (outputs, inputs), the
transpose of ours.
"""

import torch
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    """Two linear layers with a ReLU between them; arguments as in ``mlp_numpy.MLP``.

    All methods take and give tensors: X (N, n_in) of floats, y (N,) of integers.
    """

    def __init__(self, n_in, n_hidden, n_out, seed=0):
        super().__init__()
        # BEGIN SOLUTION: two layers of torch.nn, with initial weights from this seed
        self.hidden = nn.Linear(n_in, n_hidden)
        self.out = nn.Linear(n_hidden, n_out)
        generator = torch.Generator().manual_seed(seed)
        for layer in (self.hidden, self.out):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            nn.init.zeros_(layer.bias)
        # END SOLUTION

    @property
    def params(self):
        """The parameters in the layout of ``mlp_numpy``: W1 is (n_in, n_hidden), W2 (n_hidden, n_out)."""
        # BEGIN SOLUTION: a dict of tensors, weights transposed
        return {
            "W1": self.hidden.weight.detach().T,
            "b1": self.hidden.bias.detach(),
            "W2": self.out.weight.detach().T,
            "b2": self.out.bias.detach(),
        }
        # END SOLUTION

    def load_params(self, params):
        """Take over parameters in the layout of ``params``, tensors or arrays: the NumPy net's, say."""
        # BEGIN SOLUTION: copy each tensor into its layer, weights transposed, without recording a gradient
        W1, b1, W2, b2 = (torch.as_tensor(params[name]) for name in ("W1", "b1", "W2", "b2"))
        with torch.no_grad():
            self.hidden.weight.copy_(W1.T)
            self.hidden.bias.copy_(b1)
            self.out.weight.copy_(W2.T)
            self.out.bias.copy_(b2)
        # END SOLUTION

    def forward(self, X):
        """The logits of a batch, (N, n_out)."""
        # BEGIN SOLUTION: hidden layer, relu, output layer
        H = F.relu(self.hidden(X))  # (N, n_hidden)
        return self.out(H)
        # END SOLUTION

    def loss(self, X, y):
        """Mean softmax cross-entropy, a tensor of one number that autograd can start from."""
        # BEGIN SOLUTION: torch has one function for softmax, logarithm and mean; it takes logits
        return F.cross_entropy(self(X), y)
        # END SOLUTION

    def gradients(self, X, y):
        """The derivative of the loss by each parameter, in the layout of ``params``: by autograd."""
        # BEGIN SOLUTION: forget old gradients, call backward, and read .grad
        self.zero_grad()
        self.loss(X, y).backward()
        return {
            "W1": self.hidden.weight.grad.T,
            "b1": self.hidden.bias.grad,
            "W2": self.out.weight.grad.T,
            "b2": self.out.bias.grad,
        }
        # END SOLUTION

    def fit(self, X, y, *, lr, batches):
        """Stochastic gradient descent, a step for each mini-batch; arguments, result as in ``mlp_numpy``."""
        # BEGIN SOLUTION: the loop of mlp_numpy with torch.optim.SGD
        optimizer = torch.optim.SGD(self.parameters(), lr=lr)
        losses = []
        for rows in batches:
            optimizer.zero_grad()
            loss = self.loss(X[rows], y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses
        # END SOLUTION

    def predict(self, X):
        """The most likely class of each row: (N,) integers."""
        # BEGIN SOLUTION: the class with the largest logit
        with torch.no_grad():
            return self(X).argmax(dim=1)
        # END SOLUTION
