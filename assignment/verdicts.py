"""What the smaller questions came to, and places made of them.

Students receive this file. It must never hold a formula of the assignment.
"""

from experiments import ALL, LENGTHS
from findings import Place


class Verdicts:
    """The verdicts {key: {array: right}} on some `arrays` of an answer."""

    def __init__(self, asked, arrays):
        self.asked, self.arrays = asked, tuple(arrays)

    def only(self, *arrays):
        """The same verdicts, on other arrays."""
        return Verdicts(self.asked, arrays)

    def right(self, key):
        """Whether the question was asked, and all the arrays were right."""
        return key in self.asked and all(self.asked[key].get(name, False) for name in self.arrays)

    def wrong(self, key):
        return key in self.asked and not self.right(key)

    def of(self, key, *names):
        """Whether other arrays were right."""
        return all(self.asked.get(key, {}).get(name, False) for name in names)

    def place(self, right, wrong, look, hint="", sound=(), at=ALL):
        """A Place that these verdicts prove."""
        return Place(self.arrays, tuple(right), tuple(wrong), look, hint, tuple(sound), at)

    def first(self, *rules, sound=(), at=ALL):
        """The place of the first rule (right keys, wrong keys, look, hint) that fits; None where none does."""
        for right, wrong, look, hint in rules:
            if all(map(self.right, right)) and all(map(self.wrong, wrong)):
                return self.place(right, wrong, look, hint, sound, at)
        return None

    def by_size(self):
        """Where the answer is right in the second problem, or right where its numbers are small."""
        if self.right(ALL):
            return self.place([ALL], [], "the check's numbers are larger: is something clipped, or cut to a size?")
        return self.first((["small"], [ALL], "is something clipped, or squashed once too often?", ""))

    def by_one_length(self):
        """Where the answer is right for one number of steps alone, and not for the first."""
        keys = [*(f"T={T}" for T in LENGTHS), ALL]
        right = [number for number, key in enumerate(keys) if self.right(key)]
        if len(right) != 1 or right == [0]:
            return None
        (number,) = right
        return self.place([keys[number]], [keys[number - 1]], "is that number of steps written in?")

    def by_length(self, hint):
        """How many steps are right; None where T = 1 or T = 2 is wrong."""
        keys = [*(f"T={T}" for T in LENGTHS), ALL]
        off = next((number for number, key in enumerate(keys) if not self.right(key)), 0)
        if off < 2:
            return None
        look = "look for what depends on the number of steps, or for an index that runs out"
        return self.place([keys[off - 1]], [keys[off]], look, hint)
