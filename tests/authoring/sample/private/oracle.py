"""What only the sample's autograder has."""


def squares(limit):
    return {number: number**2 for number in range(limit)}
