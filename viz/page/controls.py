"""Sidebar of the page: community, random seed, mechanisms, knobs, and saving and opening the state."""

from functools import partial

import anywidget
import solara
import traitlets

from ...engine.parameters import paths
from ...experiments.evidence.knobs import value_at
from ...experiments.narrative.recording import LAYERS, UNKNOWN
from ...model import mechanisms
from ...model.scenarios.cases import list_cases
from ..i18n import words
from ..i18n.words import translate
from . import page_state
from .input_widgets import STATIC, Choice, Field, Fold, Knob
from .mechanism_controls import Mechanism, Presets

OWNERS = (
    "committee",
    "grid_workers",
    "property_managers",
    "departments",
    "party_members",
    "volunteers",
    "residents",
    "projects",
    "calendar",
    "community",
    "all_issues",
    "issues",
)
BOTH = "both"


class Drawer(anywidget.AnyWidget):
    """A button that closes the sidebar where it covers the page, as on a phone; Escape does the same."""

    _esm = (STATIC / "drawer.js").read_text("utf-8")
    label = traitlets.Unicode("").tag(sync=True)
    menu = traitlets.Unicode("").tag(sync=True)  # name of the button that opens it


class FileOpener(anywidget.AnyWidget):
    """A button that opens a saved state; what no saved state can be is refused in the browser."""

    _esm = (STATIC / "opener.js").read_text("utf-8")
    label = traitlets.Unicode("").tag(sync=True)
    most = traitlets.Int(page_state.LARGEST).tag(sync=True)  # bytes
    words = traitlets.Dict({}).tag(sync=True)  # "large", "casefile" and "ending", with {name} and {size}
    opened = traitlets.Dict({}).tag(sync=True)  # browser -> Python: text, and a number that differs each time


@solara.component
def Controls(state, shown, change, alter, reopen) -> None:
    """The sidebar. `shown`: the sides on the page, or None before the first; `state.day`: the day shown."""
    lang = state.lang
    solara.Style(STATIC / "researchers.css")
    with solara.Column(gap="8px", style={"padding": "12px", "min-width": "min(20rem, 75vw)"}):
        Drawer.element(label=translate(lang, "drawer.close"), menu=translate(lang, "drawer.menu"))
        Community(state, change)
        solara.Text(translate(lang, "mechanisms"), classes=["co-title", "co-head"])
        solara.Text(translate(lang, "mechanisms.hint"), classes=["co-quiet"])
        for side in range(2):
            Presets(side, state, alter)
        for group in mechanisms.GROUPS:
            solara.Text(translate(lang, f"group.{group}"), classes=["co-quiet", "co-group"])
            for name in (name for name in mechanisms.list_mechanisms() if mechanisms.group_of(name) == group):
                Mechanism(name, state, shown, alter)
        Numbers(state, alter)
        Keep(state, reopen)


@solara.component
def Community(state, change) -> None:
    """Choose the community, the random seed and the layer of the town."""
    lang = state.lang
    opened, set_opened = solara.use_state(False)
    cases = list_cases() if state.case in list_cases() else [state.case, *list_cases()]
    Choice(
        "case",
        state.case,
        {name: words.case(lang, name, scenario=page_state.read_case(name)) for name in cases},
        lambda name: change(case=name, settings=page_state.open_state(name, lang).settings, days=0, day=0),
        lang,
    )
    Fold(translate(lang, "source"), opened, set_opened, ["co-source"])
    if opened:
        case = page_state.read_case(state.case)
        story = words.case(lang, state.case, "story", case)
        given = [
            f"{words.knob(lang, f'community.{name}')[0]} {getattr(case.community, name):,}"
            for name in case.community.given
        ]
        paragraphs = (
            story,
            case.provenance if lang == "en" or not story else "",  # it is in English only
            given and translate(lang, "source.given", what=translate(lang, "story.comma").join(given)),
            translate(lang, "source.assumed"),
        )
        for text in filter(None, paragraphs):
            with solara.Div(style={"margin-bottom": "8px"}):
                solara.Text(text, classes=["co-quiet"])
    Field(
        translate(lang, "seed"),
        state.seed,
        0,
        2**53 - 1,
        True,
        lambda v: change(seed=v),
        partial(translate, lang, "seed.wrong", n=state.seed),
    )
    Choice(
        "layer",
        state.layer,
        {
            "": translate(lang, "layer.none"),
            **{name: translate(lang, f"layer.{name}") for name in (UNKNOWN, *LAYERS)},
        },
        lambda name: change(layer=name),
        lang,
    )


@solara.component
def Numbers(state, alter) -> None:
    """All knobs of the community, to be set on one side or both."""
    lang = state.lang
    opened, set_opened = solara.use_state(False)
    whose, set_whose = solara.use_state(BOTH)
    owner, set_owner = solara.use_state(OWNERS[0])
    kind, set_kind = solara.use_state("")
    Fold(translate(lang, "numbers"), opened, set_opened, ["co-title", "co-numbers"])
    if not opened:
        return
    case = page_state.read_case(state.case)
    kind = kind if kind in case.issues else next(iter(case.issues))
    sides = range(2) if whose == BOTH else (page_state.SIDES.index(whose),)

    def set_knob(path: str, value: float | None) -> None:
        alter(sides, lambda setting: setting.with_parameter(path, value))

    def reset() -> None:
        alter(
            sides,
            lambda setting: page_state.Setting(
                setting.on, tuple(p for p in setting.knobs if p[0].startswith("mechanisms."))
            ),
        )

    with solara.Column(gap="4px", classes=["co-about"]):
        Choice(
            "numbers.for",
            whose,
            {name: translate(lang, name) for name in (BOTH, *page_state.SIDES)},
            set_whose,
            lang,
        )
        Choice(
            "numbers.of", owner, {name: translate(lang, f"owner.{name}") for name in OWNERS}, set_owner, lang
        )
        if owner == "issues":
            Choice(
                "issue.which",
                kind,
                {name: words.category(lang, name, case) for name in case.issues},
                set_kind,
                lang,
            )
        prefix = f"{owner}.{kind}." if owner == "issues" else f"{owner}."
        for path, knob in paths(case).items():
            if path.startswith(prefix):
                Knob(path, knob, value_at(case, path), dict(state.settings[sides[0]].knobs), set_knob, lang)
        solara.Button(translate(lang, "numbers.back"), text=True, small=True, on_click=reset)


@solara.component
def Keep(state, reopen) -> None:
    """Download the state and both sides as files, and open a saved state."""
    lang, name = state.lang, state.case.rpartition("/")[2].removesuffix(".toml")
    solara.Text(translate(lang, "save"), classes=["co-title", "co-head"])
    solara.FileDownload(state.to_text, filename=f"cogov-{name}.json", label=translate(lang, "save.state"))
    for side, side_name in enumerate(page_state.SIDES):
        solara.FileDownload(
            lambda side=side: state.case_file(side),
            filename=f"{name}-{side_name}.toml",
            label=translate(lang, "save.case", side=translate(lang, side_name)),
        )
    solara.Text(translate(lang, "save.link"), classes=["co-quiet"])
    FileOpener.element(
        label=translate(lang, "open state"),
        words={
            "large": translate(lang, "wrong.large"),
            "casefile": translate(lang, "wrong.casefile"),
            "ending": translate(lang, "wrong.ending"),
        },
        on_opened=lambda file: file and reopen(file["text"].encode()),
    )
