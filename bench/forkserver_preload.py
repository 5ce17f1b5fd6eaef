"""Loaded by a fork server once, so that the processes it forks begin in milliseconds: it imports everything, and has lived a month."""

import pyarrow.parquet  # noqa: F401

from ..experiments.sweep.worker import warm_up_engine
from ..model.cases import read_case
from . import fault_injection  # noqa: F401

warm_up_engine(tuple(sorted(read_case("wuzi_yard").mechanisms)))
