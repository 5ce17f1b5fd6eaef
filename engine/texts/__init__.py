"""Texts in English and Chinese: one catalogue file per language, with the same keys.

They belong to the page, figures, tables, reports and stories. What is declared elsewhere has its words there:
a knob, a measure and a mechanism in their Python file, a case and a category of issues in their TOML file.
The room stands below all others, because comparisons and errors are worded as well as the page.
"""

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")


@cache
def sections(lang: str) -> dict[str, dict[str, str]]:
    """Return a catalogue: section -> key -> text. It is read when first asked for."""
    return tomllib.loads(Path(__file__).with_name(f"{lang}.toml").read_text(encoding="utf-8"))


def translate(lang: str, section: str, key: str, **values: object) -> str:
    """Return the text of a key, with `values` filled in at the names in braces.

    A missing key raises KeyError: that is a defect of cogov, which the tests find.
    """
    text = sections(lang)[section][key]
    return text.format(**values) if values else text
