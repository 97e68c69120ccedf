"""chance: numbers that look drawn, and are the same on every server and after every restart."""

from __future__ import annotations

import hashlib

__all__ = ["chance"]


def chance(seed: int, *names: object) -> float:
    """Return a number in [0, 1) that depends on nothing but the seed and the names.

    Spread evenly over the interval as names differ; a hash, so that two servers choose the same
    without asking each other.

    Examples
    --------
    >>> round(chance(0, "overlap", "item 1"), 6), chance(0, "ab", "c") == chance(0, "a", "bc")
    (0.305717, False)
    """
    # The repr keeps names apart, whatever characters are in them.
    text = repr((seed, *names)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) / 2**64
