"""Seeded chance: the same words always give the same dice."""

from random import Random


def chance(*parts: object) -> Random:
    """A generator of its own for these parts. Text seeds do not change with the hash seed."""
    return Random(":".join(str(part) for part in parts))  # noqa: S311 (sample data, no secret)
