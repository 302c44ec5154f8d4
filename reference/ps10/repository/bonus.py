"""The bonus challenges, in PyTorch: a GAN, attention made visible, a search for an architecture, and a small GPT."""

import itertools
import math
import random

import torch
from torch import nn


class SimpleGAN:
    """A generator that learns to draw points that a discriminator can't tell from real ones (Goodfellow et al., 2014).

    Graded by the points that it draws after training on 400 points of two clusters, of order 1, within two minutes: in
    each cluster 0.10 of them for all points, 0.02 for a part. It may be written in NumPy: then it is called with arrays.

    Attributes:
        generator: A module, or an object with ``forward``: noise (N, NOISE), standard normal → points (N, 2). Where
            points come about in another way, ``SimpleGAN.generate(n)`` draws n of them.
        discriminator: The same, and judges points.
    """

    NOISE = 4

    def __init__(self):
        self.generator = self.build_generator()
        self.discriminator = self.build_discriminator()

    def build_generator(self):
        """The generator, with random weights."""
        # BEGIN SOLUTION
        return nn.Sequential(nn.Linear(self.NOISE, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2))
        # END SOLUTION

    def build_discriminator(self):
        """The discriminator, with random weights: a point and its batch's mean (N, 4) → how real it is, (N, 1)."""
        # BEGIN SOLUTION: the mean tells it when one cluster is drawn too often (Salimans et al., 2016)
        return nn.Sequential(
            nn.Linear(4, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)
        )
        # END SOLUTION

    def judge(self, points):
        """How real the discriminator takes a batch of points (N, 2) to be: logits (N, 1)."""
        # BEGIN SOLUTION
        return self.discriminator(torch.cat([points, points.mean(dim=0).expand_as(points)], dim=1))
        # END SOLUTION

    def train(self, real_data):
        """Train the discriminator on real and drawn points, and the generator to deceive it, in turns.

        Args:
            real_data: Points (N, 2), a float tensor.
        """
        # BEGIN SOLUTION: noise on all points, less and less, lets the two distributions overlap from the beginning
        loss, steps, size = nn.BCEWithLogitsLoss(), 800, 64
        real, drawn = torch.ones(size, 1), torch.zeros(size, 1)
        of_judge = torch.optim.Adam(self.discriminator.parameters(), lr=5e-3, betas=(0.5, 0.9))
        of_generator = torch.optim.Adam(self.generator.parameters(), lr=2e-3, betas=(0.5, 0.9))
        for step in range(steps):
            spread = 0.3 * (1 - step / steps)
            points = real_data[torch.randint(len(real_data), (size,))]
            points = points + spread * torch.randn_like(points)
            made = self.generator(torch.randn(size, self.NOISE))
            made = made + spread * torch.randn_like(made)
            of_judge.zero_grad()
            (loss(self.judge(points), real) + loss(self.judge(made.detach()), drawn)).backward()
            of_judge.step()
            of_generator.zero_grad()
            loss(self.judge(made), real).backward()
            of_generator.step()
        # END SOLUTION


def visualize_attention(model, input_sequence):
    """Draw a heatmap for each head of each block.

    Args:
        model: A ``Transformer`` of ``attention_model.py``.
        input_sequence: Tokens (T,), whole numbers.

    Returns:
        The maps, an array (blocks, heads, T, T): row by row where each place looks. The Matplotlib figure that shows
        them stays open.
    """
    # BEGIN SOLUTION
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    tokens = torch.as_tensor(input_sequence).reshape(1, -1)
    with torch.no_grad():
        model(tokens)
    maps = torch.stack([block.attention.weights[0] for block in model.blocks])
    figure, axes = plt.subplots(*maps.shape[:2], squeeze=False, figsize=(8, 6))
    for (block, head), axis in zip(itertools.product(*map(range, maps.shape[:2])), axes.flat, strict=True):
        axis.imshow(maps[block, head], cmap="viridis", vmin=0, vmax=1)
        axis.set(title=f"block {block + 1}, head {head + 1}", xlabel="seen", ylabel="looking")
    figure.tight_layout()
    return maps.numpy()
    # END SOLUTION


ACTIVATIONS = {"identity": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh}


def search_architecture(dataset, search_space):
    """Find the network that classifies best what it was not trained on.

    Try all configurations, or at least 40 of them by any strategy, and train each for 200 steps or more.

    Args:
        dataset: A ``TensorDataset`` of inputs (N, 2) and class numbers 0 and 1.
        search_space: Name → choices: ``n_units`` of one hidden layer, its ``activation`` ("identity", "relu", "tanh"),
            and Adam's ``learning_rate``.

    Returns:
        The best configuration: a dict, name → one of its choices.
    """
    # BEGIN SOLUTION: a grid, if it is small; random search, if it isn't
    X, y = dataset.tensors
    cut = len(X) * 2 // 3
    grid = [
        dict(zip(search_space, choices, strict=True)) for choices in itertools.product(*search_space.values())
    ]
    tried = grid if len(grid) <= 60 else random.sample(grid, 60)
    scores = [trained_accuracy(chosen, (X[:cut], y[:cut]), (X[cut:], y[cut:])) for chosen in tried]
    return tried[max(range(len(tried)), key=scores.__getitem__)]
    # END SOLUTION


def trained_accuracy(chosen, train, validation):
    """The accuracy on validation data of one configuration, trained on the rest."""
    # BEGIN SOLUTION
    torch.manual_seed(0)
    n_units = chosen["n_units"]
    model = nn.Sequential(nn.Linear(2, n_units), ACTIVATIONS[chosen["activation"]](), nn.Linear(n_units, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=chosen["learning_rate"])
    for _ in range(200):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(train[0]), train[1]).backward()
        optimizer.step()
    with torch.no_grad():
        return float((model(validation[0]).argmax(dim=1) == validation[1]).float().mean())
    # END SOLUTION


class GPTBlock(nn.Module):
    """Attention over what came before, then two layers place by place, each beside a shortcut."""

    def __init__(self, d_model, attend):
        super().__init__()
        # BEGIN SOLUTION
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.project = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)
        self.inner = nn.Sequential(
            nn.Linear(d_model, 4 * d_model), nn.GELU(), nn.Linear(4 * d_model, d_model)
        )
        self.attend = attend
        # END SOLUTION

    def forward(self, x, n_heads):
        """(N, T, d_model) → (N, T, d_model)."""
        # BEGIN SOLUTION
        x = x + self.out(self.attend(self.project(self.norm1(x)), n_heads))
        return x + self.inner(self.norm2(x))
        # END SOLUTION


class MiniGPT(nn.Module):
    """A language model of characters: embeddings, places, blocks, and logits of the next one. Graded as advice.

    Args:
        vocab_size: How many different characters there are.
        d_model: How many numbers a character becomes.
        n_heads: Attention heads a block.
        n_layers: Blocks.
    """

    LONGEST = 64

    def __init__(self, vocab_size, d_model=512, n_heads=8, n_layers=6):
        super().__init__()
        # BEGIN SOLUTION
        self.n_heads = n_heads
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.position_encoding = nn.Embedding(self.LONGEST, d_model)
        self.transformer_blocks = nn.ModuleList(
            GPTBlock(d_model, self.multi_head_attention) for _ in range(n_layers)
        )
        self.head = nn.Linear(d_model, vocab_size)
        self.characters = []
        # END SOLUTION

    def attention(self, Q, K, V, mask=None):
        """softmax(Q Kᵀ / √d) V, for tensors (…, T, d).

        Args:
            mask: (T, T), True where a place may be looked at; None: everywhere.
        """
        # BEGIN SOLUTION
        scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask.bool(), float("-inf"))
        return torch.softmax(scores, dim=-1) @ V
        # END SOLUTION

    def multi_head_attention(self, x, n_heads):
        """Causal attention, head by head: queries, keys and values (N, T, 3 d_model) → (N, T, d_model)."""
        # BEGIN SOLUTION
        N, T, width = x.shape
        heads = x.view(N, T, 3, n_heads, width // 3 // n_heads).permute(2, 0, 3, 1, 4)
        seen = torch.ones(T, T, dtype=torch.bool).tril()
        return self.attention(*heads, mask=seen).transpose(1, 2).reshape(N, T, width // 3)
        # END SOLUTION

    def forward(self, tokens):
        """Tokens (N, T) → logits of the next ones (N, T, vocab_size)."""
        # BEGIN SOLUTION
        x = self.embedding(tokens) + self.position_encoding(torch.arange(tokens.shape[1]))
        for block in self.transformer_blocks:
            x = block(x, self.n_heads)
        return self.head(x)
        # END SOLUTION

    def train_on_corpus(self, text_corpus):
        """Learn to foretell each character of a text."""
        # BEGIN SOLUTION
        self.characters = sorted(set(text_corpus))
        places = {character: place for place, character in enumerate(self.characters)}
        tokens = torch.tensor([places[character] for character in text_corpus])
        length = min(self.LONGEST, len(tokens) - 1)
        optimizer = torch.optim.Adam(self.parameters(), lr=3e-3)
        for _ in range(150):
            starts = torch.randint(len(tokens) - length, (8,))
            batch = torch.stack([tokens[start : start + length + 1] for start in starts])
            logits = self(batch[:, :-1])
            optimizer.zero_grad()
            nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten()).backward()
            optimizer.step()
        # END SOLUTION

    @torch.no_grad()
    def generate(self, prompt, max_length=100):
        """The prompt and what follows it, at most ``max_length`` characters."""
        # BEGIN SOLUTION
        tokens = [self.characters.index(character) for character in prompt]
        while len(tokens) < max_length:
            logits = self(torch.tensor([tokens[-self.LONGEST :]]))[0, -1, : len(self.characters)]
            tokens.append(int(torch.multinomial(torch.softmax(logits, dim=0), 1)))
        return "".join(self.characters[token] for token in tokens)
        # END SOLUTION
