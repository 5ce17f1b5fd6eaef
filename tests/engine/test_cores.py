"""Counted cores are those that were granted, not those that the machine has."""

import os

import pytest

from cogov.engine import cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    """Pretend that the process may run on eight cores."""
    monkeypatch.delenv("PYTHON_CPU_COUNT", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 8, raising=False)


def count_granted(root, groups, **files):
    """Return the cores counted in a file system with these control groups, and limits by path."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for path, text in files.items():
        (root / "sys/fs/cgroup" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "sys/fs/cgroup" / path).write_text(text)
    return cores.count_cores(root)


LIMITS = {
    "none": ("0::/\n", {"cpu.max": "max 100000\n"}, 8),
    "two": ("0::/\n", {"cpu.max": "200000 100000\n"}, 2),
    "one and a half, rounded up": ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),
    "a twentieth is one": ("0::/\n", {"cpu.max": "5000 100000\n"}, 1),
    "more than there are": ("0::/\n", {"cpu.max": "9900000 100000\n"}, 8),
    "of the group above": ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n"}, 3),
    "of a path that is not to be seen from here": ("0::/docker/x\n", {"cpu.max": "400000 100000\n"}, 4),
    "of version 1": (
        "3:cpu,cpuacct:/job\n0::/\n",
        {"cpu,cpuacct/job/cpu.cfs_quota_us": "250000\n", "cpu,cpuacct/job/cpu.cfs_period_us": "100000\n"},
        3,
    ),
    "none in version 1": (
        "3:cpu:/\n",
        {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
        8,
    ),
    "of another resource": (
        "3:memory:/\n",
        {"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"},
        8,
    ),
    "nonsense": ("0::/\nx\n", {"cpu.max": "lots\n"}, 8),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_quota_of_cpu_time_is_a_number_of_cores(tmp_path, limit):
    groups, files, count = LIMITS[limit]
    assert count_granted(tmp_path, groups, **files) == count


def test_the_cores_that_a_process_may_run_on_are_the_most(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3}, raising=False)
    monkeypatch.setattr(os, "process_cpu_count", lambda: 1, raising=False)
    assert count_granted(tmp_path, "0::/\n", **{"cpu.max": "200000 100000\n"}) == 1
    assert cores.count_cores(tmp_path / "nowhere") == 1


@pytest.mark.parametrize(("said", "count"), [("3", 3), ("default", 2), ("0", 2), ("", 2)])
def test_the_user_has_the_last_word(tmp_path, monkeypatch, said, count):
    monkeypatch.setenv("PYTHON_CPU_COUNT", said)
    assert count_granted(tmp_path, "0::/\n", **{"cpu.max": "200000 100000\n"}) == count
