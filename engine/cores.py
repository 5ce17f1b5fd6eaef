"""Count the cores that this process may use; in a container they are often fewer than the machine has."""

import os
from math import ceil
from pathlib import Path

ROOTS_V2 = ("sys/fs/cgroup", "sys/fs/cgroup/unified")
ROOTS_V1 = ("sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct", "sys/fs/cgroup/cpuacct,cpu")


def count_cores(root: Path = Path("/")) -> int:
    """Count the cores that this process may use, at least 1; `root` is the root of the file system.

    The environment variable PYTHON_CPU_COUNT takes precedence, as in Python 3.13. Otherwise it is the smaller
    of the cores that the process may run on (affinity) and the CPU time that its control group may use,
    rounded up.
    """
    wanted = os.environ.get("PYTHON_CPU_COUNT", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    return max(1, ceil(min(quota(root), count_allowed_cores())))


def count_allowed_cores() -> int:
    """Count the cores that the process may run on (affinity)."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def quota(root: Path) -> float:
    """Return the CPU time that the control groups of this process allow, in cores; infinite if unlimited."""
    try:
        groups = [
            line.split(":", 2)
            for line in (root / "proc/self/cgroup").read_text("utf-8", "replace").splitlines()
        ]
    except OSError:
        return float("inf")
    least = float("inf")
    for _, controllers, path in (group for group in groups if len(group) == 3):
        roots = ROOTS_V2 if not controllers else ROOTS_V1 if "cpu" in controllers.split(",") else ()
        for folder in (root / path_of_root for path_of_root in roots):
            own_group = folder / path.lstrip("/")
            for group in (own_group, *own_group.parents):  # a group is limited by those above it, too
                if group.is_relative_to(folder):
                    least = min(least, limit(group))
    return least


def limit(group: Path) -> float:
    """Return the limit of one control group, in cores; infinite if it is not set or cannot be read."""
    try:
        if (group / "cpu.max").exists():
            time, period = (group / "cpu.max").read_text("utf-8").split()
        else:
            time, period = ((group / f"cpu.cfs_{name}_us").read_text("utf-8") for name in ("quota", "period"))
        return (
            float(time) / float(period)
            if time != "max" and float(time) > 0 and float(period) > 0
            else float("inf")
        )
    except (OSError, ValueError):
        return float("inf")
