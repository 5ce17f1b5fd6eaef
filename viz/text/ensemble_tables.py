"""The fitted ensemble as tables: what it was fitted to, and what is left of each parameter's prior."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table
from rich.text import Text

from ...engine.texts import translate
from ...experiments.evidence.worlds import read_manifest, read_worlds
from ...experiments.validation.ensemble import DISCREPANCY, NARROW, REACHED
from ...experiments.validation.history_matching import CUT
from .evidence_words import short
from .parameter_tables import table
from .tables import PLAIN

if TYPE_CHECKING:
    import pandas as pd

SECTION = """
## Ensemble

`cogov ensemble` shows plausible values of the general parameters: those that no case of the fitted facts sets
for itself. They are stored in `experiments/evidence/worlds.parquet`, a row per world, and described by
`worlds.toml`. `cogov ensemble --make --coverage 200` makes both again, to the byte, and tests the intervals;
`--check` says whether they belong to this version of the model and to these facts.

They are found by history matching (Craig et al. 1997; Vernon, Goldstein & Bower 2010). A first wave of runs
draws every parameter from its prior. It screens the parameters: each fact is emulated as a quadratic function
of those whose effect stands out from chance, and what is no input of any emulator keeps its prior. It also
screens the facts: one that fewer than {reached:.0%} of the runs come near is out of reach; it is named here,
not fitted to. The implausibility of a world for a fact is the distance of emulated and measured value in
standard deviations of the emulator's error (which holds the luck of a run), the fact's error and the model's
discrepancy; the variance of the discrepancy is taken to be {discrepancy:g} times that of the fact's error. A
world is ruled out if the second largest of its implausibilities is more than {cut:g}. Further waves are drawn
from what is left, and emulated again. Members of the ensemble are drawn from prior times likelihood by the
last emulators, simulated, and kept if the simulation itself is plausible. Held-out facts are not used, nor
facts that are measured in runs of several years, because those would take most of the time.

The defaults of the parameters in `experiments/evidence/adopted.toml` are the ensemble's medians, rounded;
their priors stay around what was assumed before.

The errors of facts are taken to be independent, though several come from one source; intervals may therefore
be too narrow where such facts decide. Coverage is tested by simulation-based calibration (Talts et al. 2018):
worlds that are drawn from the prior and that no emulator was fitted to are simulated, errors are added to
their facts, and these are matched with the emulators of the first wave, which hold for the whole prior.

"""


def parameter_records(manifest: Mapping[str, Any], worlds: pd.DataFrame) -> list[dict[str, Any]]:
    """Return for each parameter its prior, the ensemble's interval and centre, and if it is identified."""
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
    """Tabulate the prior and the ensemble's interval of identified parameters, the narrowest first."""
    out = Table(title=translate(lang, "ensemble", "parameters"), **PLAIN)
    for head in ("knob", "default", "prior", "ensemble", "ratio", "median"):
        out.add_column(translate(lang, "ensemble", head), overflow="fold", no_wrap=head in ("knob", "ratio"))
    for record in (record for record in records if record["identified"]):
        out.add_row(
            record["path"],
            Text(short(record["default"]), style="" if record["default_inside"] else "red"),
            f"{short(record['prior_p5'])} – {short(record['prior_p95'])}",
            f"{short(record['p5'])} – {short(record['p95'])}",
            f"{record['ratio']:.2f}",
            short(record["median"]),
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
    rest = [record["path"] for record in records if not record["identified"]]
    yield translate(lang, "ensemble", "not identified", count=len(rest), paths=", ".join(sorted(rest)) or "-")
    yield translate(lang, "ensemble", "outside", count=len(outside), paths=", ".join(outside) or "-")
    yield translate(lang, "ensemble", "out", names=", ".join(manifest["out_of_reach"]) or "-")
    if "coverage" in manifest:
        yield translate(lang, "ensemble", "coverage", **manifest["coverage"])


def ensemble_section() -> str:
    """Return the section on the ensemble that ships, for docs/evidence.md."""
    manifest = read_manifest()
    records = parameter_records(manifest, read_worlds())
    heads = ("parameter", "default", "prior, 5 to 95 %", "ensemble, 5 to 95 %", "width", "median")
    rows = [
        [
            f"`{record['path']}`",
            short(record["default"]),
            f"{short(record['prior_p5'])} to {short(record['prior_p95'])}",
            f"{short(record['p5'])} to {short(record['p95'])}",
            f"{record['ratio']:.2f}",
            short(record["median"]),
        ]
        for record in records
        if record["identified"]
    ]
    text = SECTION.format(reached=REACHED, discrepancy=DISCREPANCY, cut=CUT)
    sentences = "\n\n".join(summary_sentences(manifest, records, "en"))
    return text + sentences + "\n\n" + "\n".join(table(heads, rows)).rstrip("\n") + "\n"
