"""MiniGPT: attention by its formula, and whether it learns. All of it advice."""

from itertools import pairwise

import numpy as np

from grader.checks import CheckFailed, check, fail, values_match

LETTERS = "abcdefghijklmnopqrstuvwxyz"
LENGTH = 40
RIGHT = 0.7
"""Of the letters, the share that follows as in the text."""


def attention(Q, K, V, allowed):
    """softmax(Q Kᵀ / √d) V, of the places that are allowed, (T, T)."""
    scores = np.where(allowed, Q @ K.transpose(0, 2, 1) / np.sqrt(Q.shape[-1]), -np.inf)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True) @ V


def draw(rng):
    """Queries, keys and values (2, 5, 4), in single precision."""
    return [rng.normal(size=(2, 5, 4)).astype(np.float32) for _ in range(3)]


def output(answer):
    """What attention gives, where it gives its weights as well."""
    found = answer.as_it_came()
    return answer.pair()[0] if isinstance(found, list) and len(found) == 2 else answer


@check("gpt.attention")
def test_attention(student, rng):
    """MiniGPT.attention is softmax(Q Kᵀ / √d) V."""
    Q, K, V = draw(rng)
    answer = output(student.gpt.MiniGPT(11, 16, 2, 1).attention(Q, K, V))
    everywhere = np.ones((5, 5), dtype=bool)
    unscaled = attention(Q * np.sqrt(Q.shape[-1]), K, V, everywhere)
    if answer.shape() == unscaled.shape and np.abs(answer.array() - unscaled).max() < 1e-4:
        raise fail(
            "The output of attention is wrong.",
            call=answer.call,
            diagnosis="The scores are not divided by the root of d",
            diagnosis_id="unscaled",
        )
    hint = "The softmax goes over the keys: the last axis of the scores."
    values_match(answer, attention(Q, K, V, everywhere), name="output", hint=hint)


@check("gpt.causal")
def test_causal(student, rng):
    """With a causal mask no place sees a later one."""
    Q, K, V = draw(rng)
    seen = np.tril(np.ones((5, 5), dtype=bool))
    failure = None
    for mask in (seen, ~seen, np.where(seen, 0, -1e9).astype(np.float32)):
        try:
            answer = output(student.gpt.MiniGPT(11, 16, 2, 1).attention(Q, K, V, mask))
            values_match(answer, attention(Q, K, V, seen), name="output", hint=MASKED)
        except CheckFailed as raised:
            failure = failure or raised
        else:
            return
    raise failure


MASKED = "What is masked is -inf before the softmax, not 0 after it."


@check("gpt.learns", seconds=120)
def test_learns(student, rng):
    """After train_on_corpus, what it generates goes on as the text does."""
    letters = "".join(rng.permutation(list(LETTERS))[:7])
    follows = dict(zip(letters, letters[1:] + letters[0], strict=True))
    net = student.gpt.MiniGPT(len(letters), 32, 2, 1)
    net.train_on_corpus(letters * 40)
    answer = net.generate(letters[:3], LENGTH)
    text = answer.text()
    pairs = list(pairwise(text))
    right = sum(follows.get(one) == other for one, other in pairs)
    if len(pairs) < LENGTH // 2 or right < RIGHT * len(pairs):
        raise fail(
            "What it generates is not like the text.",
            call=answer.call,
            yours=f"{text[:60]!r}: {right} of {len(pairs)} letters follow as in the text",
            expected=f"{letters * 3}…",
        )
