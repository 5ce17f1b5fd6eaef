"""Draw who reports to, asks, helps and pays whom, from the catalogue of agents."""

from ..text.agent_catalogue import KINDS, RELATIONS
from .figures import GREEN, ORANGE, PURPLE, QUIET, SKY, WITH, WITHOUT
from .model_diagrams import arrow, box, identity
from .plotting import figure as figures
from .plotting import settings

PLACES = {  # kind -> (x, y, its Chinese name)
    "departments": (0.0, 3.0, "职能部门"),
    "grid_workers": (-3.2, 2.0, "网格员"),
    "committee": (0.0, 1.5, "居委会"),
    "party_members": (3.2, 2.0, "党员"),
    "volunteers": (3.2, 0.4, "志愿者"),
    "property_managers": (-3.2, 0.4, "物业"),
    "residents": (0.0, -1.0, "居民"),
}
COLOURS = {  # first word of a relation -> its colour
    "report": WITHOUT,
    "pay": ORANGE,
    "join": GREEN,
    "passes": PURPLE,
    "asks": PURPLE,
    "help": GREEN,
    "call": PURPLE,
    "repair": WITH,
    "works": WITH,
    "answer": WITH,
}


@settings()
def relations() -> figures.Figure:
    """Draw the kinds of people as boxes, and RELATIONS as arrows with their words."""
    figure = figures.Figure(figsize=(11, 6.6))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-4.9, 4.9), ylim=(-1.6, 4.1))
    axes.set_axis_off()
    axes.text(-4.7, 3.75, "Who reports to, asks, helps and pays whom", fontsize=13, weight="bold")
    axes.text(-4.7, 3.5, "relations in the model; helpers are asked by mechanisms", fontsize=9, color=QUIET)
    for kind in KINDS:
        x, y, chinese = PLACES[kind]
        box(axes, x, y, 1.9, kind.replace("_", " "), chinese, SKY)
    between = {}
    for who, does, whom in RELATIONS:
        pair = frozenset((who, whom))
        between[pair] = between.get(pair, -1) + 1
        draw_relation(axes, who, does, whom, between[pair])
    return figure


def draw_relation(axes, who: str, does: str, whom: str, number: int) -> None:
    """Draw one relation, bent aside if it is not the first between the two."""
    (x0, y0, _), (x1, y1, _) = PLACES[who], PLACES[whom]
    dx, dy = x1 - x0, y1 - y0
    edge = min(1.05 / abs(dx) if dx else 9.0, 0.28 / abs(dy) if dy else 9.0)
    start, end = (x0 + dx * edge, y0 + dy * edge), (x1 - dx * edge, y1 - dy * edge)
    bend = 0.22 * number
    colour = COLOURS[does.split()[0]]
    arrow(axes, identity(who, whom), start, end, colour, f"arc3,rad={bend}", 1.3)
    along = 0.5 if number else 0.3  # so that the words of two relations do not overlap
    middle = (
        start[0] + along * (end[0] - start[0]) + bend * dy / 2,
        start[1] + along * (end[1] - start[1]) - bend * dx / 2,
    )
    words = {"fontsize": 8, "ha": "center", "va": "center", "color": colour}
    axes.text(*middle, does, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5}, zorder=4, **words)
