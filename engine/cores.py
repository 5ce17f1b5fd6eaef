"""How many cores this process may use: those that were granted to it, which in a container are fewer than the machine has."""

import os
from math import ceil
from pathlib import Path

ROOTS_V2 = ("sys/fs/cgroup", "sys/fs/cgroup/unified")
ROOTS_V1 = ("sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct", "sys/fs/cgroup/cpuacct,cpu")


def count_cores(root=Path("/")):
    """The number of cores that this process may use, at least 1; `root` is where the file system begins.

    PYTHON_CPU_COUNT has the last word, as in Python 3.13. Otherwise it is the cores that the process may run on
    (affinity), or the CPU time that its control group may use, rounded up, whichever is less.
    """
    wanted = os.environ.get("PYTHON_CPU_COUNT", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    return max(1, ceil(min(quota(root), count_allowed_cores())))


def count_allowed_cores():
    """The number of cores that the process may run on."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def quota(root):
    """The CPU time that the control groups of this process allow, in cores; infinite where nothing limits it."""
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
        for folder in (root / one for one in roots):
            here = folder / path.lstrip("/")
            for group in (here, *here.parents):  # a group is limited by those above it, too
                if group.is_relative_to(folder):
                    least = min(least, limit(group))
    return least


def limit(group):
    """The limit of one control group, in cores; infinite where it has none or is not to be seen from here."""
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
