"""What students of the sample receive."""


def same(came, expected):
    assert came == expected, f"came {came}, expected {expected}"
