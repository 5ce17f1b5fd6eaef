"""Loaded by a fork server once, so that the processes it forks begin in milliseconds: it imports everything, and has lived a month."""

import pyarrow.parquet  # noqa: F401

from ..model.cases import read
from . import faults  # noqa: F401
from .work import loaded

loaded(tuple(sorted(read("wuzi_yard").mechanisms)))
