"""The inputs of every case. The build runs this file, which writes fixtures.json and private/hidden.json.

TERM is the seed of all inputs: another number gives new ones for another term.
"""

import json
import random

from private.reference import softmax

TERM = 1


def case(z, advice):
    return {"z": z, "p": softmax(z), "advice": advice}


def scores(number, shift=0):
    return [round(shift + draw.uniform(-2, 2), 3) for _ in range(number)]


draw = random.Random(TERM)
PUBLIC = {
    "q1_softmax/three scores": case(scores(3), "The probabilities do not fit the formula."),
    "q1_softmax/large scores": case(scores(3, shift=800), "Large scores overflow: subtract the largest first."),
}
HIDDEN = {"q1_softmax/another length": case(scores(7), "Not right for vectors of another length.")}

for file, cases in (("fixtures.json", PUBLIC), ("private/hidden.json", HIDDEN)):
    with open(file, "w", encoding="utf-8") as out:
        json.dump(cases, out, indent=1)
