"""A community's own issue log: read, checked row by row, stripped of everything personal, and written anew.

What was opened and closed when, of which category; perhaps where. A row that cannot be true is set aside with its line and
the reason, never mended. An issue without a closing date is still open: it is right-censored on the day the log was drawn.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.parameters import UserError, complaint, knob
from ...engine.toml_reader import build, guess, load, show_value
from ...model.issues.categories import CATEGORIES, FAMILIES, FAMILIES_ZH
from ..files.case_writer import toml
from ..files.csv_tables import (
    EMPTY,
    dates,
    harmless,
    recognise_date_formats,
    sheet,
    write_csv,
)

ROLES = ("opened", "closed", "category", "place", "id")
NEEDED = ("opened", "closed", "category")
USUAL = {  # role -> what such a column is often called, without blanks and signs
    "opened": "opened opendate dateopened openedat openedon openeddate created createddate datecreated createdat createdon creationdate reported reportdate reporteddate "
    "datereported reportedat received receiveddate datereceived submitted submitteddate datesubmitted logged datelogged requested requestdate requesteddatetime told "
    "上报时间 上报日期 受理时间 受理日期 登记时间 登记日期 创建时间 创建日期 报修时间 报修日期 来电时间 来电日期 诉求时间 提交时间 提交日期 接收时间 立案时间 立案日期 反映时间 反映日期",
    "closed": "closed closedate closeddate dateclosed closedat closedon resolved resolveddate dateresolved resolvedat resolutiondate completed completeddate datecompleted "
    "completiondate completedat finished 办结时间 办结日期 结案时间 结案日期 完成时间 完成日期 关闭时间 关闭日期 解决时间 解决日期 完工时间 完工日期 处结时间 处结日期",
    "category": "category type complainttype issuetype issuecategory requesttype requestcategory casetype problemtype problemcategory servicename kind 类别 分类 类型 问题类别 "
    "问题类型 问题分类 诉求类别 诉求类型 诉求分类 事件类别 事件类型 事件分类 事项类别 事项类型 案件类别 案件类型 工单类型 工单类别 报修类型",
    "id": "id uniquekey uniqueid caseid casenumber caseno requestid requestnumber servicerequestid ticket ticketid ticketnumber issueid reference referencenumber "
    "编号 工单编号 工单号 案件编号 案件号 事件编号 诉求编号 单号 流水号 受理编号",
}
USUAL = {role: set(words.split()) for role, words in USUAL.items()}
COLUMN = {"text": 200}
LONELY = 365  # days by which one date may not outlast all others, if it is to say when the log was drawn


@dataclass(frozen=True)
class LogMapping:
    """What the columns of a log mean; a TOML file may say it once for all."""

    opened: str = field(default="", metadata=COLUMN)  # name of the column with the day an issue was reported
    closed: str = field(default="", metadata=COLUMN)  # the day it was resolved; empty while it is open
    category: str = field(default="", metadata=COLUMN)
    place: str = field(default="", metadata=COLUMN)  # never guessed: it may be somebody's address
    id: str = field(default="", metadata=COLUMN)
    dates: str = field(default="", metadata=COLUMN)  # their format, e.g. %d/%m/%Y
    drawn: str = field(default="", metadata=COLUMN)  # the day the log was drawn, as 2025-01-09
    encoding: str = field(default="", metadata=COLUMN)
    delimiter: str = field(default="", metadata=COLUMN)
    residents: float = knob(
        0.0, 0.0, 1e10, unit="people whose issues the log holds; 0 unknown", source="given by the log's owner"
    )
    categories: dict = field(
        default_factory=dict, metadata={"free": True}
    )  # category of the log -> one of cogov's, a family, or several


@dataclass
class IssueLog:
    """A log as it was understood."""

    path: str
    mapping: LogMapping  # what was said and what was guessed
    issues: pd.DataFrame  # one row per issue used: line, opened and closed (datetime64; NaT open), category, and place and id if mapped
    rejected: pd.DataFrame  # one row per row set aside: line, reason, and the mapped columns as text
    drawn: pd.Timestamp  # the day on which it was drawn
    kinds: dict  # category of the log -> names of cogov's categories that it means, sorted; only those mapped
    said: list  # what was guessed, dropped or assumed, in sentences

    @property
    def rows(self):
        """Rows in: those used and those set aside."""
        return len(self.issues) + len(self.rejected)

    def times(self):
        """Days from opening to closing, or to the day the log was drawn, and whether it was closed: ((n,) float, (n,) bool)."""
        return times(self.issues, self.drawn)


def times(issues, drawn):
    """Days open and whether closed by `drawn`; what was closed later was still open then: ((n,) float, (n,) bool)."""
    closed = issues["closed"].notna() & (issues["closed"] <= drawn)
    end = issues["closed"].where(closed, drawn)
    return (end - issues["opened"]).dt.days.to_numpy(float), closed.to_numpy(bool)


def read_mapping(path=None, **said):
    """A Mapping from a TOML file, with what is said besides laid over it. Raises UserError with file and line."""
    base = build(LogMapping, *load(path)) if path else LogMapping()
    told = {name: value for name, value in said.items() if value not in (None, "")}
    if "residents" in told:
        told["residents"] = float(told["residents"])
        problem = complaint(LogMapping.__dataclass_fields__["residents"], told["residents"])
        if problem:
            raise UserError(f"residents {problem}")
    return replace(base, **told)


def read_log(path, mapping=None, **said):
    """Read the issue log at `path`, a CSV file.

    `mapping` is a Mapping, the path of a TOML file, or nothing: then `NAME.toml` beside `NAME.csv`, if there is one. `said` lays
    single things over it: opened=, closed=, category=, place=, id= (names of columns), dates=, drawn=, residents=, encoding=,
    delimiter=, categories= {theirs: ours}. What is not said is guessed where there is one guess. Raises UserError.
    """
    said_ = []
    beside = Path(path).with_suffix(".toml")
    if mapping is None and beside.exists():
        mapping = beside
        said_.append(f"Columns as {beside} says, which lies beside the log.")
    one = replace(mapping, **said) if isinstance(mapping, LogMapping) else read_mapping(mapping, **said)
    text = sheet(path, one.encoding or None, one.delimiter or None)
    if text.guessed:
        said_.append("Encoding: GBK (GB18030), guessed from the bytes; --encoding says otherwise.")
    one, guessed = columns(text, one)
    said_ += [f"Column {show_value(getattr(one, role))} taken for {role}, by its name." for role in guessed]
    table = {role: text.column(getattr(one, role)) for role in ROLES if getattr(one, role)}
    dropped = [name for name in text.header if name not in {getattr(one, role) for role in ROLES}]
    if dropped:
        said_.append(
            f"Dropped, unread, for nothing says what they mean and they may be personal: {', '.join(map(show_value, dropped))}."
        )
    formats = detect_date_formats(text, one, table)
    if not one.dates:
        said_.append(
            "Dates read as "
            + ", ".join(f"{pattern} ({getattr(one, role)})" for role, pattern in formats.items())
            + ", the only reading of the whole column."
        )
    day = {role: dates(table[role], formats[role]) for role in ("opened", "closed")}
    drawn = extraction_day(text, one, day)
    if not one.drawn:
        said_.append(
            f"Drawn on {drawn:%Y-%m-%d}, the last date in the log, as nothing else is said (--drawn); open issues are censored on it."
        )
    reasons = reject_reasons(text, table, day, drawn, one)
    log = assemble_log(text, table, day, reasons, replace(one, drawn=f"{drawn:%Y-%m-%d}"), drawn, said_)
    assert log.rows == len(text.rows) + len(text.broken), "every row is used or set aside"
    if not len(log.issues):
        first = log.rejected.iloc[0] if len(log.rejected) else None
        raise UserError(
            f"{path}{f':{first.line}: no row can be used; this one {first.reason}' if first is not None else ': has a header and no rows'}"
        )
    return log


def columns(text, one):
    """The mapping with its columns checked and the missing ones guessed by their names; and which were guessed."""
    for role in ROLES:
        name = getattr(one, role)
        if name and name not in text.header:
            raise UserError(
                f"{text.path}:1: has no column {show_value(name)} for --{role}{guess(name, text.header)}"
            )
    free, found = [name for name in text.header if name not in {getattr(one, role) for role in ROLES}], {}
    for role, usual in USUAL.items():
        like = [name for name in free if re.sub(r"[\W_]", "", name).lower() in usual]
        if not getattr(one, role) and len(like) == 1:
            found[role] = like[0]
        elif not getattr(one, role) and role in NEEDED:
            what = (
                f"{' and '.join(map(show_value, like))} could each be"
                if like
                else "no column has a usual name for"
            )
            raise UserError(
                f"{text.path}:1: {what} the {role}; say which with --{role} COLUMN; there are: {', '.join(map(show_value, text.header))}"
            )
    twice = [name for name in (getattr(replace(one, **found), role) for role in ROLES) if name]
    if len(set(twice)) < len(twice):
        raise UserError(
            f"{text.path}:1: column {show_value(max(twice, key=twice.count))} is said to be two things at once; give each its own"
        )
    return replace(one, **found), list(found)


def detect_date_formats(text, one, table):
    """The date format of the columns opened and closed."""
    if not one.dates:
        found = recognise_date_formats(
            text.path, [one.opened, one.closed], [table["opened"], table["closed"]], text.lines
        )
        return {"opened": found[one.opened], "closed": found[one.closed]}
    full = [n for n, value in enumerate(table["opened"]) if value.lower() not in EMPTY]
    try:
        read = dates(table["opened"][full], one.dates)
    except ValueError as e:
        raise UserError(
            f"--dates {show_value(one.dates)}: is no format of dates ({e}); a format is like '%d/%m/%Y'"
        ) from None
    if full and np.isnat(read).all():
        raise UserError(
            f"{text.path}:{text.lines[full[0]]}: column {show_value(one.opened)}: --dates {show_value(one.dates)} reads none of its dates, the first of which is "
            f"{show_value(table['opened'][full[0]])}; leave --dates out to have them recognised"
        )
    return {"opened": one.dates, "closed": one.dates}


def extraction_day(text, one, day):
    """The day the log was drawn: as said, or its last date, unless that one stands alone."""
    if one.drawn:
        try:
            return pd.Timestamp(date.fromisoformat(one.drawn))
        except ValueError:
            raise UserError(f"--drawn {show_value(one.drawn)}: is no day; write it as 2025-01-09") from None
    both = np.concatenate([day["opened"], day["closed"]])
    known = np.sort(both[~np.isnat(both)])
    if not len(known):
        raise UserError(f"{text.path}: has no date that can be read in column {show_value(one.opened)}")
    if len(known) > 2 and known[-1] - known[-2] > np.timedelta64(LONELY, "D"):
        role, n = next(
            (role, int(np.flatnonzero(when == known[-1])[0]))
            for role, when in day.items()
            if (when == known[-1]).any()
        )
        raise UserError(
            f"{text.path}:{text.lines[n]}: column {show_value(getattr(one, role))}: {known[-1].astype('M8[D]')} is more than {LONELY} days after every other date; "
            f"if it is a slip, say when the log was drawn, e.g. --drawn {known[-2].astype('M8[D]')}"
        )
    return pd.Timestamp(known[-1])


def reject_reasons(text, table, day, drawn, one):
    """Why each row cannot be used: (rows,) object, empty where it can."""

    def blank(role):
        return np.array([value.lower() in EMPTY for value in table[role]], bool)

    opened, closed, none, never = day["opened"], day["closed"], blank("opened"), blank("closed")
    last = np.datetime64(drawn, "s")
    reasons = np.full(len(text.rows), "", object)
    for wrong, why in (
        (none, f"has no date in {show_value(one.opened)}"),
        (~none & np.isnat(opened), f"has an unreadable date in {show_value(one.opened)}"),
        (~never & np.isnat(closed), f"has an unreadable date in {show_value(one.closed)}"),
        (closed < opened, "was closed before it was opened"),
        (opened > last, f"was opened after the day the log was drawn, {drawn:%Y-%m-%d}"),
        (closed > last, f"was closed after the day the log was drawn, {drawn:%Y-%m-%d}"),
        (blank("category"), f"has no category in {show_value(one.category)}"),
    ):
        reasons[wrong & (reasons == "")] = why
    if one.id:
        fine = np.flatnonzero((reasons == "") & ~blank("id"))
        again = pd.Series(table["id"][fine]).duplicated().to_numpy()
        first = dict(zip(table["id"][fine[~again]], text.lines[fine[~again]]))
        for n in fine[again]:
            reasons[n] = f"has the id of line {first[table['id'][n]]}"
    return reasons


def assemble_log(text, table, day, reasons, one, drawn, said):
    """The Log: rows that can be used, and the others with their reasons, in the order of their lines."""
    fine = reasons == ""
    kept = {
        "line": text.lines[fine],
        **{role: day[role][fine] for role in day},
        **{role: table[role][fine] for role in ("category", "place", "id") if role in table},
    }
    bad = {
        "line": text.lines[~fine],
        "reason": reasons[~fine],
        **{role: column[~fine] for role, column in table.items()},
    }
    broken = pd.DataFrame(text.broken, columns=["line", "reason"])
    rejected = pd.concat(
        [one_ for one_ in (pd.DataFrame(bad), broken) if len(one_)] or [pd.DataFrame(bad)]
    ).sort_values("line", kind="stable", ignore_index=True)
    issues = pd.DataFrame(kept)
    return IssueLog(
        text.path, one, issues, rejected, drawn, kinds(one, sorted(set(issues["category"])), text.path), said
    )


def kinds(one, names, path):
    """Which of cogov's categories each category of the log means: {theirs: (ours, ...)}; by the mapping, else where the names agree."""
    families = dict(zip(FAMILIES_ZH, FAMILIES)) | {name: name for name in FAMILIES}
    chinese = {c.zh: name for name, c in CATEGORIES.items()} | {name: name for name in CATEGORIES}
    found = {}
    if not isinstance(one.categories, dict):
        raise UserError(f"{path}: the mapping's categories are an array; allowed is a table, theirs = ours")
    for theirs, ours in one.categories.items():
        if not isinstance(ours, str) and not (
            isinstance(ours, (list, tuple)) and all(isinstance(name, str) for name in ours)
        ):
            raise UserError(
                f"{path}: category {show_value(theirs)} is mapped to {show_value(ours)}; allowed is text, or an array of texts"
            )
    for theirs in names:
        told = one.categories.get(theirs, [])
        told = [told] if isinstance(told, str) else list(told)
        ours = (
            told
            if theirs in one.categories
            else [
                name
                for name in (theirs, theirs.lower().replace(" ", "_"))
                if name in chinese or name in families
            ][:1]
        )
        meant = set()
        for name in ours:
            if name not in chinese and name not in families:
                raise UserError(
                    f"{path}: category {show_value(theirs)} is mapped to {show_value(name)}, which is none of cogov's{guess(str(name), [*FAMILIES, *CATEGORIES])}"
                )
            meant |= (
                {c for c, it in CATEGORIES.items() if it.family == families[name]}
                if name in families
                else {chinese[name]}
            )
        if meant:
            found[theirs] = tuple(sorted(meant))
    unknown = [theirs for theirs in one.categories if theirs not in names]
    if unknown:
        raise UserError(
            f"{path}: the mapping names a category {show_value(unknown[0])} that the log has not{guess(unknown[0], names)}"
        )
    return found


def save(log, folder):
    """Write log.csv, log.toml (what its columns mean) and rejected.csv into `folder`; returns the path of log.csv."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    clean = log.issues.drop(columns="line")
    write_csv(
        clean.assign(**{role: clean[role].dt.strftime("%Y-%m-%d") for role in ("opened", "closed")}),
        folder / "log.csv",
        index=False,
    )
    write_csv(log.rejected, folder / "rejected.csv", index=False)
    ours = {harmless(theirs): toml(meant) for theirs, meant in compact(log).items()}
    said = {role: role for role in ROLES if getattr(log.mapping, role)} | {
        "dates": "%Y-%m-%d",
        "drawn": f"{log.drawn:%Y-%m-%d}",
        "encoding": "utf-8",
        "delimiter": ",",
    }
    lines = [
        "# What the columns of log.csv beside it mean.",
        *(f"{name} = {toml(value)}" for name, value in said.items()),
    ]
    lines += [f"residents = {log.mapping.residents:.10g}"] if log.mapping.residents else []
    lines += [
        "",
        "[categories]  # of the log = one of cogov's, a family of them, or several",
        *(f"{toml(theirs)} = {meant}" for theirs, meant in ours.items()),
    ]
    (folder / "log.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "log.csv"


def compact(log):
    """{theirs: ours} with a whole family by its name."""
    whole = {
        tuple(sorted(c for c, it in CATEGORIES.items() if it.family == family)): family for family in FAMILIES
    }
    return {
        theirs: whole.get(ours, ours[0] if len(ours) == 1 else ours) for theirs, ours in log.kinds.items()
    }
