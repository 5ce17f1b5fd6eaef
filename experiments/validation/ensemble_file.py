"""Write the ensemble: `worlds.parquet`, a row per world and a column per parameter, and its `worlds.toml`.

The file of values has float32 columns, named by the paths of knobs. The manifest says which version of the
model and which facts the worlds belong to, which facts they were fitted to, how they were found, and the
SHA-256 of the values. Neither holds a date: made again, both are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from ..evidence.worlds_writer import shorten, to_bytes, to_toml
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
