"""The mechanisms as a section of docs/ODD.md, from the docstrings of their files."""

import re

from ...engine.texts import LANGUAGES, translate
from ...model import mechanisms

BEGIN, END = "<!-- mechanisms: written by `cogov docs` -->", "<!-- end of mechanisms -->"


def mechanisms_section() -> str:
    """Return the section: mechanisms by purpose, each with its Chinese name and its rules."""
    parts = []
    for group in mechanisms.GROUPS:
        names = [name for name in mechanisms.shipped_names() if mechanisms.group_of(name) == group]
        parts.append("#### " + " ".join(translate(lang, "group", group) for lang in LANGUAGES))
        parts += [
            f"**`{name}`** {mechanisms.load_class(name).zh}. {mechanisms.describe_rules(name)}"
            for name in names
        ]
    return "\n\n".join(parts)


def with_section(page: str) -> str:
    """Return the text of docs/ODD.md with its section on mechanisms written again."""
    section = f"{BEGIN}\n\n{mechanisms_section()}\n\n{END}"
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: section, page, flags=re.DOTALL)
