"""A page with nothing but the town, as a real server shows it: tests/viz/test_town.py runs it."""

import solara

from cogov.experiments.comparison.compare import arms_of
from cogov.experiments.narrative.recording import record_year
from cogov.model.scenarios.cases import read_case
from cogov.viz.page.town_widget import Town


def record_town():
    """Return the town of a small case, recorded in both arms."""
    town = Town(titles=["without", "with"], day=40)
    town.show(
        *(
            record_year(arm, 1)
            for arm in arms_of(
                read_case("wuzi_yard"), ("building_captains",), on=(), off=(), settings=(), days=60
            )
        )
    )
    return town


@solara.component
def Page():
    town = solara.use_memo(record_town, [])
    picked, pick = solara.use_state({})
    day, pass_ = solara.use_state(town.day)
    solara.use_effect(lambda: town.observe(lambda change: pick(change["new"]), "picked"), [])
    solara.use_effect(lambda: town.observe(lambda change: pass_(change["new"]), "day"), [])
    solara.display(town)
    solara.Text(f"picked {picked.get('kind')} {picked.get('ids')}, day {day}", classes=["picked"])
