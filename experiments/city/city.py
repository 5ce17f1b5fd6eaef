"""Simulate a city: streets of communities, each a case with residents of its own.

Streets are simulated in any order by any number of processes or threads. A street is one task. It writes two
files ("parts"): one row per community, and one row per day. A part's name holds the digest of its bytes, so
that damage is detected; running the same command again simulates only the streets that are missing.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import blake2b, sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.jit import version
from ...engine.parameters import check, knob
from ...engine.randomness import seed_of, whole_seed
from ...engine.texts.errors import UserError
from ...engine.toml_reader import table_of
from ...model import daily_counts, measures
from ...model.scenarios.cases import Settings, alter_scenario, list_cases, read_case
from ...model.scenarios.scenario import Scenario
from ...model.street import Street, StreetParameters
from ..execution.executors import choose_executor
from ..execution.supervisor import count_processes, supervise
from ..sweep.parts import to_parquet, write_durably
from .scaling import resize_case

TABLES = ("communities", "series")
LEAST = 3000  # residents; without cases named, smaller ones are not used as communities of a city


@dataclass(frozen=True)
class City:
    """The composition of a city. `compose_city` checks its ranges and raises UserError."""

    cases: tuple = ()  # scenarios, taken in turn
    communities: int = knob(14, 1, 100_000, unit="communities", source="a choice of the user")
    street: int = knob(
        10,
        1,
        200,
        unit="communities/street office",
        source="assumed; a street office of 100,000 people or so",
    )
    residents: int = knob(
        0, 0, 100_000_000, unit="people in all; 0 is as many as the cases have", source="a choice of the user"
    )
    seed: int = knob(0, 0, 2**53, unit="random seed", source="a choice of the user")
    between: StreetParameters = StreetParameters()

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", whole_seed(self.seed))

    def key(self) -> str:
        """Return the digest of everything that determines the results."""
        inputs = [
            [table_of(case) for case in self.cases],
            self.communities,
            self.street,
            self.residents,
            self.seed,
            asdict(self.between),
            version(),
        ]
        return blake2b(
            json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode(), digest_size=16
        ).hexdigest()

    def streets(self) -> int:
        """Return the number of streets; the last may have fewer communities."""
        return -(-self.communities // self.street)

    def scenarios(self, street: int) -> list[Scenario]:
        """Return the communities of one street: the cases in turn.

        Each community has a name of its own, and therefore residents of its own.
        """
        factor = (
            self.residents
            / sum(self.cases[n % len(self.cases)].community.residents for n in range(self.communities))
            if self.residents
            else 1.0
        )
        scenarios = []
        for n in range(street * self.street, min((street + 1) * self.street, self.communities)):
            case = self.cases[n % len(self.cases)]
            sized = (
                resize_case(case, max(round(case.community.residents * factor), 100))
                if self.residents
                else case
            )
            scenarios.append(replace(sized, name=f"{case.name} {n + 1}"))
        return scenarios


def compose_city(
    cases: Sequence[str] = (),
    on: Iterable[str] = (),
    off: Collection[str] = (),
    settings: Settings = (),
    days: int = 365,
    **numbers: Any,
) -> City:
    """Build a City of cases, by name or path, all simulated for `days` days. Raises UserError."""
    named = list(cases) or [name for name in list_cases() if read_case(name).community.residents >= LEAST]
    scenarios = []
    for name in named:
        case = read_case(name)
        # a mechanism may be on in some of the cases only
        removed = [mechanism for mechanism in off if mechanism in case.mechanisms]
        scenarios.append(
            alter_scenario(
                case, [mechanism for mechanism in on if mechanism not in removed], removed, settings, days
            )
        )
    city = City(cases=tuple(scenarios), **numbers)
    check(city)
    check(city.between)
    return city


def simulate_street(city: City, street: int) -> tuple[dict[str, bytes], float]:
    """Simulate one street; return ({table: Parquet bytes}, seconds of processor time)."""
    import pyarrow as pa

    start = time.thread_time()
    scenarios = city.scenarios(street)
    simulation = Street(
        f"{city.seed}/{street}",
        scenarios,
        lambda scenario: (seed_of("city", scenario.name, city.seed),),
        city.between,
    )
    while simulation.day < simulation.days:
        simulation.simulate_week()
    rows = []
    for n, (run, scenario) in enumerate(zip(simulation.runs(), scenarios)):
        row = {
            "street": street + 1,
            "community": street * city.street + n + 1,
            "case": city.cases[(street * city.street + n) % len(city.cases)].name,
            "residents": scenario.community.residents,
            "moved": int(simulation.moved[n, 0]),
            "from_the_street": int(simulation.moved[n, 1]),
        }
        departments = run.ledger.hours.sum(axis=0)[-1], run.ledger.supplied[-1]
        row["street_lacked"] = simulation.lacked
        rows.append(
            {
                **row,
                **measures.summary(run),
                "departments_used": departments[0],
                "departments_there": departments[1],
            }
        )
    people = np.array([row["residents"] for row in rows])
    daily = {
        name: simulation.series[:, :, k].sum(axis=0)
        if k < daily_counts.COUNTS
        else people @ simulation.series[:, :, k] / people.sum()
        for k, name in enumerate(daily_counts.DAILY)
    }
    series = pd.DataFrame({"street": street + 1, "day": np.arange(1, simulation.days + 1), **daily})
    tables = {"communities": pd.DataFrame(rows), "series": series}
    return {
        name: to_parquet(pa.Table.from_pandas(table, preserve_index=False)) for name, table in tables.items()
    }, time.thread_time() - start


def of_streets(city: City, streets: Sequence[int]) -> list[tuple[dict[str, bytes], float]]:
    """Simulate the streets of one task: the result of `simulate_street` for each."""
    return [simulate_street(city, street) for street in streets]


@dataclass(frozen=True)
class CityResult:
    """The outcome of `simulate_city`: streets finished before and now, time spent, and failures."""

    folder: Path
    streets: int
    before: int  # streets finished before
    seconds: float
    work: float  # processor time of the workers, seconds
    failed: dict  # street, from 1 -> reason


def simulate_city(
    city: City,
    out: str | Path,
    make: Callable | None = None,
    workers: int | None = None,
    progress: Callable | None = None,
) -> CityResult:
    """Simulate the streets of a city that are missing in the folder `out`; return a CityResult.

    `workers` processes share the streets (None: all cores; 0: this process only). `make()` creates another
    executor. `progress(done, of)` is called after every street. Raises UserError, OSError.
    """
    start, folder = time.perf_counter(), Path(out)
    for name in (*TABLES, "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    workers = count_processes(workers)
    make = make or choose_executor("pool", workers=workers)
    register_city(city, folder)
    finished = {
        street for street in range(city.streets()) if all(find_part(folder, name, street) for name in TABLES)
    }
    pending, done, work, failed = (
        (street for street in range(city.streets()) if street not in finished),
        len(finished),
        0.0,
        {},
    )

    def give() -> list[int] | None:
        return [street] if (street := next(pending, None)) is not None else None

    stream = supervise(make, partial(of_streets, city), give, max(2, 2 * workers))
    try:
        for (street, *_), results, error in stream:
            if error:
                failed[street + 1] = error
            else:
                tables, seconds = results[0]
                work += seconds
                for name, raw in tables.items():
                    write_durably(
                        folder, folder / name / f"street-{street + 1:06d}-{digest_of(raw)}.parquet", raw
                    )
                done += 1
            if progress:
                progress(done, city.streets())
    finally:
        stream.close()
    return CityResult(folder, city.streets(), len(finished), time.perf_counter() - start, work, failed)


def register_city(city: City, folder: Path) -> None:
    """Write city.json, which describes the city of a folder.

    Raises UserError if the folder holds another city, or a city.json that cannot be read.
    """
    path = folder / "city.json"
    description = {
        "key": city.key(),
        "model": version(),
        "communities": city.communities,
        "street": city.street,
        "residents": city.residents,
        "seed": city.seed,
        "between": asdict(city.between),
        "cases": [table_of(case) for case in city.cases],
    }
    if path.exists():
        try:
            earlier_key = json.loads(path.read_text("utf-8"))["key"]
        except (ValueError, KeyError, TypeError):
            raise UserError("{path} is not what was written; name another --out", path=path) from None
        if earlier_key != description["key"]:
            raise UserError(
                "{folder} contains another city, or one of another version of the model; name another --out",
                folder=folder,
            )
    else:
        write_durably(folder, path, (json.dumps(description, ensure_ascii=False) + "\n").encode())


def digest_of(raw: bytes) -> str:
    """Return the digest of a part's bytes that stands in its name."""
    return sha256(raw).hexdigest()[:16]


def is_intact(path: Path, raw: bytes) -> bool:
    """Return whether the bytes of a part match the digest in its name."""
    return path.stem.rpartition("-")[2] == digest_of(raw)


def find_part(folder: Path, table: str, street: int) -> Path | None:
    """Return the file of a street in a table; None if it is missing. Damaged files are deleted."""
    for path in sorted((folder / table).glob(f"street-{street + 1:06d}-*.parquet")):
        if is_intact(path, path.read_bytes()):
            return path
        path.unlink()
    return None


def load_table(folder: str | Path, table: str = "communities") -> pd.DataFrame:
    """Load a table of a city, in the order of its streets.

    Raises UserError if there is no part, or a damaged one.
    """
    folder = Path(folder)
    paths = sorted((folder / table).glob("street-*.parquet"))
    if not paths:
        raise UserError("{folder} contains no street of a city", folder=folder)
    frames = []
    for path in paths:
        raw = path.read_bytes()
        if not is_intact(path, raw):
            raise UserError(
                "{path} is not what was written; run the same command again to simulate that street again",
                path=path,
            )
        frames.append(pd.read_parquet(BytesIO(raw)))
    return pd.concat(frames, ignore_index=True)


def digest(folder: str | Path) -> str:
    """Return one hash of all results; it does not depend on which worker simulated which street."""
    hasher = blake2b(digest_size=16)
    for table in TABLES:
        for path in sorted((Path(folder) / table).glob("street-*.parquet")):
            hasher.update(path.name.encode())
    return hasher.hexdigest()


def summarise_city(communities: pd.DataFrame) -> pd.Series:
    """Summarise the city as a Series: sums, and means weighted by residents or issues."""
    c = communities
    people, arisen = c.residents.sum(), c.arisen.sum()
    sums = {name: c[name].sum() for name in (*measures.SUMS, "moved", "from_the_street")}
    rates = {
        "resolution_rate": (c.resolution_rate * c.arisen).sum() / arisen,
        "least": c.resolution_rate.min(),
        "most": c.resolution_rate.max(),
    }
    means = {
        name: (c[name] * c.residents).sum() / people
        for name in ("trust_committee", "trust_neighbours", "satisfaction", "volunteering")
    }
    return pd.Series(
        {
            "residents": people,
            "communities": len(c),
            "streets": c.street.nunique(),
            **rates,
            **sums,
            **means,
            "departments_lacked": c.groupby("street").street_lacked.first().sum(),
            "departments_busy": c.departments_used.sum() / max(c.departments_there.sum(), 1e-9),
        }
    )
