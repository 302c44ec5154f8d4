"""Attention maps: are they the model's own, does no place look ahead, and do they sum to one?"""

import numpy as np

from grader.checks import CheckFailed, ask, check, fail

LENGTH, VOCABULARY = 9, 13
CALL = "visualize_attention(model, tokens)"
PICTURES = (".png", ".pdf", ".svg", ".jpg", ".jpeg")
CLOSE = 1e-3
"""Maps in float32 are off by 1e-6."""

AVERAGED = "The heads are averaged: each has a map of its own"
SCORES = "These are scores: the softmax is missing"
ONE_BLOCK = "Only one block's maps are shown"


@check("attention.own")
def test_own(student, reference, rng):
    """There is a map for each head of each block, and it is what the model looks at."""
    maps, truth = asked(student, reference, rng)
    missing = [n for n, true in enumerate(truth.reshape(-1, LENGTH, LENGTH)) if apart(maps, true) > CLOSE]
    if missing:
        named = why(maps, truth)
        raise fail(
            "The maps are not the model's.",
            call=CALL,
            yours=f"{len(maps)} maps; {truth[..., 0, 0].size - len(missing)} of the model's are among them",
            expected=f"{truth.shape[0]} blocks of {truth.shape[1]} heads",
            diagnosis=named,
            diagnosis_id="maps" if named else "",
            hint="" if named else "After a forward pass each block's attention.weights has them.",
        )


@check("attention.causal", needs="attention.own")
def test_causal(student, reference, rng):
    """No place looks at a later one."""
    maps, _ = asked(student, reference, rng)
    ahead = float(np.abs(np.triu(maps, 1)).max())
    if ahead > CLOSE:
        raise fail(
            "Places look at later ones.",
            call=CALL,
            yours=f"up to {ahead:.2g} above the diagonal",
            expected="0",
        )


@check("attention.sums", needs="attention.own")
def test_sums(student, reference, rng):
    """What each place looks at sums to one."""
    maps, _ = asked(student, reference, rng)
    sums = maps.sum(axis=2)
    worst = float(sums.flat[np.abs(sums - 1).argmax()])
    if abs(worst - 1) > CLOSE:
        raise fail("A row of a map does not sum to one.", call=CALL, yours=f"{worst:.3g}", expected="1")


def asked(student, reference, rng):
    """The student's maps (n, T, T), and the true ones (blocks, heads, T, T); rows are who looks."""
    import torch

    torch.manual_seed(int(rng.integers(2**31)))
    model = reference.attention_model.Transformer(VOCABULARY)
    for block in model.blocks:
        for layer in (block.attention.query, block.attention.key):
            layer.weight.data *= 3  # so that heads look at something
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    tokens = rng.integers(VOCABULARY, size=LENGTH)
    with torch.no_grad():
        model.double()(torch.tensor(tokens)[None])
    truth = np.stack([block.attention.weights[0].numpy() for block in model.blocks])
    side = student.attention
    shown, failure = None, None
    try:
        shown = side.visualize_attention(side.tool("bonus_bench.transformer", weights, VOCABULARY), tokens)
    except CheckFailed as failed:  # a figure and its axes can't be sent: they may be open all the same
        failure = failed
    maps = side.tool("bonus_bench.maps", shown, LENGTH).array((None, LENGTH, LENGTH))
    if failure and not len(maps):
        raise failure
    pictures = [name for name in side.files() if name.lower().endswith(PICTURES)]
    if not len(maps) and pictures:
        raise ask("The maps are in pictures alone: a person looks at them.", yours=", ".join(pictures)[:200])
    if not len(maps):
        raise fail(
            "There are no maps in what was returned, nor in a figure.",
            call=CALL,
            expected=f"arrays whose last two axes are ({LENGTH}, {LENGTH})",
        )
    turned = maps.transpose(0, 2, 1)
    each = truth.reshape(-1, LENGTH, LENGTH)
    nearer = sum(apart(turned, true) for true in each) < sum(apart(maps, true) for true in each)
    return (turned if nearer else maps), truth


def apart(maps, true):
    """How far the nearest map is from a true one, whatever it has above the diagonal and its rows sum to."""
    kept = np.tril(maps)
    sums = kept.sum(axis=2, keepdims=True)
    rows = kept / np.where(np.abs(sums) > 1e-12, sums, 1)
    return float(np.abs(rows - true).max(axis=(1, 2)).min())


def why(maps, truth):
    """What maps that are not the model's are instead, if that can be said."""
    if all(apart(maps, block.mean(axis=0)) < CLOSE for block in truth):
        return AVERAGED
    if any(all(apart(maps, true) < CLOSE for true in block) for block in truth):
        return ONE_BLOCK
    below = np.tril(np.ones((LENGTH, LENGTH), dtype=bool))
    scores = np.exp(np.where(below, maps - maps.max(axis=2, keepdims=True), -np.inf))
    if all(apart(scores, true) < CLOSE for true in truth.reshape(-1, LENGTH, LENGTH)):
        return SCORES
    return ""
