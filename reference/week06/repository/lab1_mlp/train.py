"""Train the network on two clouds of points that overlap a little."""

import numpy as np
from mlp_numpy import MLP


def main():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, size=400)
    X = rng.normal(size=(400, 2)) + 3.0 * y[:, None]
    net = MLP(2, 8, 2)
    batches = [rng.integers(0, len(X), size=32) for _ in range(100)]
    losses = net.fit(X, y, lr=0.5, batches=batches)
    for step in range(0, len(losses), 20):
        print(f"step {step:3d}: loss {losses[step]:.3f}")
    print(f"right: {np.mean(net.predict(X) == y):.1%}")


if __name__ == "__main__":
    main()
