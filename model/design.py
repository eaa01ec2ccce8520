"""Turns the features of subjects into the columns of a model.

A number is a column. A text is a column for each category that at least `MIN_SUBJECTS` subjects have. A feature that at least as
many subjects miss has one more column, 1 where it is missing. A feature that differs for fewer subjects is dropped: it could tell
of one of them, and nothing of others. NaN is the absence of information: the model takes it as the mean, so that it moves no score.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.model_json import CATEGORY, MAX_CATEGORIES
from model.scoring import MAX_NUMBER, finite

MIN_SUBJECTS = 10  # with a category, or without a value, to learn from it
Floats = NDArray[np.float64]


class Column(NamedTuple):
    """What a column of the design is."""

    feature: str
    role: str  # "number", "category" or "missing"
    category: str = ""


class Field(NamedTuple):
    """A feature that is in the design."""

    name: str
    text: bool
    missing: int  # subjects without a value
    categories: list[str]  # sorted, the rare ones included


class Design(NamedTuple):
    """The columns of all subjects."""

    columns: list[Column]
    fields: list[Field]
    values: Floats  # a row for each subject, a column for each of columns; NaN where there is no information
    dropped: dict[str, str]  # features that carry nothing, with the reason


def build(rows: list[dict[str, Any]], names: list[str]) -> tuple[Design, list[str]]:
    """Build the design of some features. Return it with the faults of their values."""
    columns: list[Column] = []
    arrays: list[Floats] = []
    fields: list[Field] = []
    dropped: dict[str, str] = {}
    faults: list[str] = []
    for name in names:
        values = [row.get(name) for row in rows]
        present = [value for value in values if value is not None]
        if not present:
            dropped[name] = "is missing for every subject"
        elif max(Counter(map(str, values)).values()) > len(values) - MIN_SUBJECTS:
            dropped[name] = f"differs for fewer than {MIN_SUBJECTS} subjects"
        elif all(isinstance(value, str) for value in present):
            fault = _text_fault(set(present))
            if fault:
                faults.append(f"feature {name} {fault}")
                continue
            if max(map(present.count, set(present))) < MIN_SUBJECTS:
                dropped[name] = f"has no category with {MIN_SUBJECTS} subjects"
                continue
            fields.append(Field(name, True, len(values) - len(present), sorted(set(present))))
            _add_text(fields[-1], values, columns, arrays)
        elif all(_usable(value) for value in present):
            fields.append(Field(name, False, len(values) - len(present), []))
            columns.append(Column(name, "number"))
            arrays.append(np.array([np.nan if value is None else float(value) for value in values]))
        else:
            faults.append(f"feature {name} must be a number or null for every subject, or a text or null (write true and false as 1 and 0)")
            continue
        if fields and fields[-1].name == name and MIN_SUBJECTS <= fields[-1].missing <= len(values) - MIN_SUBJECTS:
            columns.append(Column(name, "missing"))
            arrays.append(np.array([float(value is None) for value in values]))
    matrix = np.column_stack(arrays) if arrays else np.empty((len(rows), 0))
    return Design(columns, fields, matrix, dropped), faults


def _usable(value: object) -> bool:
    number = finite(value)
    return number is not None and abs(number) <= MAX_NUMBER


def _text_fault(values: set[str]) -> str:
    if len(values) > MAX_CATEGORIES:
        return f"has {len(values)} different texts, want at most {MAX_CATEGORIES}: it is no category"
    if not all(CATEGORY.fullmatch(value) for value in values):
        return "has a category that is not 1 to 64 letters, digits, blanks or _ . + / -"
    return ""


def _add_text(field: Field, values: list[Any], columns: list[Column], arrays: list[Floats]) -> None:
    common = {category for category in field.categories if values.count(category) >= MIN_SUBJECTS}
    for category in sorted(common):
        columns.append(Column(field.name, "category", category))
        arrays.append(np.array([float(value == category) if value in common else np.nan for value in values]))
