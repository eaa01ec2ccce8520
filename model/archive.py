"""Reads the model of a model.tar.gz, which may come from anywhere. Serving needs this and the shipped code, and no scikit-learn."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

from model import model_json
from model.model_json import ModelFaultError
from model.scoring import Model

MAX_BYTES = 16 << 20  # of a model.tar.gz, packed or not


def load(path: Path) -> Model:
    """Read the model of a model.tar.gz, a model.json or a folder with one.

    Only model.json is read. Nothing of the archive is written to a disk or executed.

    Raises:
        ModelFaultError: the file is not a model, or too large.
        OSError: the file cannot be read.
    """
    if path.is_dir():
        return model_json.read(path / "model.json")
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ModelFaultError(f"the file has more than {MAX_BYTES} bytes: a model of this package is smaller")
    return model_json.parse(_member(content) if content[:2] == b"\x1f\x8b" else content)


def _member(packed: bytes) -> bytes:
    """Return the bytes of model.json in a packed archive, of which at most MAX_BYTES are unpacked."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            plain = file.read(MAX_BYTES + 1)
        if len(plain) > MAX_BYTES:
            raise ModelFaultError(f"the archive unpacks to more than {MAX_BYTES} bytes: a model of this package is smaller")
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
            found = [entry for entry in tar if entry.name in ("model.json", "./model.json")]
            file_of = tar.extractfile(found[0]) if len(found) == 1 and found[0].isreg() else None
            if file_of is None:
                raise ModelFaultError("the archive must have one file model.json at its top level")
            return file_of.read(model_json.MAX_BYTES + 1)
    except (OSError, EOFError, tarfile.TarError) as error:
        raise ModelFaultError("the file is not a model.tar.gz: it cannot be unpacked") from error
