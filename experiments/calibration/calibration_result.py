"""Hold the result of a calibration: its verdict, its tables as files, and the fitted case."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.output import short
from ...engine.texts.errors import UserError
from ...model.scenarios.scenario import Scenario
from ..files import manifest
from ..files.case_writer import write_case as case_text
from ..files.csv_tables import write_csv
from ..logs.issue_log import IssueLog

MISFIT = 3.0  # standard errors by which even the best trial misses the log, from which on nothing is fitted
ROUGH = 10  # effective members of an ensemble; with fewer, its intervals are called rough
FITTED = ", fitted to "  # beginning of a fitted case, after its name


@dataclass
class Calibration:
    """The result of a calibration."""

    case: Scenario  # Scenario before the fit
    fitted: Scenario  # Scenario with the best trial's values
    # one row per parameter: default, low, high (prior), best, median, p5, p95, narrowed, identified
    parameters: pd.DataFrame
    ensemble: pd.DataFrame  # one row per trial of the rounds: weight, distance, one column per parameter
    trials: pd.DataFrame  # one row per trial, including those of the search
    # (part, model): distance, points (root mean squared difference of curves), rate (ratio of model to log)
    scores: pd.DataFrame
    # one row per part, kind and horizon: log, log_low, log_high, default, fitted, low, high
    curves: pd.DataFrame
    # per 1,000 residents and year; by part and kind: log, log_low, log_high, default, fitted, low, high
    rates: pd.DataFrame
    effective: float  # effective number of equally weighted members of the ensemble
    widened: float  # factor on the squared errors; 1 if the best trial is within the errors
    split: pd.Timestamp  # first day of the part held out
    log: IssueLog
    said: list  # what was left out or assumed, as sentences
    free: dict  # path -> FreeParameter
    asked: dict  # arguments of `calibrate`, by name

    @property
    def is_misspecified(self) -> bool:
        """Whether the log is implausible under the model, whatever the fitted numbers are."""
        return bool(np.sqrt(self.widened) > MISFIT)

    def verdict(self) -> str:
        """Return the result in a few sentences; of an implausible log, that it is one."""
        if self.is_misspecified:
            return (
                "Misspecification: this log is implausible under the model. Even the best trial misses it by "
                f"{np.sqrt(self.widened):.1f} standard errors (root mean square; at most {MISFIT:g} are "
                "plausible), so the fitted numbers are not a result. Check residents, mapping and dates of "
                "the log, or fit other numbers."
            )
        known = [
            f"{p} {r['median']:.3g} ({r.p5:.3g} to {r.p95:.3g})"
            for p, r in self.parameters.iterrows()
            if r.identified
        ]
        unknown = [p for p, r in self.parameters.iterrows() if not r.identified]
        points = self.scores["points"]
        misses = (f"{points['held out', name]:.1f}" for name in ("fitted", "default", "earlier log"))
        sentences = [
            (
                "RMS error of the curves in the held-out part: {} points "
                "(before the fit {}; the earlier part of the log itself {})."
            ).format(*misses)
        ]
        sentences += (
            [f"Identified by the log: {'; '.join(known)}."]
            if known
            else ["The log identifies none of these parameters."]
        )
        sentences += (
            [f"Not identified: {', '.join(unknown)}; their fitted values are not a result."]
            if unknown
            else []
        )
        sentences += (
            [
                "Even the best trial differs from the log by more than chance explains: "
                f"intervals are based on errors {np.sqrt(self.widened):.1f} times as large."
            ]
            if self.widened > 1.5
            else []
        )
        sentences += (
            [
                f"The effective size of the ensemble is only {self.effective:.1f}: "
                "intervals are rough; use more trials."
            ]
            if self.effective < ROUGH
            else []
        )
        return " ".join(sentences)

    def save(self, folder: str | Path, command: str = "") -> Path:
        """Write the fitted case, the tables and manifest.json into `folder`; return the path of the case.

        The tables are ensemble.csv, trials.csv, parameters.csv, scores.csv, curves.csv and rates.csv. Raises
        UserError if the case file would overwrite one that no calibration wrote.
        """
        folder = Path(folder)
        manifest.refuse_sweep_folder(folder)
        path = path_of_fitted_case(folder, self.case)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("parameters", "scores"):
            write_csv(getattr(self, name), folder / f"{name}.csv")
        for name in ("ensemble", "trials", "curves", "rates"):
            write_csv(getattr(self, name), folder / f"{name}.csv", index=False)
        path.write_text(self.case_file(command), encoding="utf-8")
        tables = [f"{name}.csv" for name in ("parameters", "scores", "ensemble", "trials", "curves", "rates")]
        manifest.write_manifest(
            folder,
            "calibrate",
            command=command,
            cases=[self.case, self.fitted],
            tables=tables,
            verdict=self.verdict(),
            **self.asked,
            log=manifest.file_of(self.log.path),
        )
        return path

    def case_file(self, command: str = "") -> str:
        """Return the fitted case as TOML.

        Comments say which numbers were fitted, and to what.
        """
        opened = self.log.issues["opened"]
        last = self.split - pd.Timedelta(days=1)
        log_part = f"{Path(self.log.path).name}, {opened.min():%Y-%m-%d} to {last:%Y-%m-%d}"
        notes = {}
        for path, parameter in self.parameters.iterrows():
            interval = f"5 to 95 %: {parameter.p5:.4g} to {parameter.p95:.4g}" + (
                "" if parameter.identified else "; not identified by the log"
            )
            for knob in self.free[path].moves:
                notes[knob] = (
                    f"fitted, {'factor ' if self.free[path].factor else ''}{parameter.best:.4g} ({interval})"
                )
        header = (
            f"{self.case.name}{FITTED}{log_part} on {date.today()}; "
            "fitted numbers are marked, all others are unchanged."
        )
        return case_text(
            self.fitted,
            notes,
            short(header, 400)
            + (f"\n{short(command, 400)}" if command else "")
            + "\n"
            + short(self.verdict(), 1000),
        )


def path_of_fitted_case(folder: str | Path, scenario: Scenario) -> Path:
    """Return the path of the fitted case.

    Raises UserError if there is already a file that no calibration wrote.
    """
    path = Path(folder) / f"{scenario.name}.toml"
    if path.exists() and not path.read_bytes().startswith(f"# {scenario.name}{FITTED}".encode()):
        raise UserError(
            "--out {folder}: would overwrite {path}, which no calibration wrote; name another folder",
            folder=folder,
            path=path,
        )
    return path


def files_to_write(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the files that a calibration of this scenario writes."""
    tables = ("parameters", "scores", "ensemble", "trials", "curves", "rates")
    return (
        f"{scenario.name}.toml",
        *(f"{name}.csv" for name in tables),
        "calibration.png",
        "calibration.svg",
    )
