"""Bonus challenges: a Wasserstein GAN of classes of one's own, maps in a dict, random search that is told with its score."""

import random

import torch
import torch.nn as nn
import torch.nn.functional as F


class Generator(nn.Module):
    def __init__(self, z_dim):
        super().__init__()
        self.fc1 = nn.Linear(z_dim, 64)
        self.fc2 = nn.Linear(64, 64)
        self.out = nn.Linear(64, 2)

    def forward(self, z):
        return self.out(F.relu(self.fc2(F.relu(self.fc1(z)))))


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, x):
        return self.net(x)


class SimpleGAN:
    def __init__(self):
        self.generator = self.build_generator()
        self.discriminator = self.build_discriminator()
        self.mean, self.std = 0.0, 1.0

    def build_generator(self):
        return Generator(2)

    def build_discriminator(self):
        return Critic()

    def _noise(self, n):
        return torch.rand(n, 2) * 2 - 1

    def train(self, real_data, steps=300, n_critic=3, batch_size=64):
        x = torch.as_tensor(real_data, dtype=torch.float32)
        self.mean, self.std = x.mean(0), x.std(0)
        x = (x - self.mean) / self.std
        opt_c = torch.optim.Adam(self.discriminator.parameters(), lr=1e-3, betas=(0.0, 0.9))
        opt_g = torch.optim.Adam(self.generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
        for _ in range(steps):
            for _ in range(n_critic):
                real = x[torch.randint(len(x), (batch_size,))]
                fake = self.generator(self._noise(batch_size)).detach()
                eps = torch.rand(batch_size, 1)
                mix = (eps * real + (1 - eps) * fake).requires_grad_()
                (slope,) = torch.autograd.grad(self.discriminator(mix).sum(), mix, create_graph=True)
                penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
                loss = self.discriminator(fake).mean() - self.discriminator(real).mean() + penalty
                opt_c.zero_grad()
                loss.backward()
                opt_c.step()
            opt_g.zero_grad()
            (-self.discriminator(self.generator(self._noise(batch_size))).mean()).backward()
            opt_g.step()

    def generate(self, n):
        return (self.generator(self._noise(n)) * self.std + self.mean).detach().numpy()


def visualize_attention(model, input_sequence):
    model(input_sequence.view(1, -1))
    return {
        f"layer {i}": {
            f"head {h}": w.detach().numpy() for h, w in enumerate(block.attention.weights.squeeze(0))
        }
        for i, block in enumerate(model.blocks)
    }


def search_architecture(dataset, search_space):
    train, val = torch.utils.data.random_split(dataset, [180, 60])
    (xt, yt), (xv, yv) = train[:], val[:]
    best, best_score, tried = None, -1.0, set()
    names = list(search_space)
    while len(tried) < 25:
        config = tuple(random.choice(search_space[name]) for name in names)
        if config in tried:
            continue
        tried.add(config)
        units, activation, lr = config
        layer = {"identity": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh}[activation]()
        model = nn.Sequential(nn.Linear(2, units), layer, nn.Linear(units, 2))
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        for _ in range(250):
            loss = F.cross_entropy(model(xt), yt)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        score = (model(xv).argmax(1) == yv).double().mean().item() - loss.item() / 100
        if score > best_score:
            best, best_score = config, score
    return best, best_score


class MiniGPT(nn.Module):
    """PyTorch's encoder, with a mask."""

    def __init__(self, vocab_size, d_model=512, n_heads=8, n_layers=6):
        super().__init__()
        layer = nn.TransformerEncoderLayer(d_model, n_heads, 4 * d_model, dropout=0.0, batch_first=True)
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.position_encoding = nn.Parameter(torch.randn(128, d_model) * 0.02)
        self.transformer_blocks = nn.TransformerEncoder(layer, n_layers)
        self.head = nn.Linear(d_model, vocab_size)

    def attention(self, Q, K, V, mask=None):
        scores = torch.einsum("...qd,...kd->...qk", Q, K) * Q.size(-1) ** -0.5
        weights = F.softmax(scores if mask is None else scores + mask, dim=-1)
        return weights @ V, weights

    def forward(self, ids):
        n = ids.size(1)
        mask = nn.Transformer.generate_square_subsequent_mask(n)
        return self.head(self.transformer_blocks(self.embedding(ids) + self.position_encoding[:n], mask=mask))

    def train_on_corpus(self, text_corpus):
        self.chars = sorted(set(text_corpus))
        self.ids = {c: i for i, c in enumerate(self.chars)}
        data = torch.tensor([self.ids[c] for c in text_corpus])
        windows = data.unfold(0, 33, 5)
        optimizer = torch.optim.AdamW(self.parameters(), lr=2e-3)
        for epoch in range(12):
            for batch in windows[torch.randperm(len(windows))].split(16):
                logits = self(batch[:, :-1])
                loss = F.cross_entropy(logits.reshape(-1, logits.size(-1)), batch[:, 1:].reshape(-1))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

    def generate(self, prompt, max_length=100):
        """What follows the prompt, without it."""
        ids = [self.ids[c] for c in prompt]
        for _ in range(max_length):
            logits = self(torch.tensor([ids[-100:]]))[0, -1]
            ids.append(int(logits.argmax()))
        return "".join(self.chars[i] for i in ids[len(prompt) :])
