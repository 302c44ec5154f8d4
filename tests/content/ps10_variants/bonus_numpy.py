"""Bonus challenges: the GAN without PyTorch, attention in a figure, an evolutionary search."""

import random

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import torch


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.b = np.zeros(n_out)
        self.moments = [np.zeros_like(p) for p in (self.W, self.b, self.W, self.b)]
        self.steps = 0

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, d, rate):
        dx, gradients = d @ self.W.T, (self.x.T @ d, d.sum(axis=0))
        if rate:
            self.steps += 1
            for i, (p, g) in enumerate(zip((self.W, self.b), gradients)):
                self.moments[i] = 0.5 * self.moments[i] + 0.5 * g
                self.moments[i + 2] = 0.9 * self.moments[i + 2] + 0.1 * g**2
                m, v = self.moments[i] / (1 - 0.5**self.steps), self.moments[i + 2] / (1 - 0.9**self.steps)
                p -= rate * m / (np.sqrt(v) + 1e-8)
        return dx


class LeakyReLU:
    def forward(self, x):
        self.slope = np.where(x > 0, 1.0, 0.2)
        return x * self.slope

    def backward(self, d, rate):
        return d * self.slope


class Net:
    def __init__(self, *sizes):
        self.layers = [Dense(sizes[0], sizes[1])]
        for n_in, n_out in zip(sizes[1:], sizes[2:]):
            self.layers += [LeakyReLU(), Dense(n_in, n_out)]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, d, rate):
        for layer in reversed(self.layers):
            d = layer.backward(d, rate)
        return d


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class SimpleGAN:
    def __init__(self):
        self.latent_dim = 5
        self.generator = self.build_generator()
        self.discriminator = self.build_discriminator()

    def build_generator(self):
        return Net(self.latent_dim, 32, 2)

    def build_discriminator(self):
        return Net(4, 32, 32, 1)

    def _judge(self, points):
        return self.discriminator.forward(
            np.hstack([points, np.broadcast_to(points.mean(axis=0), points.shape)])
        )

    def train(self, real_data):
        n, steps = 64, 1000
        for step in range(steps):
            noise = 0.3 * (1 - step / steps)
            real = real_data[np.random.randint(0, len(real_data), n)].astype(float)
            real += noise * np.random.randn(n, 2)
            fake = self.generator.forward(np.random.randn(n, self.latent_dim)) + noise * np.random.randn(n, 2)
            self.discriminator.backward((sigmoid(self._judge(real)) - 1) / n, 5e-3)
            self.discriminator.backward(sigmoid(self._judge(fake)) / n, 5e-3)
            d = self.discriminator.backward((sigmoid(self._judge(fake)) - 1) / n, 0)
            self.generator.backward(d[:, :2] + d[:, 2:].sum(axis=0) / n, 2e-3)


def visualize_attention(model, input_sequence):
    model.eval()
    seen = []
    hooks = [
        block.attention.register_forward_hook(lambda module, args, out: seen.append(module.weights.detach()))
        for block in model.blocks
    ]
    with torch.no_grad():
        model(torch.as_tensor(input_sequence).unsqueeze(0))
    for hook in hooks:
        hook.remove()
    fig, axes = plt.subplots(len(seen), seen[0].shape[1])
    for row, weights in zip(axes, seen):
        for ax, head in zip(row, weights[0]):
            ax.matshow(head.numpy().T)
    plt.savefig("attention.png")
    plt.close(fig)
    return fig


def search_architecture(dataset, search_space):
    """An evolutionary search; says all that it tried, and the best."""
    X, y = dataset[:]
    order = torch.randperm(len(X))
    fit, val = order[: len(X) // 2], order[len(X) // 2 :]
    history = []

    def accuracy(config):
        torch.manual_seed(1)
        activation = {"identity": torch.nn.Identity(), "relu": torch.nn.ReLU(), "tanh": torch.nn.Tanh()}
        net = torch.nn.Sequential(
            torch.nn.Linear(2, config["n_units"]),
            activation[config["activation"]],
            torch.nn.Linear(config["n_units"], 2),
        )
        optimizer = torch.optim.Adam(net.parameters(), config["learning_rate"])
        for _ in range(200):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(X[fit]), y[fit]).backward()
            optimizer.step()
        score = (net(X[val]).argmax(1) == y[val]).float().mean().item()
        history.append({**config, "accuracy": score})
        return score

    def draw():
        return {name: random.choice(choices) for name, choices in search_space.items()}

    population = sorted(((accuracy(c), c) for c in (draw() for _ in range(16))), key=lambda one: -one[0])
    for generation in range(3):
        for _, parent in population[:4]:
            for name, choices in search_space.items():
                child = {**parent, name: random.choice(choices)}
                population.append((accuracy(child), child))
        population = sorted(population, key=lambda one: one[0], reverse=True)
    return {"history": history, "best_config": population[0][1], "best_accuracy": population[0][0]}
