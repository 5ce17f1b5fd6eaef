"""Loaded by a fork server once, so that the processes it forks begin in milliseconds: it imports everything, and has lived a month."""

import pyarrow.parquet  # noqa: F401

from ..experiments.sweep.worker import loaded
from ..model.cases import read
from . import fault_injection  # noqa: F401

loaded(tuple(sorted(read("wuzi_yard").mechanisms)))
