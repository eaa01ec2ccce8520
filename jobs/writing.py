"""Writes the files of a run: the same bytes for the same tables, whatever the number of cores, and each file as a whole or not at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jobs.storage import Storage


def line(value: object) -> str:
    """Returns a value as one line of JSON with its names sorted. Whole numbers have no decimal point."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(", ", ": "))


def _plain(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    return value


class Outputs:
    """The files that one run publishes together, at its end.

    Args:
        storage: where to.
        output: the place of the main file; the others are beside it.
    """

    def __init__(self, storage: Storage, output: str) -> None:
        self._storage = storage
        self._folder = storage.scratch(output) or None
        self._ready: list[tuple[str, str]] = []

    @contextmanager
    def open(self, place: str) -> Iterator[IO[str]]:
        """Opens a text file for a place; publish moves it there. A name that ends in .gz is compressed, without time or name inside."""
        handle, path = tempfile.mkstemp(prefix=".etl-", dir=self._folder)
        self._ready.append((path, place))
        with os.fdopen(handle, "wb") as raw:
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) if place.endswith(".gz") else raw
            with io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as text:
                yield text

    def publish(self) -> None:
        """Moves every file to its place, the main one last: whoever sees it sees all of them."""
        for path, place in reversed(self._ready):
            Path(path).chmod(0o644)
            self._storage.publish(path, place)
        self._ready = []

    def discard(self) -> None:
        """Removes what was not published."""
        for path, _ in self._ready:
            Path(path).unlink(missing_ok=True)
        self._ready = []
