"""The last guards before anything is published: the names of the features, and that no feature tells the arm of a blinded trial.

The first guards are jobs.dictionary.VARIABLES, which drops every other variable when a table is read, and jobs.windows, which drops every
row that was not known by the end of the window.
"""

from __future__ import annotations

from collections.abc import Mapping

from jobs.dictionary import FEATURES, NAMES, POPULATION_ONLY
from jobs.faults import JobError

# _ENOUGH is the number of subjects that each value must have before it can tell the arm. With fewer, chance does it.
_ENOUGH = 5

# _VALUES is the number of values from which on a feature is a measurement, which tells nobody's arm.
_VALUES = 50


def check_names(names: list[str]) -> None:
    """Checks that a cohort has the features of the dictionary and nothing else, and that none comes from an arm or an outcome.

    Raises:
        JobError: with each name that must not be there.
    """
    faults = [f"feature {name}: is not in the data dictionary; add it to jobs/dictionary.py" for name in names if name not in NAMES]
    for feature in FEATURES:
        forbidden = sorted(variable for variable in feature.variables if variable.partition(".")[2] in POPULATION_ONLY)
        faults += [f"feature {feature.name}: {variable} tells the arm or the outcome; no feature may use it" for variable in forbidden]
    if faults:
        raise JobError(faults)


class ArmCheck:
    """Finds features whose values tell the arm: each value has subjects of one arm only. A missing value is a value.

    The arm stays in memory for this check and is written nowhere.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[object, tuple[str, int]] | None] = {}
        self._missing: dict[str, dict[object, tuple[str, int]] | None] = {}
        self._arms: set[str] = set()

    def add(self, arm: str | None, values: Mapping[str, object]) -> None:
        """Adds a subject. A subject without an arm says nothing."""
        if arm is None:
            return
        self._arms.add(arm)
        for name, value in values.items():
            self._note(self._seen, name, value, arm)
            self._note(self._missing, name, value is None, arm)

    @staticmethod
    def _note(seen: dict[str, dict[object, tuple[str, int]] | None], name: str, value: object, arm: str) -> None:
        arms = seen.setdefault(name, {})
        if arms is None:
            return
        other, count = arms.get(value, (arm, 0))
        arms[value] = (arm, count + 1)
        if other != arm or len(arms) > _VALUES:
            seen[name] = None

    def telling(self) -> list[str]:
        """Returns the names of the features that tell the arm."""
        if len(self._arms) < 2:
            return []
        found = set()
        for seen in (self._seen, self._missing):
            for name, arms in seen.items():
                if arms and len({arm for arm, _ in arms.values()}) > 1 and min(count for _, count in arms.values()) >= _ENOUGH:
                    found.add(name)
        return sorted(found)

    def check(self) -> None:
        """Checks all subjects that were added.

        Raises:
            JobError: with each feature that tells the arm.
        """
        faults = [
            f"{name}: its values tell the treatment arm, and the trial is blinded; find out which table gives the arm away, and remove it"
            for name in self.telling()
        ]
        if faults:
            raise JobError(faults)
