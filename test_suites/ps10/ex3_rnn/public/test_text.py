"""The generator's vocabulary, and the length of what it writes."""

from grader.checks import check, fail
from test_suites.ps10.ex3_rnn.public import words


@check("text.vocabulary", seconds=120)
def test_vocabulary(student, rng):
    """`train_on_text` numbers the characters of the text, both ways."""
    text = words.text_of(rng, words.invented(rng), number=40)
    made = words.generator(student, text, epochs=1)
    answer = made.get("char_to_idx")
    forth = answer.as_it_came() if isinstance(answer.as_it_came(), dict) else {}
    back = words.vocabulary(made.get("idx_to_char").as_it_came())
    missing = sorted(set(text) - {key for key in forth if isinstance(key, str)})
    if missing:
        raise fail(
            "char_to_idx lacks characters of the text.",
            call=answer.call,
            yours=f"{len(forth)} characters",
            expected=f"all {len(set(text))}; {missing[0]!r} is missing",
        )
    numbers = [forth[character] for character in sorted(set(text))]
    if not all(words.is_index(number) for number in numbers) or len(set(numbers)) != len(numbers):
        raise fail(
            "char_to_idx must give each character a whole number of its own.",
            call=answer.call,
            yours=f"{len({str(n) for n in numbers})} different values for {len(numbers)} characters",
        )
    if not isinstance(back, dict) or any(
        back.get(forth[c], back.get(str(forth[c]))) != c for c in sorted(set(text))
    ):
        raise fail(
            "idx_to_char is not the way back from char_to_idx.",
            call="TextGenerator.idx_to_char",
            hint="idx_to_char[char_to_idx[c]] == c for each character c.",
        )


@check("text.length", seconds=120)
def test_length(student, rng):
    """`generate_text` writes as many characters as asked for, all of them of the text."""
    text = words.text_of(rng, words.invented(rng), number=40)
    made = words.generator(student, text, epochs=1)
    for length in (60, 17, 100):
        seed = text[int(rng.integers(len(text)))]
        answer = made.generate_text(seed, length=length, temperature=1.0)
        written = answer.text()
        if len(written) not in words.lengths(length, seed):
            raise fail(
                "The text does not have the length that was asked for.",
                call=answer.call,
                yours=f"{len(written)} characters",
                expected=f"{length}, or {length + 1} with the seed",
            )
        strange = set(written) - set(text)
        if strange:
            raise fail(
                "The text has characters that the learnt one has not.",
                call=answer.call,
                yours=f"{len(strange)} of them",
                expected="characters of the text",
            )
