"""The answers, computed in the most obvious way, in decimals of fifty digits."""

from decimal import Decimal, localcontext


def softmax(z):
    """The probabilities of a list of scores."""
    with localcontext(prec=50):
        powers = [Decimal(score).exp() for score in z]
        return [float(power / sum(powers)) for power in powers]
