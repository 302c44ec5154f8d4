"""A small causal transformer whose attention can be looked at: given, and the same for everybody.

``Transformer`` takes whole numbers (N, T), the tokens, and gives logits (N, T, vocab_size). Each of its ``blocks`` has
an ``attention`` that keeps, after each forward pass, how much each place looked at each other one: ``weights``,
(N, heads, T, T), a row for each place that looks.
"""

import torch
from torch import nn


class Attention(nn.Module):
    """Multi-head attention of which no place sees a later one (Vaswani et al., 2017)."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.query = nn.Linear(d_model, d_model)
        self.key = nn.Linear(d_model, d_model)
        self.value = nn.Linear(d_model, d_model)
        self.out = nn.Linear(d_model, d_model)
        self.weights = None

    def forward(self, x):
        """(N, T, d_model) → (N, T, d_model)."""
        N, T, d_model = x.shape
        size = d_model // self.n_heads
        Q, K, V = (
            layer(x).view(N, T, self.n_heads, size).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = Q @ K.transpose(-2, -1) / size**0.5
        later = torch.ones(T, T, dtype=torch.bool, device=x.device).triu(1)
        self.weights = torch.softmax(scores.masked_fill(later, float("-inf")), dim=-1)
        return self.out((self.weights @ V).transpose(1, 2).reshape(N, T, d_model))


class Block(nn.Module):
    """Attention, then two layers place by place, each beside a shortcut."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.attention = Attention(d_model, n_heads)
        self.norm2 = nn.LayerNorm(d_model)
        self.feed_forward = nn.Sequential(
            nn.Linear(d_model, 2 * d_model), nn.GELU(), nn.Linear(2 * d_model, d_model)
        )

    def forward(self, x):
        """(N, T, d_model) → (N, T, d_model)."""
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class Transformer(nn.Module):
    """Embeddings of tokens and of places, blocks, and logits of the next token."""

    def __init__(self, vocab_size, d_model=24, n_heads=3, n_layers=2, longest=64):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.places = nn.Embedding(longest, d_model)
        self.blocks = nn.ModuleList(Block(d_model, n_heads) for _ in range(n_layers))
        self.out = nn.Linear(d_model, vocab_size)

    def forward(self, tokens):
        """(N, T) → (N, T, vocab_size)."""
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1], device=tokens.device))
        for block in self.blocks:
            x = block(x)
        return self.out(x)
