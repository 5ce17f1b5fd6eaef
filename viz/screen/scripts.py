"""The scripts of the first screen as one module, for a file or a widget: both load a single script.

The modules in static/ are plain ES modules. Each becomes a function that returns what it exports, in the
order in which they need each other, so that names of one module never meet those of another. A bundler of npm
would do the same, and would be needed by everybody who changes a line.
"""

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
NUMBERS = re.compile(r"^export const ((?:\w+ = \d+(?:,\s+)?)+);", re.MULTILINE)


@cache
def script(entry: str = "start") -> str:
    """Return the module `entry` with all that it imports, as one script without imports.

    What `entry` exports stays exported. Raises ValueError if modules import each other in a circle.
    """
    ordered: list[str] = []
    visit(entry, ordered, ())
    return (
        "\n".join(as_function(name) for name in ordered)
        + f"\nexport const {{ {', '.join(exports(entry))} }} = module_{entry};\n"
    )


def visit(name: str, ordered: list[str], above: tuple[str, ...]) -> None:
    """Append a module to `ordered`, after those that it imports."""
    if name in above:
        raise ValueError(f"modules import each other: {' -> '.join((*above, name))}")
    if name in ordered:
        return
    for _, other in IMPORT.findall(source(name)):
        visit(other, ordered, (*above, name))
    ordered.append(name)


def source(name: str) -> str:
    """Return the text of a module."""
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


def exports(name: str) -> list[str]:
    """Return the names that a module exports."""
    text = source(name)
    numbers = [part.split(" = ")[0] for group in NUMBERS.findall(text) for part in re.split(r",\s+", group)]
    return list(dict.fromkeys([*EXPORT.findall(text), *numbers]))


def as_function(name: str) -> str:
    """Return a module as a function that is called at once and returns its exports.

    Raises ValueError if it imports what another module does not export.
    """

    def take(found: re.Match) -> str:
        wanted = {part.split(" as ")[0].strip() for part in found[1].split(",")} - {""}
        if unknown := wanted - {*exports(found[2])}:
            raise ValueError(f"{name}.js imports {', '.join(sorted(unknown))} from {found[2]}.js")
        return f"const {{{found[1].replace(' as ', ': ')}}} = module_{found[2]};\n"

    text = IMPORT.sub(take, source(name))
    body, names = EXPORT.sub("", text), ", ".join(exports(name))
    return f"const module_{name} = (() => {{\n{body}\nreturn {{ {names} }};\n}})();"


@cache
def shell() -> dict[str, str]:
    """Return the HTML and the styles of the first screen."""
    styles = "\n".join(
        (STATIC / f"{name}.css").read_text(encoding="utf-8")
        for name in ("tokens", "screen", "community_form", "issue_list", "site_plan")
    )
    return {"html": (STATIC / "body.html").read_text(encoding="utf-8"), "css": styles}
