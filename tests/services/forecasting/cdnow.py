"""The summary of the CDNOW sample that the published results were computed from."""

import csv
import gzip
from pathlib import Path

import numpy as np

from services.forecasting.bg_nbd import Histories
from services.forecasting.gamma_gamma import Values

SUMMARY = Path(__file__).parent / "data" / "cdnow_summary.csv.gz"


def summary() -> tuple[Histories, Values]:
    """Return the customers' histories in weeks and their values in dollars, in the order of the file."""
    with gzip.open(SUMMARY, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    frequency = np.array([int(row["x"]) for row in rows], np.int64)
    # The file rounds weeks to two digits; the papers counted days.
    recency, age = (np.rint(np.array([float(row[name]) for row in rows]) * 7) / 7 for name in ("t_x", "T"))
    return Histories(frequency, recency, age), Values(frequency, np.array([float(row["zbar"]) for row in rows]))
