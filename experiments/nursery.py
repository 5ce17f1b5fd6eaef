"""Loaded by a fork server once, so that the processes it forks begin in milliseconds: it imports everything, and has lived a day."""

import pyarrow.parquet  # noqa: F401

from . import faults  # noqa: F401
from .work import warm

warm()
