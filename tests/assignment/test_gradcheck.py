"""The gradient checker itself: what it must accept, what it must refuse, and what it says."""

import doctest

import numpy as np
import pytest

import gradcheck
from gradcheck import gradient_agrees, numerical_gradient, numerical_jacobian, relative_error

x = np.random.default_rng(0).standard_normal((3, 4))


def f(x):
    return np.sum(np.sin(x) * x)


def gradient_of_f(x):
    return np.cos(x) * x + np.sin(x)


def test_docstring_examples_hold():
    result = doctest.testmod(gradcheck)
    assert result.attempted >= 5 and result.failed == 0


def test_numerical_gradient_is_accurate_to_nine_digits():
    assert relative_error(numerical_gradient(f, x), gradient_of_f(x)) < 1e-9


def test_numerical_gradient_of_a_single_number():
    assert numerical_gradient(lambda x: x**3, 2.0) == pytest.approx(12)


def test_numerical_jacobian_flattens_row_by_row():
    A = np.arange(6.0).reshape(2, 3)
    assert np.allclose(numerical_jacobian(lambda x: A @ x, x), np.kron(A, np.eye(4)), rtol=0, atol=1e-9)


def test_right_gradient_passes():
    assert gradient_agrees(f, x, gradient_of_f(x)) is True


def test_gradient_off_by_1e_10_passes():
    assert gradient_agrees(f, x, gradient_of_f(x) * (1 + 1e-10))


def test_gradient_wrong_by_a_factor_fails_and_says_how_far_off_it_is():
    with pytest.raises(AssertionError, match=r"relative error 1\.0e\+00, allowed 1e-07"):
        gradient_agrees(f, x, 2.001 * gradient_of_f(x))


def test_negated_gradient_fails():
    with pytest.raises(AssertionError, match=r"relative error 2\.0e\+00"):
        gradient_agrees(f, x, -gradient_of_f(x))


def test_one_entry_off_by_a_thousandth_fails_and_is_named_with_both_values():
    gradient = gradient_of_f(x)
    gradient[1, 2] *= 1.001
    with pytest.raises(AssertionError) as failure:
        gradient_agrees(f, x, gradient)
    assert f"worst entry [1, 2]: yours {gradient[1, 2]:.9g}, numerical " in str(failure.value)
    assert f"{gradient_of_f(x)[1, 2]:.7g}" in str(failure.value)


def test_vanished_gradient_replaced_by_zero_fails():
    with pytest.raises(AssertionError, match=r"relative error 1\.0e\+00"):
        gradient_agrees(lambda x: 1e-20 * f(x), x, np.zeros_like(x))


def test_vanished_gradient_passes_when_it_is_right():
    assert gradient_agrees(lambda x: 1e-20 * f(x), x, 1e-20 * gradient_of_f(x))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradient_that_is_not_finite_fails(bad):
    gradient = gradient_of_f(x)
    gradient[2, 0] = bad
    with pytest.raises(AssertionError, match=r"worst entry \[2, 0\]"):
        gradient_agrees(f, x, gradient)


def test_function_that_ignores_its_argument_is_suspected():
    with pytest.raises(AssertionError, match="does f use its argument"):
        gradient_agrees(lambda _: f(x), x, gradient_of_f(x))


def test_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"shape \(4, 3\), but x has shape \(3, 4\)"):
        gradient_agrees(f, x, gradient_of_f(x).T)


def test_x_is_not_modified_even_by_a_function_that_modifies_its_argument():
    def careless(x):
        x *= 2
        return f(x)

    before = x.copy()
    assert gradient_agrees(careless, x, 2 * gradient_of_f(2 * x))
    assert np.array_equal(x, before)


def test_integers_are_refused():
    with pytest.raises(TypeError, match=r"x must hold floats, but it holds int64.*astype\(float\)"):
        numerical_gradient(f, np.array([1, 2, 3]))


def test_function_that_returns_an_array_is_refused_with_its_shape():
    with pytest.raises(ValueError, match=r"one number, but it returned an array of shape \(3, 4\)"):
        numerical_gradient(np.sin, x)


def test_function_without_a_return_is_refused():
    with pytest.raises(TypeError, match="is a return missing"):
        numerical_gradient(lambda x: None, x)


def test_function_that_drops_to_float32_is_refused():
    with pytest.raises(TypeError, match="float64 numbers, but it returned float32"):
        numerical_gradient(lambda x: f(x.astype(np.float32)), x)


@pytest.mark.parametrize(
    ("got", "want", "error"),
    [
        ([0, 0], [0, 0], 0),
        ([0, 1e-300], [0, 0], np.inf),
        ([0, 0], [1e-300, 0], 1),  # its square would be zero
        ([0, 0], [1e300, 0], 1),  # and its square infinite
        ([3, 4.5], [3, 4], 0.1),
        ([], [], 0),
    ],
)
def test_relative_error_has_no_absolute_escape(got, want, error):
    assert relative_error(got, want) == pytest.approx(error)


def test_relative_error_refuses_shapes_that_would_broadcast():
    with pytest.raises(ValueError, match=r"got \(3,\), want \(1, 3\)"):
        relative_error(np.ones(3), np.ones((1, 3)))
