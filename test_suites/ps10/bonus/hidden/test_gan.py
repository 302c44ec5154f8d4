"""The GAN: are both networks trained, and does it draw both clusters?"""

import numpy as np

from grader.checks import ask, check, fail, reaches

SPREAD = 0.15
"""Of a cluster, along each axis."""

NEAR = 4 * SPREAD
DRAWN = 1000
GOOD, SOME = 0.10, 0.02
"""The share of the points drawn that lie in the cluster with fewer of them; half is right. The reference has 0.23
to 0.41 on seven seeds; a GAN without anything against mode collapse 0.02 to 0.14 on eight."""

NOISES = {
    "its own": "a method of SimpleGAN's own",
    "uniform": "uniform noise",
    "positive": "uniform noise of 0 to 1",
}

COLLAPSED = "Mode collapse: only one of the two clusters is drawn"
COPIED = "The points that are drawn are the real ones: they were kept, not learnt"


def clusters(rng):
    """The middles (2, 2) of two clusters of order 1, and 400 points in any order, in single precision."""
    angle = rng.uniform(0, 2 * np.pi)
    away = rng.uniform(1.0, 1.4) * np.array([np.cos(angle), np.sin(angle)])
    middles = rng.uniform(-0.3, 0.3, size=2) + np.array([away, -away])
    which = rng.permutation(np.arange(400) % 2)
    return middles, (middles[which] + rng.normal(scale=SPREAD, size=(400, 2))).astype(np.float32)


@check("gan.trains", seconds=120)
def test_trains(student, rng):
    """train() changes the generator and the discriminator."""
    _, data = clusters(rng)
    gan = made(student)
    before = networks(student, gan)
    gan.train(data)
    after = networks(student, gan)
    if len(after) < 2:
        raise ask(
            "The weights of SimpleGAN's networks were not found: a person looks at them.",
            call="SimpleGAN.train(real_data)",
            yours=f"{' and '.join(after) or 'none'} has weights",
            expected="generator and discriminator, each a module, or an object with arrays",
        )
    for name, values in after.items():
        if not np.isfinite(values).all():
            raise fail(
                f"After training, the {name} has weights that are NaN or infinite.", call="SimpleGAN.train"
            )
        if name in before and values.shape == before[name].shape and np.array_equal(values, before[name]):
            raise fail(
                f"Training leaves the {name} as it was.",
                call="SimpleGAN.train(real_data)",
                diagnosis=f"The {name} is never trained",
                diagnosis_id="never-trained",
            )


def made(student):
    """A SimpleGAN, which is trained on tensors where its generator is PyTorch's, else on arrays."""
    gan = student.gan.SimpleGAN()
    if student.gan.tool("bonus_bench.in_torch", gan).flag():
        return gan
    return student.fresh().gan_in_numpy.SimpleGAN()


def networks(student, gan):
    """The weights of both networks, name → array."""
    told = student.gan.tool("bonus_bench.parameters", gan)
    return {name: np.asarray(told.item(name).as_it_came(), dtype=np.float64) for name in told.names()}


@check("gan.clusters", needs="gan.trains", seconds=120)
def test_clusters(student, rng, evidence):
    """What the generator draws lies in both clusters."""
    middles, data = clusters(rng)
    gan = made(student)
    gan.train(data)
    told = student.gan.tool("bonus_bench.points", gan, DRAWN)
    ways = {name: told.item(name).array((DRAWN, 2)) for name in told.names()}
    if not ways:
        raise ask(
            "No way was found to draw points: a person looks at the generator.",
            expected="generator(noise) gives points (N, 2), or SimpleGAN has generate(n)",
        )

    def in_clusters(drawn):
        return (np.linalg.norm(drawn[:, None] - middles[None], axis=2) < NEAR).mean(axis=0)

    way = max(ways, key=lambda name: in_clusters(ways[name]).min())
    if way != "normal":
        evidence.note(f"Points are drawn from {NOISES[way]}, which is legal.")
    drawn, shares = ways[way], in_clusters(ways[way])
    if np.abs(drawn[:100, None] - data[None].astype(float)).max(axis=2).min(axis=1).max() < 1e-6:
        raise fail("The generator draws nothing new.", diagnosis=COPIED, diagnosis_id="copied")
    if shares.max() > 0.5 and shares.min() < SOME / 2:
        raise fail(
            "One cluster is never drawn.",
            yours=f"{shares.max():.0%} of the points lie in one cluster, {shares.min():.0%} in the other",
            diagnosis=COLLAPSED,
            diagnosis_id="collapsed",
        )
    reaches(
        "share of the points drawn in the cluster with fewer of them",
        float(shares.min()),
        GOOD,
        lower=SOME,
        evidence=evidence,
        hint="Discriminator and generator in turns, a thousand steps or more, Adam with a rate near 1e-3.",
    )
