"""Errors in the input of a user: a template in English and the values that fill it.

The template is the error's code: it stands where the error is raised, and is the key of its Chinese wording
in `errors_zh.toml` (as message ids are in GNU gettext). So nobody reads English back out of a
sentence. Road not taken: short codes with both wordings in catalogues; the line that raises would no longer
say why.
"""

import errno
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any


class Named(str):
    """The name of a knob or a mechanism in an error, which Chinese replaces by its Chinese name.

    `shown` is what English shows, if that is not the whole name.
    """

    kind: str
    name: str

    def __new__(cls, kind: str, name: str, shown: str = "") -> "Named":
        named = super().__new__(cls, shown or name)
        named.kind, named.name = kind, name
        return named

    def __reduce__(self) -> tuple:
        return Named, (self.kind, self.name, str(self))


class Translated(str):
    """An English word with its Chinese translation, such as a unit."""

    zh: str

    def __new__(cls, en: str, zh: str) -> "Translated":
        word = super().__new__(cls, en)
        word.zh = zh
        return word

    def __reduce__(self) -> tuple:
        return Translated, (str(self), self.zh)


# What the operating system says of a file, in Chinese.
REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
}


def reason_of(error: Exception) -> object:
    """Return why a file cannot be read or written, as the operating system says it, with its Chinese."""
    if isinstance(error, OSError) and error.strerror and error.errno in REASONS:
        return Translated(error.strerror, REASONS[error.errno])
    return getattr(error, "strerror", None) or error


Namer = Callable[[str, str], str]  # (kind, name) -> its name in the language


class Message:
    """A sentence with values at the names in braces; a value is a text, Named, Translated or a Message."""

    def __init__(self, template: str, **values: object):
        self.template = template
        self.values: dict[str, Any] = {}
        for _, name, spec, conversion in Formatter().parse(template) if values else ():
            if name is not None:
                value = values[name]
                value = value.message if isinstance(value, UserError) else value
                whole = isinstance(value, (Message, Named, Translated)) and not conversion
                value = repr(value) if conversion == "r" else str(value) if conversion == "s" else value
                self.values[name] = value if whole else format(value, spec or "")

    def in_language(self, lang: str, namer: Namer | None = None) -> str:
        """Return the sentence in "en" or "zh"; in English where Chinese has no wording."""
        template = self.template if lang == "en" else chinese().get(self.template, self.template)
        parts = Formatter().parse(template) if self.values else [(template, None, None, None)]
        return "".join(
            text + (self._value(self.values[name], lang, namer) if name is not None else "")
            for text, name, _, _ in parts
        )

    def _value(self, value: Any, lang: str, namer: Namer | None) -> str:
        if isinstance(value, Message):
            return value.in_language(lang, namer)
        if isinstance(value, Translated):
            return (value.zh if lang == "zh" else "") or str(value)
        return namer(value.kind, value.name) if namer and isinstance(value, Named) else str(value)

    def __str__(self) -> str:
        return self.in_language("en")

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def as_word(self) -> Translated:
        """Return the message as text with its Chinese translation, for tables and JSON."""
        return Translated(str(self), self.in_language("zh"))


class UserError(ValueError):
    """An error in the input of a user; the message names its cause and the remedy.

    `UserError("{file}: no {thing}", file=path, thing=name)`: values that are Messages are worded with it.
    """

    def __init__(self, template: str | Message, **values: object):
        self.message = template if isinstance(template, Message) else Message(template, **values)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple:
        return type(self), (self.message,)


class FieldError(UserError):
    """An error in a field of a dataclass: `owner.field problem`; the reader of files adds file and line.

    Without `owner`, `field` is a path from the top of the file.
    """

    def __init__(self, owner: str, field: str, problem: str | Message):
        shown = f"{owner}.{field}" if owner else field
        path = Named("knob", field if "." in field else shown, shown)
        super().__init__("{path} {problem}", path=path, problem=as_message(problem))
        self.owner, self.field, self.problem = owner, field, problem

    def __reduce__(self) -> tuple:
        return type(self), (self.owner, self.field, self.problem)


def as_message(text: str | Message) -> Message:
    """Return a text as a Message, so that its Chinese wording is found."""
    return text if isinstance(text, Message) else Message(text)


def join(parts: Sequence[object], comma: bool = False) -> Message:
    """Join texts and messages with semicolons, or with commas."""
    joined = Message("{text}", text=parts[0] if parts else "")
    for part in parts[1:]:
        if comma:
            joined = Message("{first}, {last}", first=joined, last=part)
        else:
            joined = Message("{first}; {last}", first=joined, last=part)
    return joined


def join_first(parts: Sequence[object], most: int) -> Message:
    """Join the first `most` parts with semicolons, and state how many more there are."""
    joined = join(parts[:most])
    if len(parts) <= most:
        return joined
    return Message("{first}; and {count} more", first=joined, count=len(parts) - most)


@cache
def chinese() -> dict[str, str]:
    """Return the Chinese wordings: template -> text with the same names in braces."""
    path = Path(__file__).with_name("errors_zh.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
