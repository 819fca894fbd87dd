"""Numerical gradients: a way to find out whether a gradient is right without knowing the right one.

Central differences, (f(x + eps) - f(x - eps)) / (2 eps), one entry at a time. They tell whether a gradient
belongs to a forward pass; a mistake in the forward pass itself they cannot see. Students have this file, so
it must never contain a formula of an RNN or an LSTM.
"""

import numpy as np


def numerical_gradient(f, x, eps=1e-5):
    """The gradient of a scalar function, in the shape of `x`.

    f    takes an array of the shape of x and returns one number; it must use its argument and change nothing
    x    an array of any shape, float64; it is not modified
    eps  the step: smaller ones lose digits to rounding, larger ones to curvature

    >>> numerical_gradient(lambda x: np.sum(x**2), np.array([1.0, 2.0, 3.0])).round(6)
    array([2., 4., 6.])

    Raises TypeError for integers, in x or from f, and ValueError where f returns an array.
    """
    x = _as_floats(x)
    shape = _value(f, x).shape
    if shape != ():
        raise ValueError(
            f"f must return one number, but it returned an array of shape {shape}: "
            "sum it to a loss, or use numerical_jacobian"
        )
    return numerical_jacobian(f, x, eps).reshape(x.shape)


def numerical_jacobian(f, x, eps=1e-5):
    """The Jacobian of an array function, of shape (size of f(x), size of x); matrices flatten row by row.

    The arguments are those of `numerical_gradient`, but `f` may return an array of any shape.

    >>> A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> numerical_jacobian(lambda x: A @ x, np.array([0.5, -0.5])).round(6)
    array([[1., 2.],
           [3., 4.],
           [5., 6.]])

    Raises TypeError for integers, in x or from f.
    """
    x = _as_floats(x)
    jacobian = np.zeros((_value(f, x).size, x.size))
    for column, index in enumerate(np.ndindex(x.shape)):
        above, below = x.copy(), x.copy()
        above[index] += eps
        below[index] -= eps
        # Divided by the step as rounded, which is not quite 2 * eps.
        difference = (_value(f, above) - _value(f, below)) / (above[index] - below[index])
        jacobian[:, column] = difference.ravel()
    return jacobian


def relative_error(got, want):
    """||got - want|| / ||want|| over the whole array: one number for how far off `got` is.

    There is no absolute tolerance, so a gradient that has vanished to 1e-20 is still compared digit by digit.
    Where both are zero it is 0; where only `want` is, infinity.

    >>> relative_error(np.array([3.0, 4.5]), np.array([3.0, 4.0]))
    0.1

    Raises ValueError where the shapes differ.
    """
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    if got.shape != want.shape:
        raise ValueError(f"the shapes differ: got {got.shape}, want {want.shape}")
    scale = np.abs(want).max(initial=0)
    if scale == 0:
        return 0.0 if np.all(got == 0) else float("inf")
    # Scaled first, because the square of 1e-200 is zero.
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.linalg.norm((got - want) / scale) / np.linalg.norm(want / scale))


def gradient_agrees(f, x, gradient, tolerance=1e-7):
    """True where `gradient`, your gradient of the scalar function `f` at `x`, matches the numerical one.

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> gradient_agrees(lambda x: np.sum(x**2), x, 2 * x)
    True

    Otherwise raises AssertionError, which says how far off the gradient is and where it is worst.
    Raises ValueError where the gradient has not the shape of x, and what `numerical_gradient` raises.
    """
    gradient = np.asarray(gradient, dtype=float)
    if gradient.shape != np.shape(x):
        raise ValueError(f"the gradient has shape {gradient.shape}, but x has shape {np.shape(x)}")
    numerical = numerical_gradient(f, x)
    error = relative_error(gradient, numerical)
    if error <= tolerance:  # false for nan too
        return True
    message = f"the gradient does not match f: relative error {error:.1e}, allowed {tolerance:.0e}"
    worst = np.unravel_index(np.argmax(np.abs(gradient - numerical)), gradient.shape)
    where = "[" + ", ".join(str(i) for i in worst) + "]" if worst else "(a single number)"
    message += f"\nworst entry {where}: yours {gradient[worst]:.9g}, numerical {numerical[worst]:.9g}"
    if not np.any(numerical):
        message += "\nthe numerical gradient is zero everywhere: does f use its argument?"
    raise AssertionError(message)


def _as_floats(x):
    """A float64 array that is nobody else's."""
    x = np.asarray(x)
    if x.dtype.kind != "f":
        raise TypeError(f"x must hold floats, but it holds {x.dtype}: a small step needs x.astype(float)")
    return x.astype(np.float64)


def _value(f, x):
    """f(x) as an array, on a copy of x; refused where its numbers are too coarse for differences."""
    answer = f(x.copy())
    if answer is None:
        raise TypeError("f returned None: is a return missing?")
    value = np.array(answer)
    if value.dtype != np.float64:
        raise TypeError(f"f must return float64 numbers, but it returned {value.dtype}")
    return value
