"""Preload a fork server, so that its processes start in milliseconds: import everything, run a month."""

import pyarrow.parquet  # noqa: F401

from ..experiments.sweep.worker import warm_up_engine
from ..model.scenarios.cases import read_case
from . import fault_injection  # noqa: F401

warm_up_engine(tuple(sorted(read_case("wuzi_yard").mechanisms)))
