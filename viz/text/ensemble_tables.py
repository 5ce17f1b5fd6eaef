"""The fitted ensemble as tables: what it was fitted to, and what is left of each parameter's prior."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table
from rich.text import Text

from ...engine.texts import translate
from ...experiments.evidence.ensemble import NARROW
from .evidence_tables import short
from .tables import PLAIN

if TYPE_CHECKING:
    import pandas as pd


def parameter_records(manifest: Mapping[str, Any], worlds: pd.DataFrame) -> list[dict[str, Any]]:
    """Return for each parameter its prior, the ensemble's interval and centre, and if it is identified."""
    nearest = worlds.iloc[manifest["nearest_to_centre"]]
    records = []
    for parameter in manifest["parameter"]:
        values = worlds[parameter["path"]].to_numpy(float)
        low, median, high = np.quantile(values, (0.05, 0.5, 0.95), method="weibull")
        records.append(
            {
                **parameter,
                "p5": low,
                "median": median,
                "p95": high,
                "nearest": float(nearest[parameter["path"]]),
                "identified": parameter["ratio"] < NARROW,
                "default_inside": bool(low <= parameter["default"] <= high),
            }
        )
    return sorted(records, key=lambda record: record["ratio"])


def ensemble_tables(
    manifest: Mapping[str, Any], worlds: pd.DataFrame, lang: str = "en"
) -> Iterator[Table | str]:
    """Yield the facts beside the ensemble, the parameters beside their priors, and what they add up to."""
    records = parameter_records(manifest, worlds)
    yield facts_table(manifest, lang)
    yield parameters_table(records, lang)
    yield from summary_sentences(manifest, records, lang)


def facts_table(manifest: Mapping[str, Any], lang: str) -> Table:
    """Tabulate the fitted facts, and those that are out of reach, beside what the worlds simulate."""
    out = Table(title=translate(lang, "ensemble", "facts"), **PLAIN)
    for head in ("fact", "measured", "simulated", "emulated"):
        out.add_column(translate(lang, "ensemble", head), overflow="fold")
    for fact in manifest["fact"]:
        emulated = short(fact["explained"]) if fact["fitted"] else translate(lang, "ensemble", "out of reach")
        out.add_row(
            fact["name"],
            f"{short(fact['low'])} – {short(fact['high'])}",
            f"{short(fact['median'])} ({short(fact['p5'])} – {short(fact['p95'])})",
            Text(emulated, style="" if fact["fitted"] else "red"),
        )
    return out


def parameters_table(records: list[dict[str, Any]], lang: str) -> Table:
    """Tabulate the prior and the ensemble's interval of each parameter, the narrowest first."""
    out = Table(title=translate(lang, "ensemble", "parameters"), **PLAIN)
    for head in ("knob", "default", "prior", "ensemble", "ratio", "nearest", "verdict"):
        out.add_column(translate(lang, "ensemble", head), overflow="fold", no_wrap=head == "ratio")
    for record in records:
        out.add_row(
            record["path"],
            Text(short(record["default"]), style="" if record["default_inside"] else "red"),
            f"{short(record['prior_p5'])} – {short(record['prior_p95'])}",
            f"{short(record['p5'])} – {short(record['p95'])}",
            f"{record['ratio']:.2f}",
            short(record["nearest"]),
            translate(lang, "ensemble", "identified" if record["identified"] else "not identified"),
        )
    return out


def summary_sentences(manifest: Mapping[str, Any], records: list[dict[str, Any]], lang: str) -> Iterator[str]:
    """Yield how the ensemble was found, what it identifies, and which defaults lie outside of it."""
    waves = "; ".join(
        translate(
            lang,
            "ensemble",
            "wave" if "inputs" in wave else "members",
            number=number,
            inputs=wave.get("inputs"),
            explained=wave.get("explained"),
            runs=wave["runs"],
            plausible=wave["plausible"],
        )
        for number, wave in enumerate(manifest["wave"], 1)
    )
    yield translate(lang, "ensemble", "waves", waves=waves)
    outside = [record["path"] for record in records if not record["default_inside"]]
    yield translate(
        lang,
        "ensemble",
        "summary",
        worlds=manifest["worlds"],
        identified=sum(record["identified"] for record in records),
        parameters=manifest["parameters"],
        screened=manifest["screened"],
        narrow=NARROW,
    )
    yield translate(lang, "ensemble", "outside", count=len(outside), paths=", ".join(outside) or "-")
    yield translate(lang, "ensemble", "out", names=", ".join(manifest["out_of_reach"]) or "-")
    if "coverage" in manifest:
        yield translate(lang, "ensemble", "coverage", **manifest["coverage"])
