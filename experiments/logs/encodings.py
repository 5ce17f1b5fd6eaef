"""In which encoding is a text file? UTF-8, UTF-16, GBK (GB18030), Big5 or cp1252, told apart by their bytes.

A few broken bytes do not make an encoding wrong: exports cut characters in half at the end of a column. They
become `�`, are counted, and are said.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from ...engine.output import short
from ...engine.texts.errors import Message, UserError, reason_of

CHUNK = 1 << 20  # bytes read at once
JUDGED = 1 << 18  # bytes from which an encoding that is not Unicode is recognised
BROKEN = 0.02  # share of the characters beyond ASCII that may be broken
ENOUGH = 0.85  # share of pairs of bytes that are common characters
LATIN = 0.7  # share of pairs whose second byte is a Latin letter, above which no pair is a character
NAMES = {"gb18030": "GBK (GB18030)"}
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file."""

    name: str  # as Python names it
    guessed: bool  # from the bytes, because they are no Unicode and nobody said it
    broken: int  # bytes that are no characters in it
    line: int  # the line of the first of them, 0 without
    lines: int = 0  # of the file

    def said(self) -> list[Message]:
        """Return what a reader of the log should know of its encoding."""
        shown, notes = NAMES.get(self.name, self.name), []
        if self.guessed:
            notes.append(
                Message(
                    "Encoding: {name}, guessed from the bytes; use --encoding if that is wrong.", name=shown
                )
            )
        if self.broken:
            notes.append(
                Message(
                    "{count} broken characters, the first in line {line}, were read as \ufffd ({name}).",
                    count=f"{self.broken:,}",
                    line=self.line,
                    name=shown,
                )
            )
        return notes


def find_encoding(path: str | Path, asked: str = "") -> Encoding:
    """Return the encoding of a text file: `asked`, or recognised. Raises UserError."""
    try:
        with open(path, "rb") as file:
            head = file.read(JUDGED)
    except (OSError, ValueError) as e:
        raise UserError("{path}: cannot be read: {reason}", path=path, reason=reason_of(e)) from None
    if asked:
        try:
            name = codecs.lookup(asked).name
            "".encode(name)
        except (LookupError, ValueError):
            raise UserError(
                "--encoding {encoding} is unknown; common ones are utf-8, gbk, gb18030, big5, utf-16 "
                "and cp1252",
                encoding=short(asked),
            ) from None
        name = {"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}.get(name, name)
        return _checked(path, name, False, asked)
    for mark, name in MARKS:
        if head.startswith(mark):
            broken, line, _, lines = _broken(path, name)
            return Encoding(name, False, broken, line, lines)
    if name := _utf16_without_mark(head):
        broken, line, _, lines = _broken(path, name)
        return Encoding(name, True, broken, line, lines)
    broken, line, beyond, lines = _broken(path, "utf-8")
    if broken <= BROKEN * beyond or (broken == 1 and beyond > 10):
        return Encoding("utf-8", False, broken, line, lines)
    if name := _judge(head):
        return _checked(path, name, True)
    raise _unknown(path, line)


def _checked(path: str | Path, name: str, guessed: bool, asked: str = "") -> Encoding:
    """Return an encoding unless too much of the file is no text in it. Raises UserError."""
    broken, line, beyond, lines = _broken(path, name)
    if broken > max(BROKEN * beyond, 1 if beyond > 10 else 0):
        if asked:
            raise UserError(
                "{path}:{line}: {count} of {beyond} characters beyond ASCII are not {encoding}, the first "
                "there; leave out --encoding to have it recognised",
                path=path,
                line=line,
                count=f"{broken:,}",
                beyond=f"{beyond:,}",
                encoding=asked,
            )
        raise _unknown(path, line)
    return Encoding(name, guessed, broken, line, lines)


def _unknown(path: str | Path, line: int) -> UserError:
    return UserError(
        "{path}:{line}: is in no encoding that is recognised (UTF-8, UTF-16, GBK, Big5, cp1252); name it "
        "with "
        "--encoding, or save the file as UTF-8 or as .xlsx in the program that it comes from",
        path=path,
        line=line,
    )


def _broken(path: str | Path, name: str) -> tuple[int, int, int, int]:
    """Return of a file: broken characters, the line of the first, characters beyond ASCII, and lines."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    broken = line = beyond = lines = 0
    with open(path, "rb") as file:
        while True:
            raw = file.read(CHUNK)
            text = decoder.decode(raw, final=not raw)
            if not text.isascii():
                if "\ufffd" in text:
                    line = line or lines + text[: text.index("\ufffd")].count("\n") + 1
                    broken += text.count("\ufffd")
                beyond += len(text) - len(text.encode("ascii", "ignore"))
            lines += text.count("\n")
            if not raw:
                return broken, line, beyond, lines


def _utf16_without_mark(head: bytes) -> str:
    """Return UTF-16's name if every other byte of a text in Latin letters is zero, or ""."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half > 8 and odd > 0.3 * half and even < 0.01 * half:
        return "utf-16-le"
    return "utf-16-be" if half > 8 and even > 0.3 * half and odd < 0.01 * half else ""


def _judge(head: bytes) -> str:
    """Return gb18030, big5, cp1252 or "", by how the bytes beyond ASCII go together.

    A common Chinese character is two bytes beyond ASCII in GBK, the first of them B0 to D7; in Big5 the first
    is A4 to C6, and the second is often an ASCII letter. In cp1252 such a byte mostly stands alone among
    letters.
    """
    pairs = re.findall(rb"([\x81-\xfe])([\x40-\x7e\x80-\xfe])", head)
    beyond = len(re.findall(rb"[\x80-\xff]", head))
    signs = (0xA1, 0xA3)  # rows of punctuation and of wide letters
    common = sum(
        second >= b"\xa1" and (0xB0 <= first[0] <= 0xD7 or first[0] in signs) for first, second in pairs
    )
    big5 = sum(0xA4 <= first[0] <= 0xC6 or 0xA1 <= first[0] <= 0xA3 for first, _ in pairs)
    latin = sum(second[0] < 0x80 for _, second in pairs)
    if len(pairs) * 2 < 0.5 * beyond or latin >= LATIN * len(pairs):
        return "cp1252"
    if common >= ENOUGH * len(pairs):
        return "gb18030"
    return "big5" if big5 >= ENOUGH * len(pairs) else ""
