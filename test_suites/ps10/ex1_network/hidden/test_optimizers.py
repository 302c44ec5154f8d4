"""SGD with momentum and Adam: twenty steps from the same start, with the same gradients.

Gradients are between 0.5 and 2, of either sign: so far from 0 no usual epsilon of Adam's shows (2e-6 of the way),
and neither does single precision (9e-6). The least bug is off by 7e-3.
"""

from grader.checks import Answer, CheckFailed, check, fail, options, values_match

STEPS = 20
SHAPES = {"W1": (3, 4), "b1": (1, 4), "W2": (4, 2)}
FORMS = ("dicts", "lists", "dicts, gradients named dW1", "one array at a time")
SGD = options("SGD", update=FORMS, gradient=("as it is", "times (1 - momentum)"))
ADAM = options("Adam", update=FORMS)


@check("sgd.steps")
def test_sgd(student, reference, rng, readings, evidence, known_mistakes):
    """SGD moves by the learning rate times the gradient, and goes on by momentum."""
    probes = [(rng.uniform(0.01, 0.1), momentum, start(rng)) for momentum in (0.9, rng.uniform(0.5, 0.8))]

    def make(module, probe, reading):
        rate, momentum, _ = probe
        scale = 1 if reading is None or reading["gradient"] == "as it is" else 1 - momentum
        optimizers = module.sgd.Optimizers if hasattr(module, "sgd") else module.Optimizers
        return optimizers.SGD(rate * scale, momentum)

    find_steps(SGD, make, probes, student, reference, readings, evidence, known_mistakes)


@check("adam.steps")
def test_adam(student, reference, rng, readings, evidence, known_mistakes):
    """Adam moves by its moments, freed of their start at 0; time passes once a step."""
    probes = [(rng.uniform(0.001, 0.01), betas, start(rng)) for betas in ((0.9, 0.999), (0.8, 0.95))]

    def make(module, probe, _reading):
        rate, betas, _ = probe
        optimizers = module.adam.Optimizers if hasattr(module, "adam") else module.Optimizers
        return optimizers.Adam(rate, *betas)

    find_steps(ADAM, make, probes, student, reference, readings, evidence, known_mistakes)


def start(rng):
    """Parameters, and their gradients for each step."""
    params = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    gradients = [
        {
            name: rng.uniform(0.5, 2, size=shape) * rng.choice([-1, 1], size=shape)
            for name, shape in SHAPES.items()
        }
        for _ in range(STEPS)
    ]
    return params, gradients


def find_steps(choices, make, probes, student, reference, readings, evidence, known_mistakes):
    """The one form in which the whole way agrees, of parameters in two runs."""
    asked = {}

    def of(reading, number):
        key = (reading["update"], number)
        if key not in asked:
            try:
                asked[key] = their_way(
                    student, make, probes[number], reading["update"], choices[0].of.lower()
                )
            except CheckFailed as failure:
                asked[key] = failure
        if isinstance(asked[key], CheckFailed):
            raise asked[key]
        return asked[key]

    def way(module, number, reading):
        return our_way(make(module, probes[number], reading), probes[number][2])

    def compare(reading, number):
        values_match(
            of(reading, number),
            way(reference.neural_network, number, reading),
            name="steps of the parameters",
        )

    def explain(reading):
        def observe(module):
            return [array for number in range(len(probes)) for array in way(module, number, reading)]

        values_match(
            [answer for number in range(len(probes)) for answer in of(reading, number)],
            observe(reference.neural_network),
            name="steps of the parameters",
            evidence=evidence,
            diagnose=known_mistakes.matcher("neural_network", observe),
            hint="Do three steps of one number on paper, and compare.",
        )

    readings.find(choices, range(len(probes)), compare, explain=readings.named_first(choices, explain))


def our_way(optimizer, run):
    """How far each parameter is from its start: after one step, after two, and after all."""
    params, gradients = run
    held = {name: value.copy() for name, value in params.items()}
    ways = []
    for each in gradients:
        changed = optimizer.update(held, {name: value.copy() for name, value in each.items()})
        held = held if changed is None else changed
        ways.append({name: held[name] - params[name] for name in params})
    return [ways[step][name] for step in (0, 1, STEPS - 1) for name in params]


def their_way(student, make, probe, form, module):
    """The same of the student's optimizer, which changes parameters in place or returns new ones."""
    room = getattr(student, module)
    params, gradients = probe[2]
    names = list(params)
    optimizer = None if form == FORMS[3] else make(student, probe, None)
    alone = {name: make(student, probe, None) for name in names} if optimizer is None else {}
    now = dict(params)
    ways = []
    for each in gradients:
        if alone:
            now = {
                n: _updated(room, alone[n], now[n], each[n], lambda a, n=n: a.array(SHAPES[n])) for n in names
            }
        elif form == FORMS[1]:
            after = _updated(room, optimizer, [now[n] for n in names], [each[n] for n in names], _in_list)
            now = dict(zip(names, after, strict=True))
        else:
            sent = each if form == FORMS[0] else {f"d{n}": g for n, g in each.items()}
            now = _updated(room, optimizer, now, sent, lambda a: a.tensors(SHAPES))
        ways.append({n: now[n] - params[n] for n in names})
    return [
        Answer(f"{n} after {step + 1} updates, from its start", ways[step][n])
        for step in (0, 1, STEPS - 1)
        for n in names
    ]


def _updated(room, optimizer, params, gradients, read):
    """The parameters after one update: what was passed if that changed, else what was returned."""
    held = room.hold(params)
    told = optimizer.update(held, gradients)
    after = read(held.fetch())
    before = read(Answer("the parameters before", params))
    pairs = zip(*(each.values() if isinstance(each, dict) else each for each in (after, before)), strict=True)
    in_place = any((a != b).any() for a, b in pairs)
    return after if in_place or told.as_it_came() is None else read(told)


def _in_list(answer):
    if not isinstance(answer.as_it_came(), list) or len(answer.as_it_came()) != len(SHAPES):
        raise fail("A list of the parameters was expected.", call=answer.call)
    return [
        Answer(f"{answer.call}[{i}]", v).array(shape)
        for i, (v, shape) in enumerate(zip(answer.as_it_came(), SHAPES.values(), strict=True))
    ]
