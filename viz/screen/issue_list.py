"""A visitor's own list of issues: a file from the browser, what was understood of it, and what is asked.

The file is in memory while its parts arrive, and in a temporary file while it is read; both are gone
afterwards. What is kept until the visit ends is the log without personal columns. Nothing of it is logged:
an unexpected error is logged by its kind only.
"""

import logging
import re
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.texts import sections
from ...engine.texts.errors import Message, UserError
from ...experiments.logs.categories import compact, map_categories
from ...experiments.logs.column_names import NEEDED, ROLE_WORDS
from ...experiments.logs.issue_log import IssueLog, read_log
from ...experiments.logs.log_mapping import NONE, read_mapping
from ...experiments.logs.log_summary import count_openings, quantile, span
from ...experiments.logs.questions import LogQuestion
from ...experiments.narrative.draft_file import open_case_text
from ...model.issues.categories import CATEGORIES, FAMILIES
from ..i18n import words
from .communities import check_size
from .list_fit import describe_fit, fit_case, name_fitted

LOG = logging.getLogger("cogov.web")
LARGEST = 20 * 1024 * 1024  # bytes of a file
LARGEST_CASE = 256 * 1024  # characters of a case file
UNPACKED = 400 * 1024 * 1024  # bytes of what a workbook holds
LONGEST = 200  # characters of an answer, and of a category that is shown
MOST_ANSWERS = 60
MOST_CATEGORIES = 200  # that are shown
KINDS = (".xlsx", ".xls", ".ods", ".csv", ".tsv", ".txt", ".html", ".htm")
ASKED = ("opened", "closed", "category", "status", "dates", "drawn", "sheet", "year", "open", "columns")
TOLD_ELSEWHERE = ("Column {column} used as", "Extracted on ")  # beginnings of sentences that are a field
FLAG = re.compile(r"--[a-z]")
REMARK = re.compile(r"\s*[(（][^()（）]*--[a-z][^()（）]*[)）]")
READING = threading.Lock()  # one file is read at a time, because of its memory


class IssueList:
    """The list of one visitor, and the answers to what the page asks of it.

    `send` sends a message to the browser, `check` raises if nobody waits for an answer any more, `language`
    returns the language of a message.
    """

    def __init__(self, send: Callable, check: Callable, language: Callable) -> None:
        self.send, self.check, self.language = send, check, language
        self.content = bytearray()
        self.log: IssueLog | None = None
        self.stopped = threading.Event()

    def job_of(self, message: Mapping, parts: Sequence) -> Callable | None:
        """Return what answers a message of the browser; None if it is not about a list."""
        kind = message.get("kind")
        if kind == "list stop":
            self.stopped.set()
        if kind == "list part":
            return partial(self.send_received, bytes(parts[0]) if parts else b"")
        return {"list read": self.send_read, "list fit": self.send_fit}.get(str(kind))

    def close(self) -> None:
        """Stop a fit, and forget the list."""
        self.stopped.set()
        self.content, self.log = bytearray(), None

    def send_received(self, part: bytes, message: Mapping, number: int, _: threading.Event) -> None:
        """Take the next part of a file, and send how many bytes are there. Raises UserError."""
        at, name = message.get("at"), str(message.get("name"))
        if at == 0:
            self.content, self.log = bytearray(), None
        if at != len(self.content):
            raise UserError("the file did not arrive whole; choose it again")
        check_name(name)
        if len(self.content) + len(part) > LARGEST:
            self.content = bytearray()
            raise UserError(
                "{name} is larger than {most} MB; keep one year of it, or only the columns with the two "
                "dates and the category",
                name=name[-LONGEST:],
                most=LARGEST // 1024**2,
            )
        self.content += part
        self.send({"number": number, "there": len(self.content)})

    def send_read(self, message: Mapping, number: int, _: threading.Event) -> None:
        """Read the file that has arrived, and send what `read_list` answers. Raises UserError."""
        content, self.content, self.log = bytes(self.content), bytearray(), None
        lang = self.language(message)
        self.log, answer = read_list(content, str(message.get("name")), message.get("answers", ()), lang)
        self.send({"number": number, "answer": answer})

    def send_fit(self, message: Mapping, number: int, _: threading.Event) -> None:
        """Fit the community of a case file to the list, and send how far it is, then what came of it."""
        if self.log is None:
            raise UserError("the list is no longer there; choose the file again")
        self.stopped.set()
        self.stopped = stopped = threading.Event()
        case = open_case_text(str(message.get("toml"))[:LARGEST_CASE], "case.toml")
        check_size(case)
        log = choose_categories(self.log, message.get("categories"))

        def tell(done: int, of: int) -> None:
            self.send({"number": number, "part": True, "done": done, "of": of})

        lang = self.language(message)
        try:
            result = fit_case(name_fitted(case, lang), log, tell, partial(self.check, stopped))
        except UserError as error:
            raise UserError("{name}", name=for_page(error.message, lang)) from None
        except Exception as error:
            self.check(stopped)  # raises if nobody waits for the fit any more
            # the text of the error could quote the list, so only its kind is logged
            LOG.error("the fit to a list: %s", type(error).__name__)
            raise UserError(
                "the fit to this list failed; the computer that runs cogov has the reason"
            ) from None
        self.send({"number": number, "answer": describe_fit(result, lang)})


def read_list(content: bytes, name: str, answers: Any, lang: str) -> tuple[IssueLog | None, dict[str, Any]]:
    """Read a file; return its log without personal columns, or None, and what was understood.

    That is `refused` (why it cannot be read), or `question` with `entry` and `answers`, or what `describe`
    returns. Raises UserError if the page does not ask like this.
    """
    given = mapping_of(answers)
    check_name(name)
    with READING, tempfile.TemporaryDirectory(prefix="cogov-list-") as folder:
        path = Path(folder) / file_name(name)

        def in_words(sentence: Message) -> str:
            return for_page(sentence, lang, str(path), name)

        try:
            check_unpacked(content, name)
            path.write_bytes(content)
            log = read_log(path, read_mapping(None, **given))
        except LogQuestion as asked:
            choices = [{"value": value, "text": in_words(text)} for value, text in asked.answers]
            return None, {"question": in_words(asked.question), "entry": asked.entry, "answers": choices}
        except UserError as error:
            return None, {"refused": in_words(error.message)}
        except MemoryError:
            return None, {"refused": in_words(Message("{path}: does not fit into memory", path=path))}
        except Exception as error:
            LOG.error("a list of issues cannot be read: %s", type(error).__name__)
            return None, {"refused": in_words(Message("{path}: cannot be read; is it damaged?", path=path))}
        said = [in_words(sentence) for sentence in log.said if not is_told_elsewhere(sentence)]
    return without_persons(log, name), describe(log, lang) | {"said": said}


def check_name(name: str) -> None:
    """Raise UserError if a file is of no kind that can be read."""
    if Path(name).suffix.lower() not in KINDS:
        raise UserError(
            "{name}: choose an Excel file (.xlsx, .xls), .ods, .csv or .html", name=name[-LONGEST:] or "?"
        )


def check_unpacked(content: bytes, name: str) -> None:
    """Raise UserError if a workbook holds much more than its size shows, or is none."""
    if not content.startswith(b"PK\x03\x04"):
        return
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return  # the reader says what is wrong
    if size > UNPACKED:
        raise UserError(
            "{name} holds {size:,} MB of cells; allowed is {most:,} MB: keep one year of it",
            name=name,
            size=size // 1024**2,
            most=UNPACKED // 1024**2,
        )


def file_name(name: str) -> str:
    """Return a name for the temporary file: that of the visitor's file, because a year may be in it."""
    path = Path(re.sub(r"[^\w. ()-]", "_", name))
    return f"{path.stem[:40]}{path.suffix.lower()}"


def mapping_of(answers: Any) -> dict[str, Any]:
    """Return the entries of a mapping that a visitor's answers give; a later one counts. Raises UserError."""
    given: dict[str, Any] = {"open": (), "closed_value": ()}
    if not isinstance(answers, Sequence) or isinstance(answers, str) or len(answers) > MOST_ANSWERS:
        answers = [None]
    for answer in answers:
        if (
            not isinstance(answer, Sequence)
            or len(answer) != 2
            or answer[0] not in ASKED
            or not isinstance(answer[1], str)
            or not 0 < len(answer[1]) <= LONGEST
        ):
            raise UserError("the page asks for {what}, which it does not have", what=repr(answer)[:80])
        entry, value = answer
        if entry == "open":  # "!" before a value: it means closed
            entry, value = ("closed_value", value[1:]) if value.startswith("!") else (entry, value)
            given[entry] = (*given[entry], value)
        elif entry == "year":
            if not re.fullmatch(r"(19|20)\d\d", value):
                raise UserError("{year} is not a year; write one such as 2024", year=value)
            given[entry] = int(value)
        elif entry == "columns":
            given[entry] = tuple(name.strip() for name in value.split(","))
        else:
            given[entry] = value
    return given


def is_told_elsewhere(sentence: Message) -> bool:
    """Whether what a sentence says is shown as a field of the page."""
    return sentence.template.startswith(TOLD_ELSEWHERE)


def for_page(sentence: Message, lang: str, path: str = "", name: str = "") -> str:
    """Return a sentence as a page shows it: the file has the visitor's name, and options are left out."""
    text = sentence.in_language(lang)
    if path:
        line = "{}第{}行" if lang == "zh" else "{}, line {}"
        text = re.sub(rf"{re.escape(path)}:(\d+)", lambda found: line.format(name, found[1]), text)
        text = text.replace(path, name)
    text = REMARK.sub("", text)
    if found := FLAG.search(text):  # the last clause, which says what to type, is of the command line
        ends = [text.rfind(mark, 0, found.start()) for mark in ("; ", "；", "，", ". ", "。")]
        text = text[: max(ends)] if max(ends) > 0 else text
    return quoted(text, lang)


def without_persons(log: IssueLog, name: str) -> IssueLog:
    """Return a log with what a fit needs: days and categories, no identifiers and no rejected rows."""
    return replace(
        log,
        path=name,
        issues=log.issues[["line", "opened", "closed", "category"]],
        rejected=log.rejected[["line"]].iloc[:0],
    )


def describe(log: IssueLog, lang: str) -> dict[str, Any]:
    """Return what was understood of a log, as JSON."""
    time, closed = log.times()
    opened, openings = log.issues["opened"], count_openings(log)
    median = quantile(time, closed, 0.5)
    mapping = log.mapping
    columns = {role: getattr(mapping, role) for role in (*NEEDED, "status")}
    if not columns["closed"]:
        columns["closed"] = mapping.changed
    return {
        "rows": log.rows,
        "used": len(log.issues),
        "rejected": len(log.rejected),
        "reasons": [
            {"rows": count, "why": quoted(reason.zh if lang == "zh" else str(reason), lang)}
            for reason, count in list(log.reasons.items())[:8]
        ],
        "columns": [
            {"role": role, "label": label_of_role(role, lang), "column": "" if column == NONE else column}
            for role, column in columns.items()
        ],
        "header": list(log.header),
        "sheets": list(log.tables),
        "sheet": mapping.sheet,
        "first": f"{opened.min():%Y-%m-%d}",
        "last": f"{opened.max():%Y-%m-%d}",
        "drawn": f"{log.drawn:%Y-%m-%d}",
        "years": span(log.issues),
        "closed": float(closed.mean()),
        "open": int((~closed).sum()),
        "median": None if np.isnan(median) else float(median),
        "openings": {
            "per": "month" if openings.index.freqstr.startswith("M") else "week",
            "from": [f"{period.start_time:%Y-%m-%d}" for period in openings.index],
            "n": [int(n) for n in openings],
        },
        "categories": categories_of(log, lang)[:MOST_CATEGORIES],
        "more": max(0, log.issues["category"].nunique() - MOST_CATEGORIES),
    }


def label_of_role(role: str, lang: str) -> str:
    """Return what a column is taken for, in words."""
    return ROLE_WORDS[role].zh if lang == "zh" else words.capital(str(ROLE_WORDS[role]))


def quoted(text: str, lang: str) -> str:
    """Return a text with the quotation marks of its language."""
    return re.sub(r"'([^']*)'", r"“\1”", text).replace("”, “", "”、“") if lang == "zh" else text


def categories_of(log: IssueLog, lang: str) -> list[dict[str, Any]]:
    """Return the categories of a log, most frequent first: what each is taken for, or may be, and why.

    `ours` is what its name says it is; `proposal` must be accepted. Both are as `value_of` writes them.
    """
    out = []
    for name, count in log.issues["category"].value_counts().items():
        proposal = log.proposals.get(name)
        out.append(
            {
                "name": name[:LONGEST],
                "count": int(count),
                "ours": value_of(log.kinds.get(name, ())),
                "proposal": value_of(proposal.ours) if proposal else "",
                "because": for_page(proposal.because, lang) if proposal else "",
            }
        )
    return out


def value_of(ours: str | Sequence[str]) -> str:
    """Return categories of cogov as one text: `lift_stopped`, a family, or several with + between them."""
    ours = compact(tuple(sorted(ours))) if not isinstance(ours, str) and ours else ours
    return ours if isinstance(ours, str) else "+".join(ours)


def choose_categories(log: IssueLog, chosen: Any) -> IssueLog:
    """Return a log with the categories that a visitor chose: theirs -> a text of `value_of`, "" to leave out.

    What is not named is left out, unless its name says what it is. Raises UserError.
    """
    if not isinstance(chosen, Mapping) or not all(isinstance(value, str) for value in chosen.values()):
        raise UserError("the page asks for {what}, which it does not have", what=repr(chosen)[:80])
    names = sorted(set(log.issues["category"]))
    by_short = {name[:LONGEST]: name for name in names}
    asked = {
        by_short[theirs]: tuple(value.split("+")) if value else ""
        for theirs, value in chosen.items()
        if theirs in by_short
    }
    kinds = map_categories(asked, names, log.path)
    return replace(log, mapping=replace(log.mapping, categories=asked), kinds=kinds, proposals={})


@cache
def catalogue(lang: str) -> list[dict[str, Any]]:
    """Return the categories of cogov by family: what a category of a list can be taken for."""
    names = sections(lang)["family"]
    return [
        {
            "name": family,
            "label": names[family],
            "categories": [
                {"name": name, "label": words.category(lang, name)}
                for name, category in CATEGORIES.items()
                if category.family == family
            ],
        }
        for family in FAMILIES
    ]
