"""Write the ensemble: `worlds.parquet`, a row per world and a column per parameter, and its `worlds.toml`.

The file of values has float32 columns, named by the paths of knobs. The manifest says which version of the
model and which facts the worlds belong to, which facts they were fitted to, how they were found, and the
SHA-256 of the values. Neither holds a date: made again, both are the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.release import versions
from ...engine.source_digests import version as model_version
from ...engine.texts.errors import Message, UserError
from ..evidence.facts import Fact
from ..evidence.sampling import default_values
from ..evidence.worlds import FOLDER, MANIFEST, VALUES, read_manifest, read_worlds
from ..files.manifest import digest_of
from .ensemble import DISCREPANCY, Ensemble, probe_model
from .general_parameters import fitted_facts, values_of
from .history_matching import CUT

if TYPE_CHECKING:
    import pandas as pd


def tabulate_worlds(ensemble: Ensemble) -> pd.DataFrame:
    """Return the values of the parameters: one row per world, one float32 column per path."""
    import pandas as pd

    rows = [values_of(ensemble.priors, scores) for scores in ensemble.scores]
    values = pd.DataFrame(rows, columns=list(ensemble.priors)).astype(np.float32)
    return values.apply(lambda column: shorten(column.to_numpy()))


def shorten(values: np.ndarray) -> np.ndarray:
    """Return float32 numbers cut to 13 binary digits, one part in 4,000; they take less space.

    >>> shorten(np.array([0.1, 3.0, 4097.0], np.float32)).tolist()
    [0.0999908447265625, 3.0, 4097.0]
    """
    return (values.view(np.uint32) & np.uint32(0xFFFFF800)).view(np.float32)


def to_bytes(worlds: pd.DataFrame) -> bytes:
    """Return worlds as Parquet; the same worlds give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    table = pa.table({name: pa.array(worlds[name].to_numpy(np.float32)) for name in worlds.columns})
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        use_byte_stream_split=True,
        write_statistics=False,
        store_schema=False,
    )
    return sink.getvalue().to_pybytes()


def facts_digest(facts: tuple[Fact, ...] | list[Fact]) -> str:
    """Return a digest of facts: of all that decides which values they are held against."""
    decisive = ("name", "measure", "low", "high", "cases", "on", "off", "days", "floor")
    return digest_of([[str(getattr(fact, name)) for name in decisive] for fact in facts])


def describe_ensemble(ensemble: Ensemble, values: bytes) -> dict[str, Any]:
    """Return the manifest of an ensemble whose worlds are `values`."""
    names = np.array([fact.name for fact in ensemble.facts])
    return {
        "worlds": len(ensemble.scores),
        "parameters": len(ensemble.priors),
        "screened": ensemble.general,
        "sha256": sha256(values).hexdigest(),
        "model": model_version(()),
        "probe": ensemble.probe,
        "facts": facts_digest(ensemble.facts),
        "seed": ensemble.seed,
        "runs": ensemble.sizes.runs,
        "cut": CUT,
        "discrepancy": DISCREPANCY,
        "fitted_to": names[ensemble.reached].tolist(),
        "out_of_reach": names[~ensemble.reached].tolist(),
        "versions": versions("numpy", "scipy", "numba", "pyarrow"),
        **({"coverage": asdict(ensemble.coverage)} if ensemble.coverage else {}),
        "wave": ensemble.waves,
        "fact": list(describe_facts(ensemble)),
        "parameter": list(describe_parameters(ensemble)),
    }


def describe_facts(ensemble: Ensemble) -> Iterator[dict[str, Any]]:
    """Yield for each fact its interval, and the median and 90 % interval of the ensemble's simulations."""
    for n, fact in enumerate(ensemble.facts):
        values = ensemble.values[:, n]
        p5, median, p95 = unscaled(fact, np.nanpercentile(values, (5, 50, 95)))
        yield {
            "name": fact.name,
            "low": fact.low,
            "high": fact.high,
            "p5": p5,
            "median": median,
            "p95": p95,
            "explained": float(ensemble.explained[n]),
            "fitted": bool(ensemble.reached[n]),
        }


def unscaled(fact: Fact, values: np.ndarray) -> list[float]:
    """Return values on the scale of scores as values of a fact's measure."""
    return [float(value) for value in (np.exp(values) if fact.low > 0.0 else values * (fact.high - fact.low))]


def describe_parameters(ensemble: Ensemble) -> Iterator[dict[str, Any]]:
    """Yield for each parameter its default, its prior, and the width of its interval beside the prior's."""
    defaults = default_values()
    for (path, prior), ratio in zip(ensemble.priors.items(), ensemble.ratio):
        low, high = prior.interval
        yield {
            "path": path,
            "default": float(defaults.get(path, prior.centre)),
            "prior_p5": float(low),
            "prior_p95": float(high),
            "ratio": float(ratio),
        }


def to_toml(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as TOML: values first, then tables."""
    lines = ["# Written by `cogov ensemble`; it describes worlds.parquet."]
    plain = {key: value for key, value in manifest.items() if not is_table(value)}
    lines += [f"{key} = {number(value)}" for key, value in plain.items()]
    for key, value in manifest.items():
        if is_table(value):
            for table in value if isinstance(value, list) else [value]:
                lines += ["", f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
                lines += [f"{name} = {number(inner)}" for name, inner in table.items()]
    return "\n".join(lines) + "\n"


def is_table(value: object) -> bool:
    """Return whether a value is a table of TOML, or an array of them."""
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def number(value: object) -> str:
    """Return a value as TOML writes it; fractions with five digits."""
    if isinstance(value, float):
        return f"{value:.5g}"
    return json.dumps(value)


def save_ensemble(ensemble: Ensemble, folder: Path = FOLDER) -> tuple[Path, Path]:
    """Write values and manifest to `folder`; return their paths. Raises UserError if it is not writable."""
    values = to_bytes(tabulate_worlds(ensemble))
    paths = folder / VALUES, folder / MANIFEST
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths[0].write_bytes(values)
        paths[1].write_text(to_toml(describe_ensemble(ensemble, values)), encoding="utf-8")
    except OSError as error:
        raise UserError("{folder}: cannot be written to: {reason}", folder=folder, reason=error) from None
    return paths


def check_ensemble(folder: Path = FOLDER) -> list[Message]:
    """Return why the ensemble in `folder` does not belong to this model and its facts; nothing if it does.

    A later version of the model that gives the same values in a few worlds passes (`probe_model`).
    Raises UserError if there is none, or if its file was changed.
    """
    manifest, problems = read_manifest(folder), []
    read_worlds(folder)
    if manifest["model"] != model_version(()) and manifest.get("probe") != probe_model():
        problems.append(
            Message(
                "made with another version of the model: {theirs}, this is {ours}",
                theirs=manifest["model"],
                ours=model_version(()),
            )
        )
    if manifest["facts"] != facts_digest(fitted_facts()):
        problems.append(Message("fitted to other facts than the ones that ship"))
    return problems
