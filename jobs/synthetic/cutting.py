"""The data cut of a running trial: what had not happened, or was not collected, is not in the tables yet."""

from __future__ import annotations

import datetime

from jobs.synthetic.tables import Row, Rows

# COLLECTED are the variables that say when a row came into the tables, the latest counts.
COLLECTED = {
    "DM": ("RFICDTC",),
    "DS": ("DSDTC", "DSSTDTC"),
    "AE": ("AEDTC", "AESTDTC"),
    "SV": ("SVSTDTC",),
    "EX": ("EXSTDTC",),
    "VS": ("VSDTC",),
    "MH": ("MHDTC",),
    "CM": ("CMSTDTC",),
    "QS": ("QSDTC",),
}

# LATER are variables that are empty until their day has come.
LATER = {"DM": ("RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "DTHDTC"), "AE": ("AEENDTC",), "EX": ("EXENDTC",), "CM": ("CMENDTC",)}


def _cut_row(domain: str, row: Row, day: str) -> Row:
    cut = {name: None if name in LATER.get(domain, ()) and str(value or "")[:10] > day else value for name, value in row.items()}
    if domain == "DM" and cut["DTHDTC"] is None:
        cut["DTHFL"] = None
    if domain == "AE" and cut["AEENDTC"] is None:
        cut["AEOUT"] = "NOT RECOVERED/NOT RESOLVED"
    return cut


def cut_tables(tables: Rows, cut: datetime.date) -> Rows:
    """Returns the tables as they were at the end of that day. A subject who had not consented is not in them."""
    day = cut.isoformat()
    if any(str(row["RFICDTC"]) > day for row in tables["DM"]):
        return {domain: [] for domain in tables}
    return {
        domain: [_cut_row(domain, row, day) for row in rows if all(str(row.get(name) or "")[:10] <= day for name in COLLECTED[domain])]
        for domain, rows in tables.items()
    }
