"""Canonical JSON, however it is written: the fast way and the library of RFC 8785 say the same."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from articles.canonical import canonical

WORDS = st.text(st.characters(codec="utf-8"))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner) | st.lists(inner).map(tuple),
)


class Kind(StrEnum):
    A = "a"


@given(VALUES)
def test_one_text(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value).decode("utf-8")


@pytest.mark.parametrize(
    "value",
    [
        {"\ufb33": 1, "\U0001f602": 2, "é": 3, "1": 4, "a": 5},  # keys in the order of UTF-16
        {"b": '\x00\x1f\x7f\u2028"\\/\b\f\n\r\t', "a": [1.0, 1e21, -0.0]},
        {"kind": Kind.A, "numbers": (1, True, None)},
        {"id": 2**53 - 1},
    ],
)
def test_what_the_two_might_write_otherwise(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value).decode("utf-8")


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53, -(2**53), "\ud800", {"a": ["\udfff"]}, {1: 2}]
)
def test_what_has_no_canonical_text(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)
