"""Files and objects, through Hadoop's file systems: a local path and an S3 URI are read and written by the same calls.

On EMR, s3:// is EMRFS; the job needs no AWS library and no credentials of its own.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import SparkSession


class Entry(NamedTuple):
    """A file or a folder in a folder: its name, its URI, whether it is a folder, and its size in bytes."""

    name: str
    uri: str
    folder: bool
    size: int


class Storage:
    """The file systems of a Spark session."""

    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark.sparkContext._jvm
        self._conf: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def _at(self, place: str) -> tuple[Any, Any]:
        """Returns the file system and the path of a place. A path without a scheme is on this machine."""
        uri = place if re.match(r"[a-z][a-z0-9+.-]+:", place) else f"file://{Path(place).absolute()}"
        path = self._jvm.org.apache.hadoop.fs.Path(uri)
        return path.getFileSystem(self._conf), path

    def children(self, folder: str) -> list[Entry]:
        """Returns what is in a folder, by name; nothing if the folder does not exist."""
        system, path = self._at(folder)
        if not system.exists(path):
            return []
        found = [Entry(s.getPath().getName(), s.getPath().toString(), s.isDirectory(), s.getLen()) for s in system.listStatus(path)]
        return sorted(found)

    def head(self, place: str, size: int) -> bytes:
        """Returns the first bytes of a file, at most size, decompressed if the name ends in .gz."""
        stream = self._open(place)
        try:
            if place.lower().endswith(".gz"):
                stream = self._jvm.java.util.zip.GZIPInputStream(stream)
            bounded = self._jvm.org.apache.commons.io.input.BoundedInputStream(stream, size)
            return bytes(self._jvm.org.apache.commons.io.IOUtils.toByteArray(bounded))
        finally:
            stream.close()

    def digest(self, place: str) -> str:
        """Returns the SHA-256 of a file, in hexadecimal digits. Java reads the file."""
        stream = self._open(place)
        try:
            return str(self._jvm.org.apache.commons.codec.digest.DigestUtils.sha256Hex(stream))
        finally:
            stream.close()

    def _open(self, place: str) -> Any:  # noqa: ANN401
        system, path = self._at(place)
        return system.open(path)

    def publish(self, file: str, place: str) -> None:
        """Moves a finished file of this machine to its place, replacing what is there. Nobody sees half of it.

        On this machine, the file is copied beside the place, then renamed. S3 shows an object when it is complete.
        """
        system, path = self._at(place)
        source = self._jvm.org.apache.hadoop.fs.Path(f"file://{Path(file).absolute()}")
        if path.toUri().getScheme() != "file":
            system.copyFromLocalFile(True, True, source, path)
            return
        target = Path(path.toUri().getPath())
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(file).replace(target)

    def sibling(self, place: str, name: str) -> str:
        """Returns the place of another file in the same folder."""
        return place[: place.rfind("/") + 1] + name

    def scratch(self, place: str) -> str:
        """Returns the folder in which the file of a place is prepared: the place's own on this machine, so that a rename is enough."""
        _, path = self._at(place)
        if path.toUri().getScheme() != "file":
            return ""
        folder = Path(path.toUri().getPath()).parent
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)
