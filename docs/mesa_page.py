"""A community in Mesa's own SolaraViz; see docs/mesa.md."""

import solara
from mesa.visualization import Slider, SolaraViz, make_plot_component, make_space_component
from mesa.visualization.components import AgentPortrayalStyle, PropertyLayerStyle

from cogov import Community

GIVEN = {"scenario": "wuzi_yard", "seed": 1, "on": ["grid_patrol"]}
SLIDERS = {"committee.staff": Slider("hands of the committee 居委会人手", 0.4, 0.0, 4.0, 0.1)}
OPEN = make_plot_component(["open", "unknown"])
HOMES = make_space_component(
    lambda resident: AgentPortrayalStyle(size=5),
    lambda layer: PropertyLayerStyle(colormap="Reds", vmin=0, vmax=10),
)


def today(model):
    return solara.Text(
        f"Day {model.day}: {model.open:.0f} open issues 未结事项, {model.unknown:.0f} of them unknown"
    )


@solara.component
def Page():
    model = solara.use_memo(lambda: Community(**GIVEN), [])  # each visitor's own
    SolaraViz(model, components=[today, OPEN, HOMES], model_params=GIVEN | SLIDERS, name="Wuzi yard 物资大院")
