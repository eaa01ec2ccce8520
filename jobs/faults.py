"""Faults of a run: what is wrong, where, the value, and the remedy."""

from __future__ import annotations

from collections.abc import Sequence


class JobError(Exception):
    """Ends a run with every fault that was found, each a line for people. A message holds no subject data.

    Args:
        faults: the faults, at least one.
        code: the exit code of the process: 2 for faults of the arguments, 1 for anything else.
    """

    def __init__(self, faults: Sequence[str], code: int = 1) -> None:
        super().__init__("; ".join(faults))
        self.faults = list(faults)
        self.code = code
