"""Hold the result of a calibration: its verdict, its tables as files, and the fitted case."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from ...engine.output import short
from ...engine.source_digests import version as model_version
from ...engine.texts.errors import Message, UserError
from ...model.scenarios.scenario import Scenario
from ..evidence.own_worlds import write_worlds_file
from ..files import manifest
from ..files.case_writer import write_case as case_text
from ..files.csv_tables import write_csv
from ..logs.issue_log import IssueLog
from .log_checks import said_of_rejected
from .own_ensemble import OwnEnsemble
from .verdicts import LEARNED, NO_RESULT, NOT_LEARNED, TOGETHER, is_implausible, verdict_of
from .verdicts import ROUGH as ROUGH
from .visibility import describe_unseen

WORLDS, PAGE = "worlds.parquet", "fit.html"
INDEXED = ("parameters", "scores", "visible")  # tables whose index is a column of their file
TABLES = (*INDEXED, "ensemble", "trials", "curves", "rates", "weekly", "closing_days")
FITTED = ", fitted to "  # beginning of a fitted case, after its name


@dataclass
class Calibration:
    """The result of a calibration."""

    case: Scenario  # Scenario before the fit
    fitted: Scenario  # Scenario with what was learned; what was not learned is as before
    # one row per parameter: default, low, high (prior), best (of the fitted case), median, p5, p95, narrowed,
    # contraction, identified (whether it was learned), in_one_world (contraction if all else is known),
    # answer (of verdicts.py)
    parameters: pd.DataFrame
    ensemble: pd.DataFrame  # one row per trial of the rounds: weight, distance, one column per parameter
    trials: pd.DataFrame  # one row per trial, including those of the search
    # (part, model): distance, log_score, points (root mean squared difference of curves), rate (over the log)
    scores: pd.DataFrame
    # one row per part, kind and horizon: log, log_low, log_high, default, fitted, low, high
    curves: pd.DataFrame
    # per 1,000 residents and year; by part and kind: log, log_low, log_high, default, fitted, low, high
    rates: pd.DataFrame
    weekly: pd.DataFrame  # one row per week: part, week, log, median, low, high
    closing_days: (
        pd.DataFrame
    )  # by part, kind and share: issues, closed, days (of the log), median, low, high
    visible: pd.DataFrame  # how the log sees each category of the model: family, share, rows, seen
    own: OwnEnsemble  # worlds of one's own, with weights
    effective: float  # effective number of equally weighted members of the ensemble of trials
    widened: float  # factor on the squared errors; 1 if the best trial is within the errors
    split: pd.Timestamp  # first day of the part held out
    log: IssueLog
    said: list[Message]  # what was left out or assumed
    free: dict  # path -> FreeParameter
    asked: dict  # arguments of `calibrate`, by name

    @property
    def is_misspecified(self) -> bool:
        """Whether the log is implausible under the model, whatever the fitted numbers are."""
        return is_implausible(self.widened)

    @property
    def has_worlds(self) -> bool:
        """Whether there are worlds of one's own; of an implausible log they would pretend to be a result."""
        return not self.is_misspecified and bool(self.own.settings[0])

    @property
    def learned(self) -> list[str]:
        """The parameters that the log says something about."""
        return self.answered(LEARNED)

    @property
    def not_learned(self) -> list[str]:
        """The parameters about which the log says nothing."""
        return self.answered(NOT_LEARNED)

    @property
    def together(self) -> list[str]:
        """The parameters that the log fixes only if the others are known."""
        return self.answered(TOGETHER)

    def answered(self, answer: str) -> list[str]:
        """Return the parameters of which the log says as much as `answer`."""
        return [path for path, row in self.parameters.iterrows() if row.answer == answer]

    def verdict(self, lang: str = "en") -> str:
        """Return the result in a few sentences; of an implausible log, that it is one."""
        return ("" if lang == "zh" else " ").join(one.in_language(lang) for one in self.sentences())

    def sentences(self) -> list[Message]:
        """Return the sentences of the verdict."""
        return list(verdict_of(self))

    def unseen_words(self) -> Message:
        """Return the sentence on what the log cannot see; that it sees all, if it does."""
        return describe_unseen(self.visible)

    def said_in_all(self) -> list[Message]:
        """Return all that was recognised, set aside, left out or assumed, of the log and of the fit."""
        return [*self.log.said, *said_of_rejected(self.log), *self.said, self.unseen_words()]

    def save(self, folder: str | Path, command: str = "") -> Path:
        """Write the fitted case, the tables and manifest.json into `folder`; return the path of the case.

        The tables are those of TABLES, as CSV; worlds.parquet and worlds.toml are the worlds of one's own,
        which are not written, and removed, if the log is implausible under the model or nothing is fitted.
        Raises UserError if the case file would overwrite one that no calibration wrote.
        """
        folder = Path(folder)
        manifest.refuse_sweep_folder(folder)
        path = path_of_fitted_case(folder, self.case)
        folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            write_csv(getattr(self, name), folder / f"{name}.csv", index=name in INDEXED)
        path.write_text(self.case_file(command), encoding="utf-8")
        if not self.has_worlds:
            for left in (folder / WORLDS, (folder / WORLDS).with_suffix(".toml")):
                left.unlink(missing_ok=True)
        else:
            self.save_worlds(folder / WORLDS, command)
        manifest.write_manifest(
            folder,
            "calibrate",
            command=command,
            cases=[self.case, self.fitted],
            tables=[f"{name}.csv" for name in TABLES],
            verdict=self.verdict(),
            **self.asked,
            log=manifest.file_of(self.log.path),
        )
        return path

    def save_worlds(self, path: Path, command: str = "") -> Path:
        """Write the worlds of one's own, drawn by weight; return the path."""
        return write_worlds_file(
            path,
            self.own.drawn(self.asked["seed"], self.case.name),
            sorted({knob for name in (*self.learned, *self.together) for knob in self.free[name].moves}),
            self.case.name,
            log=Path(self.log.path).name,
            until=f"{self.split:%Y-%m-%d}",
            learned=self.learned,
            together=self.together,
            not_learned=self.not_learned,
            effective=self.own.effective,
            widened=self.own.widened,
            seed=self.asked["seed"],
            command=short(command, 400),
            model=model_version(()),
        )

    def case_file(self, command: str = "") -> str:
        """Return the fitted case as TOML.

        Comments say which numbers were fitted, and to what.
        """
        opened = self.log.issues["opened"]
        last = self.split - pd.Timedelta(days=1)
        log_part = f"{Path(self.log.path).name}, {opened.min():%Y-%m-%d} to {last:%Y-%m-%d}"
        notes = {}
        for path, parameter in self.parameters.iterrows():
            interval = f"5 to 95 %: {parameter.p5:.4g} to {parameter.p95:.4g}"
            factor = "factor " if self.free[path].factor else ""
            for knob in self.free[path].moves:
                notes[knob] = (
                    f"fitted, {factor}{parameter.best:.4g} ({interval})"
                    if parameter.answer == LEARNED
                    else f"fitted, {factor}{parameter.best:.4g}, depends on the others ({interval})"
                    if parameter.answer == TOGETHER
                    else f"{factor}{parameter.best:.4g}, not a result: the log is implausible under the model"
                    if parameter.answer == NO_RESULT
                    else "not learned from the log, as before"
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
    return (
        f"{scenario.name}.toml",
        WORLDS,
        WORLDS.replace(".parquet", ".toml"),
        *(f"{name}.csv" for name in TABLES),
        "calibration.png",
        "calibration.svg",
        PAGE,
    )
