"""Long work in pieces, so that neither memory nor a transaction grows with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(entries: Iterable[T], size: int) -> Iterator[list[T]]:
    """`entries`, in order, in lists of at most `size`. (Python has it itself from 3.12 on.)"""
    rest = iter(entries)
    while batch := list(islice(rest, size)):
        yield batch
