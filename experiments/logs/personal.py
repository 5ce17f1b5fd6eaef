"""Which columns hold what is personal? By their names and by what is in them; they are never kept."""

import re
from collections.abc import Sequence

import numpy as np

from ...engine.texts.errors import Message, Translated, UserError
from ...engine.toml_reader import show_value

SHARE = 0.05  # of the cells that are filled: from there a column is personal
MOBILE = r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)"
LANDLINE = r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"
ABROAD = r"\+\d{1,3}[ -]?\(?\d{2,4}\)?[ -]?\d{3}[ -]?\d{3,4}"
KINDS = {
    Translated("telephone numbers", "电话号码"): re.compile(f"{MOBILE}|{LANDLINE}|{ABROAD}"),
    Translated("numbers of identity cards", "身份证号"): re.compile(
        r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx](?!\w)"
    ),
    Translated("e-mail addresses", "电子邮箱"): re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    Translated("doors of homes", "门牌号"): re.compile(
        r"\d+\s*(?:号楼|栋|幢|座|单元)\s*\d*.*\d+\s*(?:室|房|号)"
    ),
}
ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")  # 2.02E+13
FREE_TEXT = 200  # different values, and more than half of the rows: no categories


def personal_kind(cells: np.ndarray) -> Translated | None:
    """Return what is personal in the cells of a column, or None."""
    filled = [cell for cell in cells if cell]
    for kind, pattern in KINDS.items():
        if filled and sum(bool(pattern.search(cell)) for cell in filled) > SHARE * len(filled):
            return kind
    return None


def check_columns(
    table: dict[str, np.ndarray], names: dict[str, str], guessed: Sequence[str], path: str
) -> tuple[list[str], list[Message]]:
    """Check what is kept besides dates: the roles to drop because they are personal, and what to say of them.

    Raises UserError if the category holds personal data, or is free text: then it is no category.
    """
    dropped: list[str] = []
    said: list[Message] = []
    for role in ("place", "id", "status", "category"):
        if role not in table:
            continue
        kind = personal_kind(table[role])
        if kind and role == "category":
            raise UserError(
                "{path}: column {column} holds {kind}, so it is not taken for the category; choose another "
                "with --category COLUMN",
                path=path,
                column=show_value(names[role]),
                kind=kind,
            )
        if kind:
            dropped.append(role)
            said.append(
                Message(
                    "Column {column} is dropped: it holds {kind}.", column=show_value(names[role]), kind=kind
                )
            )
    if "id" in table and "id" not in dropped and (why := _no_id(table["id"], "id" in guessed)):
        dropped.append("id")
        said.append(
            Message("Column {column} is not used as id: {why}.", column=show_value(names["id"]), why=why)
        )
    different = len(set(table["category"]))
    if different > FREE_TEXT and different > 0.5 * len(table["category"]):
        said.append(
            Message(
                "Column {column} has {count} different values in {rows} rows: is it a description? Another "
                "column may hold the category (--category COLUMN).",
                column=show_value(names["category"]),
                count=f"{different:,}",
                rows=f"{len(table['category']):,}",
            )
        )
    return dropped, said


def _no_id(cells: np.ndarray, guessed: bool) -> Message | None:
    """Return why a column cannot tell rows apart, or None if it can."""
    filled = [cell for cell in cells if cell]
    if rounded := [cell for cell in filled if ROUNDED.fullmatch(cell)]:
        return Message(
            "{count} of its numbers were rounded by a spreadsheet, such as {example}",
            count=f"{len(rounded):,}",
            example=rounded[0],
        )
    if guessed and len(filled) > 10 and len(set(filled)) < 0.5 * len(filled):
        return Message(
            "it has {different} different values in {rows} rows",
            different=f"{len(set(filled)):,}",
            rows=f"{len(filled):,}",
        )
    return None
