"""Inner products of halves: those of numpy's own widening, digit for digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embeddings.vectors.halves import inner, widened

HALVES = st.floats(-60_000, 60_000, width=16)


@given(arrays(np.float16, (3, 4), elements=HALVES), arrays(np.float32, 4, elements=HALVES))
def test_the_products_are_those_of_the_widened_numbers(
    rows: np.ndarray, vector: np.ndarray
) -> None:
    vector = vector / np.float32(4)
    np.testing.assert_array_equal(inner(rows, vector), rows.astype(np.float32) @ vector)


@pytest.mark.parametrize("number", [0.0, -0.0, 6e-8, -5.9e-5, 6.1e-5, 1.0, -1.0, 65504.0])
def test_every_kind_of_half_is_widened(number: float) -> None:
    half = np.array([[number]], np.float16)
    assert widened(half).tobytes() == half.astype(np.float32).tobytes()
    assert inner(half, np.ones(1, np.float32))[0] == np.float32(half[0, 0])


def test_rows_of_float32_are_multiplied_as_they_are() -> None:
    rows = np.random.default_rng(0).random((5, 8), np.float32)
    np.testing.assert_array_equal(inner(rows, rows[0]), rows @ rows[0])


def test_rows_that_do_not_lie_together_may_be_given() -> None:
    rows = np.random.default_rng(1).random((6, 16)).astype(np.float16)
    vector = np.ones(16, np.float32)
    np.testing.assert_array_equal(inner(rows[::2], vector), inner(rows, vector)[::2])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_what_is_widened_is_a_copy(dtype: type) -> None:
    rows = np.ones((2, 3), dtype)
    wide = widened(rows)
    wide[0, 0] = 2
    assert wide.dtype == np.float32
    assert rows[0, 0] == 1
