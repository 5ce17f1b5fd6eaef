"""Hypothesis strategies for slightly invalid files: trees, bytes and logs with a few changes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fuzz_values import CELLS, LETTERS, Raw, ends, names, value
from hypothesis import strategies as st


def places(tree, path=()) -> Iterator[tuple]:
    """Yield every path below a table or an array."""
    for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def at(tree, path) -> object:
    """Return the value at a path of a tree."""
    for key in path:
        tree = tree[key]
    return tree


def copy_tree(tree) -> object:
    """Return a deep copy of the tables and arrays of a tree."""
    return (
        {k: copy_tree(v) for k, v in tree.items()}
        if isinstance(tree, dict)
        else [copy_tree(v) for v in tree]
        if isinstance(tree, list)
        else tree
    )


@st.composite
def extreme(draw, trees) -> dict:
    """Draw a table of `trees`, with a few numbers at the ends of what is allowed.

    The result may be right all the same.
    """
    tree = copy_tree(draw(st.sampled_from(trees)))
    paths = [
        path for path in places(tree) if path[-1] in ends(False) and type(at(tree, path)) in (int, float)
    ]
    for path in draw(st.lists(st.sampled_from(paths), min_size=1, max_size=8)) if paths else ():
        at(tree, path[:-1])[path[-1]] = draw(st.sampled_from(ends(False)[path[-1]]))
    return tree


@st.composite
def grown(draw, trees) -> dict:
    """Draw a table of `trees`, with a few values changed, moved, removed or added."""
    tree = copy_tree(draw(st.sampled_from(trees)))
    for _ in range(draw(st.integers(1, 4))):
        paths = list(places(tree))
        path = draw(st.sampled_from(paths)) if paths else ()
        parent, key = at(tree, path[:-1]), path[-1] if path else ""
        change = draw(
            st.sampled_from(
                ("end", "end", "value", "value", "add", "add", "add end", "gone", "moved", "renamed", "again")
            )
        )
        if change == "end":
            knobs = [p for p in paths if p[-1] in ends()]
            path = draw(st.sampled_from(knobs)) if knobs else path
            if knobs:
                at(tree, path[:-1])[path[-1]] = draw(st.sampled_from(ends()[path[-1]]))
        elif change == "add end":
            parents = [p for p in ((), *paths) if isinstance(at(tree, p), dict)]
            name = draw(st.sampled_from(sorted(ends())))
            at(tree, draw(st.sampled_from(parents)))[name] = draw(st.sampled_from(ends()[name]))
        elif change == "add":
            parents = [p for p in ((), *paths) if isinstance(at(tree, p), dict | list)]
            target = at(tree, draw(st.sampled_from(parents)))
            new = draw(value)
            target.append(new) if isinstance(target, list) else target.update(
                {draw(st.sampled_from(names())): new}
            )
        elif path and change == "value":
            parent[key] = draw(value)
        elif path and change == "gone":
            del parent[key]
        elif path and change == "moved":
            parent[key] = copy_tree(
                at(tree, draw(st.sampled_from([p for p in paths if p[: len(path)] != path] or [path])))
            )
        elif path and change == "renamed" and isinstance(parent, dict):
            parent[draw(st.sampled_from(names()))] = parent.pop(key)
        elif path and change == "again" and isinstance(parent, list):
            parent.extend(copy_tree(parent[key]) for _ in range(draw(st.sampled_from((1, 2, 50)))))
    return tree


def as_toml(tree) -> str:
    """Write a tree as TOML.

    Tables stand below headers, arrays of tables below theirs; what is deeper stands on one line.
    """
    lines, tables = [], []
    for key, inner in tree.items():
        if isinstance(inner, dict):
            tables += [f"[{key_of(key)}]", *(f"{key_of(k)} = {one_line(v)}" for k, v in inner.items())]
        elif isinstance(inner, list) and inner and all(isinstance(table, dict) for table in inner):
            for table in inner:
                tables += [f"[[{key_of(key)}]]", *(f"{key_of(k)} = {one_line(v)}" for k, v in table.items())]
        else:
            lines.append(f"{key_of(key)} = {one_line(inner)}")
    return "\n".join(lines + tables) + "\n"


def key_of(key) -> str:
    """Return a key as TOML writes it: bare where that is allowed, else quoted."""
    return key if key.isascii() and key.isidentifier() else one_line(key)


def one_line(item) -> str:
    """Write a value as TOML, on one line."""
    if isinstance(item, Raw):
        return item.text
    if isinstance(item, dict):
        return "{ " + ", ".join(f"{key_of(str(k))} = {one_line(v)}" for k, v in item.items()) + " }"
    if isinstance(item, list):
        return "[" + ", ".join(map(one_line, item)) + "]"
    return (
        json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
        if isinstance(item, str | bool)
        else str(item)
    )


def as_json(tree) -> str:
    """Write a tree as JSON."""
    if isinstance(tree, Raw):
        return tree.text
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {as_json(v)}" for k, v in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(as_json, tree)) + "]"
    return json.dumps(tree)


@st.composite
def torn(draw, raws) -> bytes:
    """Draw the bytes of a file with a few of them cut out and others inserted.

    Lines may be doubled or swapped, and the file saved as other editors save it.
    """
    raw = draw(st.sampled_from(raws))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from((0, 0, 1, 2, 5, 20, 200))))
        inserted = draw(
            st.one_of(
                st.sampled_from(LETTERS),
                st.binary(max_size=4),
                st.just(raw[end : end + 60]),
                st.just(raw[end : end + 7] * 40),
            )
        )
        raw = raw[:start] + inserted + raw[end:]
    saved = draw(st.sampled_from(("", "", "", "", "crlf", "cr", "mark", "utf-16", "gbk", "latin-1")))
    if saved in ("utf-16", "gbk", "latin-1"):
        return raw.decode("utf-8", "replace").encode(saved, "replace")
    return {
        "crlf": raw.replace(b"\n", b"\r\n"),
        "cr": raw.replace(b"\n", b"\r"),
        "mark": b"\xef\xbb\xbf" + raw,
    }.get(saved, raw)


@st.composite
def tables(draw, texts) -> bytes:
    """Draw a log with some cells changed, rows longer and shorter, and lines repeated.

    The encoding and the delimiter are drawn too.
    """
    rows = [line.split(",") for line in draw(st.sampled_from(texts)).splitlines()]
    for _ in range(draw(st.integers(1, 5))):
        row = draw(st.sampled_from(rows))
        n = draw(st.integers(0, max(len(row) - 1, 0)))
        change = draw(st.sampled_from(("cell", "cell", "cell", "column", "more", "less", "again", "first")))
        if change == "cell" and row:
            row[n] = draw(st.sampled_from(CELLS) | st.text(max_size=10))
        elif change == "column":
            new = draw(st.sampled_from(CELLS))
            for data_row in rows[1:]:
                data_row[n : n + 1] = [new]
        elif change == "more":
            row.append(draw(st.sampled_from(CELLS)))
        elif change == "less":
            del row[n:]
        elif change == "again":
            rows += [list(row) for _ in range(draw(st.sampled_from((1, 5, 300))))]
        elif change == "first":
            rows.insert(0, draw(st.sampled_from((["sep=;"], [""], ["title"], ["a", "b"]))))
    mark, end = draw(st.sampled_from(",,,;\t|")), draw(st.sampled_from(("\n", "\n", "\r\n", "\r", "\n\n")))
    text = end.join(mark.join(row) for row in rows) + end
    return text.encode(
        draw(
            st.sampled_from(
                ("utf-8", "utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "big5", "cp1252")
            )
        ),
        "replace",
    )
