"""Text of a few invented words, drawn when it is graded: nobody has seen it, and its words are easily told.

A generator gets this text, its epochs and a seed of one character.
"""

import re

import numpy as np

from test_suites.ps10.ex3_rnn.public.answers import ready

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = 6
WRITTEN = 250
"""Words of the text: about 1,500 characters."""
EPOCHS = 50
"""As many as the document's default."""
TEMPERATURE = 0.5


def invented(rng):
    """Six words of four to seven letters, no two beginning alike."""
    firsts = rng.permutation(list(LETTERS))[:WORDS]
    letters = rng.permutation(list(LETTERS))[:14]
    return [
        first + "".join(rng.choice(letters, size=int(size)))
        for first, size in zip(firsts, rng.integers(3, 7, size=WORDS), strict=True)
    ]


def text_of(rng, words, number=WRITTEN):
    """So many of the words in random order."""
    return " ".join(rng.choice(words, size=number))


def generator(student, text, epochs):
    """A TextGenerator that has learnt the text."""
    made = ready(student, lambda: student.text_generator.TextGenerator(len(set(text))))
    made.train_on_text(text, epochs=epochs)
    return made


def share(written, words):
    """The share of letters that stand in real words; the first and the last may be cut, and don't count."""
    between = re.split(r"\s+", written)[1:-1]
    letters = sum(map(len, between))
    return sum(len(word) for word in between if word in words) / letters if letters else 0.0


def lengths(length, seed):
    """How long a text of this length may be: without its seed, with it, or with it counted."""
    return {length - len(seed), length, length + len(seed)}


def vocabulary(found):
    """A mapping as a dict; a list counts its items."""
    return dict(enumerate(found)) if isinstance(found, list) else found


def is_index(value):
    """Whether a value is a whole number, however it is stored."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
