"""A city: streets of communities, each a case with people of its own, lived through in any order by any number of processes or threads.

A street is one task and leaves two parts, a row for each community and the street's days. A part's name holds the digest of its
bytes, so that what is there can be trusted, and the same command again does the streets that are missing.
"""

import json
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import blake2b, sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.jit import version
from ...engine.parameters import UserError, check, knob
from ...engine.randomness import seed_of, whole_seed
from ...engine.toml_reader import table_of
from ...model import measures
from ...model.cases import alter_scenario, list_cases, read_case
from ...model.street import Street, StreetParameters
from ..execution.executors import choose_executor
from ..execution.supervisor import processes_of, supervise
from ..sweep.parts import parquet, put
from .scaling import resize_case

TABLES = ("communities", "series")
LEAST = 3000  # residents of a case that counts as a community of a city when none are named


@dataclass(frozen=True)
class City:
    """What a city is made of. Raises UserError from `compose_city`."""

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
    seed: int = knob(0, 0, 2**53, unit="the luck", source="a choice of the user")
    between: StreetParameters = StreetParameters()

    def __post_init__(self):
        object.__setattr__(self, "seed", whole_seed(self.seed))

    def key(self):
        """The digest of all that decides what comes out."""
        told = [
            [table_of(case) for case in self.cases],
            self.communities,
            self.street,
            self.residents,
            self.seed,
            asdict(self.between),
            version(),
        ]
        return blake2b(
            json.dumps(told, sort_keys=True, ensure_ascii=False).encode(), digest_size=16
        ).hexdigest()

    def streets(self):
        """How many there are; the last may have fewer communities."""
        return -(-self.communities // self.street)

    def scenarios(self, street):
        """The communities of one street: the cases in turn, each with a name, and so with people, of its own."""
        factor = (
            self.residents
            / sum(self.cases[n % len(self.cases)].community.residents for n in range(self.communities))
            if self.residents
            else 1.0
        )
        made = []
        for n in range(street * self.street, min((street + 1) * self.street, self.communities)):
            case = self.cases[n % len(self.cases)]
            sized = (
                resize_case(case, max(round(case.community.residents * factor), 100))
                if self.residents
                else case
            )
            made.append(replace(sized, name=f"{case.name} {n + 1}"))
        return made


def compose_city(cases=(), on=(), off=(), settings=(), days=365, **numbers):
    """A City of cases by name or path, all lived for as many days. Raises UserError."""
    named = list(cases) or [name for name in list_cases() if read_case(name).community.residents >= LEAST]
    scenarios = []
    for name in named:
        case = read_case(name)
        out = [
            one for one in off if one in case.mechanisms
        ]  # of cases with mechanisms of their own, whoever has it
        scenarios.append(alter_scenario(case, [one for one in on if one not in out], out, settings, days))
    city = City(cases=tuple(scenarios), **numbers)
    check(city)
    check(city.between)
    return city


def simulate_street(city, street):
    """Live through one street; returns ({table: Parquet bytes}, seconds of processor time)."""
    import pyarrow as pa

    began = time.thread_time()
    scenarios = city.scenarios(street)
    there = Street(
        f"{city.seed}/{street}", scenarios, lambda one: (seed_of("city", one.name, city.seed),), city.between
    )
    for _ in range(there.days):
        there.live()
    rows = []
    for n, (run, one) in enumerate(zip(there.runs(), scenarios)):
        told = {
            "street": street + 1,
            "community": street * city.street + n + 1,
            "case": city.cases[(street * city.street + n) % len(city.cases)].name,
            "residents": one.community.residents,
            "moved": int(there.moved[n, 0]),
            "from_the_street": int(there.moved[n, 1]),
        }
        departments = run.ledger.hours.sum(axis=0)[-1], run.ledger.supplied[-1]
        told["street_lacked"] = there.lacked
        rows.append(
            {
                **told,
                **measures.summary(run),
                "departments_used": departments[0],
                "departments_there": departments[1],
            }
        )
    people = np.array([row["residents"] for row in rows])
    daily = {
        name: there.series[:, :, k].sum(axis=0)
        if k < measures.COUNTS
        else people @ there.series[:, :, k] / people.sum()
        for k, name in enumerate(measures.DAILY)
    }
    series = pd.DataFrame({"street": street + 1, "day": np.arange(1, there.days + 1), **daily})
    tables = {"communities": pd.DataFrame(rows), "series": series}
    return {
        name: parquet(pa.Table.from_pandas(table, preserve_index=False)) for name, table in tables.items()
    }, time.thread_time() - began


def of_streets(city, streets):
    """What a worker does: `simulate_street` for each street it is handed."""
    return [simulate_street(city, street) for street in streets]


@dataclass(frozen=True)
class CityResult:
    folder: Path
    streets: int
    before: int
    seconds: float
    work: float  # seconds of processor time of those who lived through streets
    failed: dict  # street -> why


def live(city, out, make=None, workers=None, progress=None):
    """Live through a city, as far as it is missing in the folder `out`; returns Done.

    `workers` processes share the streets (all cores if None, none beside this one if 0); `make()` gives another executor.
    `progress(done, of)` is called as streets come in. Raises UserError, OSError.
    """
    began, folder = time.perf_counter(), Path(out)
    for name in (*TABLES, "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    workers = processes_of(workers)
    make = make or choose_executor("pool", workers=workers)
    register_city(city, folder)
    there = {street for street in range(city.streets()) if all(part(folder, name, street) for name in TABLES)}
    missing, done, work, failed = (
        (street for street in range(city.streets()) if street not in there),
        len(there),
        0.0,
        {},
    )

    def give():
        return [street] if (street := next(missing, None)) is not None else None

    stream = supervise(make, partial(of_streets, city), give, max(2, 2 * workers))
    try:
        for (street, *_), told, why in stream:
            if why:
                failed[street + 1] = why
            else:
                tables, seconds = told[0]
                work += seconds
                for name, raw in tables.items():
                    put(folder, folder / name / f"street-{street + 1:06d}-{mark(raw)}.parquet", raw)
                done += 1
            if progress:
                progress(done, city.streets())
    finally:
        stream.close()
    return CityResult(folder, city.streets(), len(there), time.perf_counter() - began, work, failed)


def register_city(city, folder):
    """Write down what the folder is of; refuse one of another city."""
    path = folder / "city.json"
    told = {
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
            past = json.loads(path.read_text("utf-8"))["key"]
        except (ValueError, KeyError, TypeError):
            raise UserError(f"{path} is not what was written; name another --out") from None
        if past != told["key"]:
            raise UserError(
                f"{folder} holds another city, or one of another version of the model; name another --out"
            )
    else:
        put(folder, path, (json.dumps(told, ensure_ascii=False) + "\n").encode())


def mark(raw):
    """What a part's name says of its bytes."""
    return sha256(raw).hexdigest()[:16]


def whole(path, raw):
    """Whether the bytes of a part are those it was named by."""
    return path.stem.rpartition("-")[2] == mark(raw)


def part(folder, table, street):
    """The file of a street in a table; None where it is missing or its bytes are not those it was named by."""
    for path in sorted((folder / table).glob(f"street-{street + 1:06d}-*.parquet")):
        if whole(path, path.read_bytes()):
            return path
        path.unlink()
    return None


def load_table(folder, table="communities"):
    """A table of a city, in the order of its streets. Raises UserError where a part is not what was written."""
    folder = Path(folder)
    paths = sorted((folder / table).glob("street-*.parquet"))
    if not paths:
        raise UserError(f"{folder} holds no street of a city")
    frames = []
    for path in paths:
        raw = path.read_bytes()
        if not whole(path, raw):
            raise UserError(
                f"{path} is not what was written; the same command again lives through that street anew"
            )
        frames.append(pd.read_parquet(BytesIO(raw)))
    return pd.concat(frames, ignore_index=True)


def digest(folder):
    """One hash of all results, whoever lived through which street."""
    told = blake2b(digest_size=16)
    for table in TABLES:
        for path in sorted((Path(folder) / table).glob("street-*.parquet")):
            told.update(path.name.encode())
    return told.hexdigest()


def summarise_city(communities):
    """The city's own numbers: sums, and means by residents or issues; as a Series."""
    c = communities
    people, arisen = c.residents.sum(), c.arisen.sum()
    sums = {
        name: c[name].sum()
        for name in (
            "arisen",
            "told",
            "resolved",
            "resolved_in_time",
            "backlog",
            "unknown",
            "hours",
            "yuan",
            "moved",
            "from_the_street",
        )
    }
    rates = {
        "resolution_rate": (c.resolution_rate * c.arisen).sum() / arisen,
        "least": c.resolution_rate.min(),
        "most": c.resolution_rate.max(),
    }
    means = {
        name: (c[name] * c.residents).sum() / people
        for name in ("trust_committee", "trust_neighbours", "satisfaction", "giving")
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
