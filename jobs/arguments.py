"""The arguments of the extraction. Hyphens and underscores are equal: --trial-id and --trial_id (Glue's arguments have no hyphens)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any, Callable, NamedTuple

from jobs.faults import JobError

# A landmark is a number of days; longer ones than ten years are mistakes.
LONGEST_LANDMARK = 3650


class Arguments(NamedTuple):
    """What one run works for.

    Attributes:
        trial: the trial's id.
        run: the id of the run, "" if none is given.
        input: the folder or S3 prefix of the tables.
        output: the file or S3 object of the cohort, or with subject of that subject's features. The name decides: .gz is gzip. "": nobody
            reads what the run would write, so it extracts nothing.
        landmark: the number of days from a subject's start to its landmark, 1 to 3650.
        cut: what happened or was collected later does not exist for the run. None: everything in the tables exists.
        blinded: whether the trial is blinded.
        profile: the training profile to compare the features with, "" if none is given.
        subject: the only subject to write, "" for the whole cohort.
    """

    trial: str
    run: str
    input: str
    output: str
    landmark: int
    cut: datetime.date | None
    blinded: bool
    profile: str
    subject: str


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _identifier(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("must have 1 to 64 letters, digits, '.', '_' and '-'")
    return text


def _run(text: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{1,128}", text):
        raise ValueError("must have 1 to 128 printable characters without spaces")
    return text


def _place(text: str) -> str:
    if not text.strip():
        raise ValueError("must be a path or an S3 URI such as s3://bucket/key")
    if re.match(r"s3[an]?:", text) and not re.match(r"s3[an]?://[^/]+/.", text):
        raise ValueError("must be an S3 URI such as s3://bucket/key")
    return text


def _file(text: str) -> str:
    if _place(text).endswith("/"):
        raise ValueError("must name a file or an object, not a folder")
    return text


def _days(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text) or not 1 <= int(text) <= LONGEST_LANDMARK:
        raise ValueError(f"must be a whole number of days from 1 to {LONGEST_LANDMARK}")
    return int(text)


def _date(text: str) -> datetime.date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a day of the calendar, YYYY-MM-DD") from None


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("must be true or false")
    return text.lower() == "true"


class _Option(NamedTuple):
    parse: Callable[[str], object]
    required: bool = False
    default: object = ""


_OPTIONS: dict[str, _Option] = {
    "trial-id": _Option(_identifier, required=True),
    "run-id": _Option(_run),
    "input": _Option(_place, required=True),
    "output": _Option(_file),
    "landmark": _Option(_days, required=True),
    "cut-date": _Option(_date, default=None),
    "blinded": _Option(_truth, default=True),
    "profile": _Option(_file),
    "subject": _Option(_identifier),
}

# _GLUE are beginnings of arguments that Glue passes of its own accord; the job ignores them with their values:
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
_GLUE = (
    "job-", "security-configuration", "encryption-type", "tempdir", "redshifttempdir", "scriptlocation", "enable-", "extra-",
    "continuous-log-", "spark-event-logs-", "additional-python-modules", "python-modules-installer-", "conf", "datalake-formats",
    "customer-", "executor-cores", "class", "user-jars-first", "use-postgres-driver", "auto-scale-within-microbatch",
)  # fmt: skip


def _usage(names: Sequence[str]) -> str:
    return ", ".join("--" + name for name in names)


def split_words(words: Sequence[str], options: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Returns the values of the options by name, and what is wrong with the words.

    Args:
        words: the words of the command line, "--name value" or "--name=value".
        options: the names that are known, with hyphens.
    """
    values: dict[str, str] = {}
    faults: list[str] = []
    i = 0
    while i < len(words):
        word = words[i]
        i += 1
        if not word.startswith("--") or word == "--":
            faults.append(f'argument "{word}": is no option; each option begins with -- and has one value')
            continue
        name, equals, value = word[2:].partition("=")
        name = name.replace("_", "-").lower()
        if not equals:
            if i < len(words) and not words[i].startswith("--"):
                value = words[i]
                i += 1
            elif name in options:
                faults.append(f"--{name}: has no value; write --{name} VALUE")
                continue
        if name in options:
            if name in values:
                faults.append(f"--{name}: is given twice; keep one")
            values[name] = value
        elif not name.startswith(_GLUE):
            faults.append(f"--{name}: is no option; the options are {_usage(options)}")
    return values, faults


def _read(words: Sequence[str], options: Mapping[str, _Option]) -> dict[str, Any]:
    """Returns the value of each option."""
    given, faults = split_words(words, list(options))
    values: dict[str, Any] = {}
    for name, option in options.items():
        if name not in given:
            values[name] = option.default
            if option.required and not any(fault.startswith(f"--{name}:") for fault in faults):
                faults.append(f"--{name}: is missing; the required options are {_usage([n for n, o in options.items() if o.required])}")
            continue
        try:
            values[name] = option.parse(given[name])
        except ValueError as error:
            faults.append(f'--{name}: {error}, got "{given[name]}"')
    if given.get("subject") and not given.get("output"):
        faults.append("--output: is missing; --subject needs the object to write")
    if faults:
        raise JobError(faults, code=2)
    return values


def parse(words: Sequence[str]) -> Arguments:
    """Returns the arguments of jobs/etl.py.

    Raises:
        JobError: with every fault, and exit code 2.
    """
    return Arguments(*_read(words, _OPTIONS).values())


class OutcomeArguments(NamedTuple):
    """What jobs/outcomes.py works for; the fields mean what they mean in Arguments."""

    input: str
    output: str
    landmark: int
    cut: datetime.date | None


def parse_outcomes(words: Sequence[str]) -> OutcomeArguments:
    """Returns the arguments of jobs/outcomes.py.

    Raises:
        JobError: with every fault, and exit code 2.
    """
    names = ("input", "output", "landmark", "cut-date")
    return OutcomeArguments(*_read(words, {name: _OPTIONS[name] for name in names}).values())
