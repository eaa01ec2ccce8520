"""Finds the tables of a trial in a folder: which file is which domain, in which format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from jobs.dictionary import REQUIRED_DOMAINS, VARIABLES
from jobs.faults import JobError
from jobs.storage import Entry

# FORMATS are the formats by the ends of the names.
FORMATS = {
    ".xpt": "xport", ".xport": "xport", ".json": "dataset-json", ".ndjson": "dataset-ndjson", ".ndjson.gz": "dataset-ndjson",
    ".parquet": "parquet", ".csv": "csv", ".csv.gz": "csv", ".tsv": "csv", ".tsv.gz": "csv",
}  # fmt: skip


class Source(NamedTuple):
    """The files of one domain, in one format. There is more than one file where the domain is split."""

    domain: str
    format: str
    entries: tuple[Entry, ...]


class Found(NamedTuple):
    """The tables by domain, and the names of the files that are not read."""

    sources: dict[str, Source]
    ignored: tuple[str, ...]


def _format(entry: Entry) -> tuple[str, str]:
    """Returns the name without its end, in small letters, and the format; both are empty for a file of no format."""
    name = entry.name.lower()
    for end in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(end) and (not entry.folder or end == ".parquet"):
            return name[: -len(end)], FORMATS[end]
    return "", ""


def find(folder: str, entries: Sequence[Entry]) -> Found:
    """Returns the tables among the entries of a folder.

    A file belongs to the domain that its name says, in any case: dm.xpt, AE.csv. Where no file has the name of a domain, files whose names
    add up to six letters or digits, such as qsadas.xpt or vs_1.csv, are its parts. Anything else is not read.

    Raises:
        JobError: if a required domain is missing, or a domain has several files of one name or parts of several formats.
    """
    if not entries:
        raise JobError(
            [f"{folder}: there is no such folder, or it is empty; name the folder or the S3 prefix with the tables of the trial"]
        )
    whole, parts = _candidates(entries)
    faults: list[str] = []
    sources: dict[str, Source] = {}
    for domain in VARIABLES:
        candidates = whole.get(domain) or parts.get(domain, [])
        names = ", ".join(entry.name for _, entry in candidates)
        forms = {form for form, _ in candidates}
        if domain in whole and len(candidates) > 1:
            faults.append(f"{folder}: {names}: several files are the domain {domain}; keep one")
        elif len(forms) > 1:
            faults.append(f"{folder}: {names}: the parts of the domain {domain} have several formats; keep those of one")
        elif candidates:
            sources[domain] = Source(domain, forms.pop(), tuple(entry for _, entry in candidates))
        elif domain in REQUIRED_DOMAINS:
            faults.append(f"{folder}: the domain {domain} is missing; add {domain.lower()}.xpt, .json, .ndjson, .parquet or .csv")
    if faults:
        raise JobError(faults)
    read = {entry.name for source in sources.values() for entry in source.entries}
    return Found(sources, tuple(sorted({entry.name for entry in entries} - read)))


_Candidates = dict[str, list[tuple[str, Entry]]]


def _candidates(entries: Sequence[Entry]) -> tuple[_Candidates, _Candidates]:
    """Returns the files that are domains, and those that may be parts of one, by domain, each with its format."""
    whole: _Candidates = {}
    parts: _Candidates = {}
    for entry in entries:
        stem, form = _format(entry)
        if stem.upper() in VARIABLES:
            whole.setdefault(stem.upper(), []).append((form, entry))
        elif re.fullmatch(r"[a-z]{2}[_-]?[a-z0-9]{1,6}", stem) and stem[:2].upper() in VARIABLES:
            parts.setdefault(stem[:2].upper(), []).append((form, entry))
    return whole, parts
