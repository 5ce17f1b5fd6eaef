"""Targets of fuzzing: each kind of file that cogov reads, its reader, and files of that kind.

Files that are right, nearly right, or demand much memory or time.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from fuzz_strategies import as_json, as_toml, extreme, grown, tables, torn
from hypothesis import strategies as st

import cogov
from cogov.engine.randomness import RandomNumbers
from cogov.engine.toml_reader import At, build_dataclass, table_of
from cogov.experiments.files.case_writer import write_case
from cogov.experiments.logs.issue_log import read_log, write_log
from cogov.experiments.sweep.experiment import read_experiment
from cogov.model import mechanisms
from cogov.model.day import simulate_day
from cogov.model.initial_community import construct_community
from cogov.model.scenarios.cases import SHIPPED, list_cases, read_case
from cogov.model.scenarios.scenario import Scenario
from cogov.model.world import start_run
from cogov.viz.lessons.reader import SHIPPED as LESSONS
from cogov.viz.lessons.reader import read_lesson
from cogov.viz.page.page_state import open_state, state_from_link, state_from_text

SMALL = 5000  # a community with fewer residents is built and simulated for a day
EXPERIMENTS = Path(cogov.__file__).parent / "docs" / "experiments"


def case(folder: Path) -> None:
    """Read a case file, write it in both ways and read it again: the scenario must be the same.

    A small community is then built and simulated for a day.
    """
    scenario = read_case(folder / "case.toml")
    assert build_dataclass(Scenario, table_of(scenario), At("table", {})) == scenario, (
        "table_of and build make another scenario"
    )
    (folder / "again.toml").write_text(write_case(scenario, header="again"), encoding="utf-8")
    assert read_case(folder / "again.toml") == scenario, "written and read make another scenario"
    if scenario.community.residents < SMALL:
        simulate_day(start_run(construct_community(scenario), scenario, RandomNumbers("fuzz")))


def experiment(folder) -> None:
    """Read an experiment file, with its list of arms and its case."""
    _, cases, arms = read_experiment(folder / "experiment.toml")
    assert {arm.case for arm in arms} <= set(cases)


def log(folder) -> None:
    """Read an issue log and its mapping, save and read it again: the log must be the same."""
    first = read_log(folder / "mine.csv")
    again = read_log(write_log(first, folder / "kept"))
    assert (
        again.issues[["opened", "closed"]].equals(first.issues[["opened", "closed"]])
        and again.drawn == first.drawn
    ), "save and read_log make another log"


def lesson(folder) -> None:
    """Read a lesson."""
    read_lesson(folder / "lesson.toml")


def state(folder) -> None:
    """Read a saved state of the page, save it and link to it: both must give the same state."""
    desk = state_from_text((folder / "state.json").read_bytes().decode("utf-8", "replace"))
    assert state_from_text(desk.to_text()) == desk, "saved and restored make another desk"
    assert state_from_link("?" + desk.link()) == desk, "link and linked make another desk"


def link(folder) -> None:
    """Read the query string of the page's address."""
    state_from_link((folder / "link.txt").read_bytes().decode("utf-8", "surrogateescape"))


@dataclass(frozen=True)
class Target:
    """Something that reads files."""

    name: str
    reads: object  # folder -> any result; raises what it raises
    files: object  # () -> a strategy of {name of a file: its bytes}
    right: object  # () -> files that can be read
    context_files: dict = field(default_factory=dict)  # files that are always in the folder
    heavy: object = tuple  # () -> files that demand much memory or time


def bytes_of(paths) -> list[bytes]:
    """Return the contents of files."""
    return [path.read_bytes() for path in paths]


@cache
def whole_case() -> bytes:
    """Return a small case that spells out every number of every mechanism and every kind of issue."""
    return as_toml(table_of(replace(read_case("wuzi_yard"), mechanisms=mechanisms.all_mechanisms()))).encode()


def like(
    name,
    raws,
    share=st.binary(max_size=200),  # noqa: B008  a strategy, made once
    write=as_toml,
    parse=lambda raw: tomllib.loads(raw.decode()),
) -> st.SearchStrategy:
    """Return a strategy of files with one name, similar to those in `raws`.

    `share`: a strategy of contents that resemble none of them.
    """
    trees = [parse(raw) for raw in raws]
    changed = [
        strategy(trees).map(write).map(lambda text: text.encode("utf-8", "replace"))
        for strategy in (grown, extreme)
    ]
    return st.fixed_dictionaries({name: st.one_of(*changed, *changed, torn(raws), share)})


def case_files() -> st.SearchStrategy:
    """Return a strategy of case files."""
    small = [name for name in list_cases() if name in ("wuzi_yard", "shuian", "yiduan")]
    return like(
        "case.toml",
        [
            *bytes_of(SHIPPED / f"{name}.toml" for name in (*small, "guiyuan", "lianhe")),
            whole_case(),
            *bytes_of([SHIPPED / "wuzi_yard.toml"] * 3),
        ],
    )


def experiment_files() -> st.SearchStrategy:
    """Return a strategy of experiment files and their lists of arms."""
    raws = bytes_of(sorted(EXPERIMENTS.glob("*.toml")))
    # one replicate, so that as many arms as possible are allowed
    raws += [re.sub(rb"replicates = \d+", b"replicates = 1", raw) for raw in raws]
    lists = bytes_of([EXPERIMENTS / "list.csv"])
    single, lists_torn = like("experiment.toml", raws), torn(lists) | tables([raw.decode() for raw in lists])
    return single | st.fixed_dictionaries(
        {"experiment.toml": st.just((EXPERIMENTS / "list.toml").read_bytes()), "list.csv": lists_torn}
    )


LOG = (
    "id,opened,closed,category,phone\n"
    "1,2020-01-13,2020-01-14,lamp_out,555\n"
    "2,2020-01-15,,litter,556\n"
    "3,2020-02-20,2020-03-01,litter,557\n"
)
CHINESE = (
    "工单编号,受理时间,办结时间,问题类别,居民姓名\n"
    "甲1,2021年3月4日 8:05,2021年3月14日,楼道灯不亮,张三\n"
    "甲2,2021年3月5日 9:00,,纠纷,李四\n"
    "甲3,2021年3月25日 9:00,2021年3月26日,纠纷,李四\n"
)
MAPPING = b"""opened = "opened"
closed = "closed"
category = "category"
id = "id"
dates = "%Y-%m-%d"
drawn = "2020-06-30"
encoding = "utf-8"
delimiter = ","
residents = 500
[categories]
litter = ["litter", "lamp_out"]
"""


def log_files() -> st.SearchStrategy:
    """Return a strategy of issue logs and mappings."""
    logs = tables([LOG, LOG, CHINESE, LOG.replace("-", "/"), LOG + LOG[32:] * 50]) | torn(
        [LOG.encode(), CHINESE.encode("gbk")]
    )
    mapped = like("mine.toml", [MAPPING])
    return st.one_of(
        st.fixed_dictionaries({"mine.csv": logs}),
        st.builds(lambda a: a | {"mine.csv": LOG.encode()}, mapped),
        st.builds(lambda a, b: a | {"mine.csv": b}, mapped, logs),
    )


BOTH = 'en = "Why {left.backlog:0}?", zh = "{left.backlog:0}"'
LITTLE = f"""name = "own"
title = {{ en = "Own", zh = "自己的" }}
question = {{ en = "Why?", zh = "为什么？" }}
reference = {{ en = "None", zh = "无" }}
[[step]]
kind = "setup"
case = "wuzi_yard"
text = {{ en = "Look.", zh = "看。" }}
days = 100
day = 3
replicates = 2
right = {{ on = ["whistle"], set = ["committee.staff=1"] }}
[[step]]
kind = "run"
text = {{ {BOTH} }}
to = 50
speed = 5
"""


def lesson_files() -> st.SearchStrategy:
    """Return a strategy of lessons."""
    return like("lesson.toml", [*bytes_of(sorted(LESSONS.glob("*.toml"))), *[LITTLE.encode()] * 6])


@cache
def states() -> list[bytes]:
    """Return the bytes of saved states of the page."""
    desk = open_state("wuzi_yard")
    desk = replace(
        desk,
        settings=(
            desk.settings[0]
            .with_switch("grid_patrol", True)
            .with_parameter("mechanisms.grid_patrol.patrol_hours", 1.5),
            desk.settings[1].with_parameter("committee.staff", 2.5),
        ),
    )
    return [desk.to_text().encode(), open_state("shuian", "zh").to_text().encode()]


def state_files() -> st.SearchStrategy:
    """Return a strategy of saved states."""
    return like("state.json", states(), write=as_json, parse=json.loads)


def as_link(raw, broken) -> bytes:
    """Return a link to a state, with some bytes put over others: broken = (position, bytes)."""
    import base64
    import zlib

    encoded = base64.urlsafe_b64encode(zlib.compress(raw)).rstrip(b"=")
    position, put = broken
    return (
        b"?x=1&state="
        + encoded[: position % (len(encoded) + 1)]
        + put
        + encoded[position % (len(encoded) + 1) + len(put) :]
    )


def link_files() -> st.SearchStrategy:
    """Return a strategy of links."""
    raws = st.one_of(
        torn(states()),
        state_files().map(lambda files: files["state.json"]),
        st.sampled_from((b"", b"1" * 10**6, b"[" * 60_000)),
    )
    broken = st.tuples(
        st.integers(0, 2000), st.sampled_from((b"", b"", b"A", b"=", b"%", b"&", b"\xff", "é".encode()))
    )
    return st.fixed_dictionaries(
        {
            "link.txt": st.one_of(
                st.builds(as_link, raws, broken), st.binary(max_size=200).map(lambda raw: b"state=" + raw)
            )
        }
    )


def build_context_files() -> dict[str, bytes]:
    """Return the files that stand next to an experiment."""
    return {
        "list.csv": (EXPERIMENTS / "list.csv").read_bytes(),
        "cases/my_yard.toml": (EXPERIMENTS / "cases" / "my_yard.toml").read_bytes(),
    }


def heavy_cases() -> Iterator[dict[str, bytes]]:
    """Yield cases that demand much."""
    yard = (SHIPPED / "wuzi_yard.toml").read_bytes()
    yield {"case.toml": yard + b'[[initial_issues]]\ncategory = "litter"\ncount = 100000\n' * 100}
    yield {"case.toml": yard + b"[[shock]]\ndays = 3650\n" * 9000}


def heavy_experiments() -> Iterator[dict[str, bytes]]:
    """Yield experiments that demand much."""

    def asked(design, *factors) -> dict[str, bytes]:
        return {
            "experiment.toml": "\n".join(
                [
                    'name = "x"',
                    'cases = ["wuzi_yard"]',
                    "replicates = 1",
                    "[design]",
                    design,
                    *(f'[[factor]]\npath = "{path}"\nlevels = 300' for path in factors),
                ]
            ).encode()
        }

    yield asked('kind = "latin"\npoints = 1000000', "committee.staff")
    yield asked('kind = "sobol"\npoints = 524288', "committee.staff")
    yield asked('kind = "saltelli"\npoints = 262144', "committee.staff")
    yield asked('kind = "morris"\npoints = 100000', "committee.staff")
    yield asked('kind = "grid"', "committee.staff", "committee.shift_hours")
    yield asked('kind = "one_at_a_time"', "committee.staff", "committee.shift_hours")
    yield asked(f'kind = "factorial"\nmechanisms = {json.dumps(mechanisms.list_mechanisms()[:16])}')
    yield asked('kind = "list"\ntable = "list.csv"') | {
        "list.csv": b"arm,committee.staff\n" + b"".join(b"a%d,1\n" % n for n in range(90_000))
    }


def heavy_logs() -> Iterator[dict[str, bytes]]:
    """Yield logs that demand much."""
    yield {
        "mine.csv": LOG.encode()
        + b"".join(b"%d,2020-01-13,2020-01-14,c%d,555\n" % (n, n) for n in range(10, 50_000))
    }
    yield {
        "mine.csv": ("id,opened,closed,category," + ",".join(f"c{n}" for n in range(20_000)) + "\n").encode()
        + (b"1,2020-01-13,2020-01-14,litter" + b"," * 20_000 + b"\n") * 20
    }
    yield {"mine.csv": LOG.replace("2020-01-13", "2020-01-13" + " " * 50_000 + "x").encode()}


TARGETS = {
    "case": Target("case", case, case_files, lambda: {"case.toml": whole_case()}, heavy=heavy_cases),
    "experiment": Target(
        "experiment",
        experiment,
        experiment_files,
        lambda: {"experiment.toml": (EXPERIMENTS / "arms.toml").read_bytes()},
        build_context_files(),
        heavy_experiments,
    ),
    "log": Target(
        "log", log, log_files, lambda: {"mine.csv": LOG.encode(), "mine.toml": MAPPING}, heavy=heavy_logs
    ),
    "lesson": Target(
        "lesson", lesson, lesson_files, lambda: {"lesson.toml": (LESSONS / "lamp.toml").read_bytes()}
    ),
    "state": Target("state", state, state_files, lambda: {"state.json": states()[0]}),
    "link": Target("link", link, link_files, lambda: {"link.txt": as_link(states()[0], (0, b""))}),
}
