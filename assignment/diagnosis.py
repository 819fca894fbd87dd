"""What a failing check learns about an answer: from its numbers, from a second call, and from smaller questions.

Students receive this file. It must never hold a formula of the assignment. It may ask an answer again only where the
first call came back soon.
"""

import numpy as np

from advice import CheckFailed, describe, first_step, is_rounded
from answers import same
from edits import steps_of
from experiments import ALL, PATIENCE, SAME, agrees, ask, digest, is_right, signature
from findings import GRADIENTS, Findings, Named
from places import place_of
from relations import relation_of

NEARLY = 5e-4  # a relative error below is one of precision: known mistakes are further off


def diagnose(case, function, got, wrong, took):
    """Findings on a wrong answer to a public case.

    got: its numbers. wrong: {array: (limit, error)}. took: the seconds of the first call.
    """
    known = what_is_off(case, got, wrong)
    if took > PATIENCE:
        return known
    if fails_above(case, function):
        return changed(known, above=True)
    if all(is_rounded(got[name], case.want[name]) for name in wrong):
        return changed(known, rounded=True)
    if by_chance(case, function, got):
        return changed(known, chance=True)
    asked, wholes = ask(case.question, case.probes, function, case.form, took) if case.probes else ({}, [])
    if named := named_mistakes(case, got, wrong, wholes):
        return changed(known, named=named, asked=asked)
    error = max(error for _, error in wrong.values())
    if error < 10 * SAME:  # the smaller questions take it for right
        return changed(known, error=error, asked=asked)
    relation = relation_of(got, case.want, list(wrong), case.steps, steps_of(case.inputs))
    if error < NEARLY and not (relation and relation.kind == "float16"):
        return changed(known, error=error, asked=asked)
    return changed(known, relation=relation, place=place_of(case.question, asked, list(wrong)), asked=asked)


def changed(findings, **fields):
    return Findings(**vars(findings) | fields)


def what_is_off(case, got, wrong):
    """What the numbers of one answer show without asking further."""
    firsts = {
        name: first_step(got[name], case.want[name], limit) if name in case.steps else None
        for name, (limit, _) in wrong.items()
    }
    worst = min(wrong, key=lambda name: firsts[name] or 0)  # the earliest step of all arrays
    label = f'result["{worst}"]' if case.question in GRADIENTS else worst
    where = describe(label, got[worst], case.want[worst], firsts[worst])
    per_step = case.question == "q2_vanilla_rnn"  # there, the names say it
    right = () if per_step else tuple(name for name in case.want if name not in wrong)
    return Findings(where=where, wrong=tuple(wrong), right=right, advice=case.advice, question=case.question)


def fails_above(case, function):
    """Whether a case above, in the same question, fails, too."""
    for other in case.above():
        try:
            if other.wrong(other.answer(function), function):
                return True
        except CheckFailed:
            return True
    return False


def by_chance(case, function, got):
    """Whether a second call with the same inputs gives other numbers."""
    try:
        again = case.answer(function)
    except CheckFailed:
        return False
    return not all(same(again[name], got[name]) for name in got)


def named_mistakes(case, got, wrong, wholes):
    """The known mistakes whose numbers these are, here and in the second problem; else one for each wrong array.

    wholes: the answers to the second problem, as it is and with other signs; none where it was not asked.
    """
    found = signature(got)
    if not np.isfinite(found).all():
        return ()
    alike = {m["says"]: m for m in case.mistakes if agrees(found, m["signature"], SAME)}
    alike = [m for m in alike.values() if not wholes or confirmed(m["says"], case.probes, wholes[0])]
    if alike:
        return tuple(Named(m["says"], str(m["hint"])) for m in alike)
    each = [one_of_array(name, case.probes, wholes) for name in wrong] if wholes else [None]
    return tuple(each) if all(each) else ()


def one_of_array(name, probes, wholes):
    """A known mistake that spoils this array alone, and as it is spoiled here; None where there is none."""
    if not probes or any(name not in whole for whole in wholes):
        return None
    for says, (hint, *numbers) in probes["local"].get(name, {}).items():
        if all(is_right(whole[name], own) for whole, own in zip(wholes, numbers, strict=True)):
            return Named(says, hint, name)
    return None


def confirmed(says, probes, whole):
    """Whether an answer is one of the mistakes of that sentence in the second problem, too."""
    numbers, due = probes["known"].get(digest(says)[:8], []), probes["asks"][ALL][0]
    if any(name not in whole for name in due):
        return not numbers  # a mistake that gives no numbers there, either
    right = all(is_right(whole[name], signature_due) for name, signature_due in due.items())
    found = signature({name: whole[name] for name in due})
    return any(right if own is None else agrees(found, own) for own in numbers)
