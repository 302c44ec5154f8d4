"""The network is the ResNet18 of He et al.: same weights, same numbers, same derivatives."""

import numpy as np

from grader.checks import check, fail, gradients_match, values_match

SIZES = (2, 3)
"""Classes and channels of the networks that are compared: neither is 1, so that neither can be left out."""
ASKED = (
    "fc.bias",
    "layer3.1.bn2.weight",
    "layer2.0.downsample.0.weight",
    "layer1.0.conv1.weight",
    "conv1.weight",
)
"""Whose derivatives are compared, in backward order: the end, blocks of both kinds, the stem."""


class Probe:
    """Weights for a network of two classes and three channels, and images that fit no stride evenly."""

    def __init__(self, reference, rng):
        self.networks = reference.networks
        self.weights = self.networks.draw_weights(rng, reference.model.build_model, *SIZES)
        self.X = rng.standard_normal((5, SIZES[1], *rng.permutation([37, 50])), dtype=np.float32)
        self.cotangent = rng.standard_normal((5, SIZES[0]), dtype=np.float32)

    def of(self, module, *, training=False):
        """The network of the reference, or of a mutant of it."""
        return self.networks.network(module.build_model, self.weights, *SIZES, training=training)

    def yours(self, student, *, training=False):
        """The student's network with these weights."""
        net = student.model.build_model(*SIZES)
        student.model.tool("load_state", net, self.weights)
        return net.train(training)


@check("model.weights", needs="model.shapes")
def test_weights(student, reference, evidence):
    """Its parameters have torchvision's names and shapes, and all of them can be trained."""
    for sizes in ((1, 1), SIZES):
        shapes, parameters = reference.networks.shapes(reference.model.build_model, *sizes)
        told = student.model.tool("state", student.model.build_model(*sizes))
        if not told.item("is_module").flag():
            raise fail("build_model does not give a torch.nn.Module.", call=f"build_model{sizes}")
        yours = {part: told.item(part).shapes() for part in ("parameters", "frozen", "buffers")}
        registered = {name: shape for part in yours.values() for name, shape in part.items()}
        count = sum(int(np.prod(registered[name])) for name in yours["parameters"])
        evidence.measure(f"trainable parameters of build_model{sizes}", count)
        _compare(registered, shapes, sizes)
        frozen = [name for name in parameters if name in yours["frozen"]]
        if frozen:
            raise fail(
                "Some parameters can't be trained.",
                call=f"build_model{sizes}",
                yours=f"{frozen[0]} has requires_grad = False",
                how_many=f"{len(frozen)} of {len(parameters)} are frozen",
            )


def _compare(yours, expected, sizes):
    wanted = {name: shape for name, shape in expected.items() if not name.endswith("num_batches_tracked")}
    missing = [name for name in wanted if name not in yours]
    extra = [name for name in yours if name not in expected]
    if missing or extra:
        raise fail(
            "The network's parameters are not ResNet18's.",
            call=f"build_model{sizes}.state_dict()",
            yours=f"without {', '.join(missing[:3])}" if missing else f"with {', '.join(extra[:3])}",
            how_many=f"{len(missing)} missing, {len(extra)} too many",
            hint="Names are torchvision's: conv1, bn1, layer1.0.conv1, …, layer2.0.downsample.0, …, fc.",
        )
    for name, shape in wanted.items():
        if yours[name] != shape:
            raise fail(
                "A parameter has the wrong shape.",
                call=f"build_model{sizes}.state_dict()[{name!r}]",
                yours=f"shape {yours[name]}",
                expected=f"shape {shape}",
            )


@check("model.forward", needs="model.weights")
def test_forward(student, reference, rng, evidence, known_mistakes):
    """With the same weights it gives the reference's logits, in evaluation mode."""
    probes = [Probe(reference, rng), Probe(reference, rng)]
    values_match(
        [p.yours(student).forward(p.X) for p in probes],
        [p.networks.logits(p.of(reference.model), p.X) for p in probes],
        name="logits",
        evidence=evidence,
        diagnose=known_mistakes.matcher(
            "model", lambda module: [p.networks.logits(p.of(module), p.X) for p in probes]
        ),
        hint="Compare Figure 2 and Table 1 of the paper: strides, paddings, and what comes before the addition.",
    )


@check("model.batchnorm", needs="model.forward")
def test_batchnorm(student, reference, rng, evidence):
    """In training mode BatchNorm uses the batch's own statistics, and keeps a running mean of them."""
    probe = Probe(reference, rng)
    ours, yours = probe.of(reference.model, training=True), probe.yours(student, training=True)
    values_match(
        yours.forward(probe.X),
        probe.networks.logits(ours, probe.X),
        name="logits in training mode",
        evidence=evidence,
        hint="After net.train() every BatchNorm must normalise by its batch; after net.eval(), by what it kept.",
    )
    name = "layer3.0.bn1.running_mean"
    before = probe.weights[name].astype(float)
    towards = probe.networks.buffer(ours, name) - before  # in the direction of the batch's mean
    moved = student.model.tool("buffers", yours, [name]).item(name).array(before.shape) - before
    share = float(moved @ towards / (towards @ towards))
    if share <= 0 or not np.allclose(moved, share * towards, atol=1e-3 * np.abs(towards).max()):
        raise fail(
            "The running statistics do not follow the batches.",
            call=f"net.{name} after a batch in training mode",
            hint="BatchNorm keeps them only in training mode: don't call eval() inside the network.",
        )


@check("model.gradients", needs="model.forward")
def test_gradients(student, reference, rng, evidence, known_mistakes):
    """Gradients flow through every block, along the convolutions and along the shortcut."""
    probe = Probe(reference, rng)
    yours = student.model.tool("gradients", probe.yours(student), probe.X, probe.cotangent, list(ASKED))
    if "lost" in yours.names():
        raise fail("Your code raised RuntimeError.", call=yours.call, yours=yours.item("lost").text())
    gradients_match(
        yours,
        probe.networks.gradients(probe.of(reference.model), probe.X, probe.cotangent, ASKED),
        evidence=evidence,
        diagnose=known_mistakes.matcher(
            "model", lambda m: [probe.networks.gradients(probe.of(m), probe.X, probe.cotangent, ASKED)]
        ),
    )
