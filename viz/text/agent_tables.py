"""The catalogue of agents as text for the terminal, and as a page of Markdown for docs/agents.md."""

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from .agent_catalogue import AgentKind
from .parameter_tables import table

HEADER = """# Agents

Each kind of person: its attributes, decision rules and knobs. `cogov docs` generates this page from `agents/`
and `model/mechanisms/`; `cogov agents KIND` prints the same. The rules shown are the code that runs; rules of
residents are applied to every resident of a building on the weekday of that building.

![Who reports to, asks, helps and pays whom](agents.svg)
"""


def agent_tables(kinds: Iterable[AgentKind]) -> Iterator[Table | Text]:
    """Yield what Rich prints of each kind."""
    for kind in kinds:
        yield Text.assemble((kind.name, "bold"), f"\n  {kind.title}\n")
        if kind.attributes:
            grid = Table("attribute", "shape, kind, meaning", box=None, padding=(0, 2, 0, 2))
            for name, words in kind.attributes:
                grid.add_row(name, Text(words))
            yield grid
        grid = Table("decision", "when", "rule", box=None, padding=(0, 2, 0, 2))
        for decision in kind.decisions:
            grid.add_row(decision.name, Text(decision.when), Text(decision.rule))
        yield grid
        yield Text(f"  knobs: {', '.join(kind.parameters)}")
        if kind.asked_by:
            yield Text(f"  mechanisms that use its hours: {', '.join(kind.asked_by)}")
        yield Text("")


def agents_page(kinds: Iterable[AgentKind]) -> str:
    """Return the page docs/agents.md."""
    parts = [HEADER]
    for kind in kinds:
        parts.append(f"## {kind.name}\n\n{kind.title}\n")
        if kind.attributes:
            rows = ((f"`{name}`", words) for name, words in kind.attributes)
            parts.append("\n".join(table(("attribute", "shape, kind, meaning"), rows)))
        for decision in kind.decisions:
            parts.append(f"**`{decision.name}`**, {decision.when}. {decision.rule}\n")
            if decision.formula:
                parts.append(f"```python\n{decision.formula}\n```\n")
        parts.append("Knobs: " + ", ".join(f"`{path}`" for path in kind.parameters) + ".\n")
        if kind.asked_by:
            parts.append(
                "Mechanisms that use its hours: " + ", ".join(f"`{name}`" for name in kind.asked_by) + ".\n"
            )
    return "\n".join(parts)
