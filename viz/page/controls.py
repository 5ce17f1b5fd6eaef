"""What a visitor may change: the community, its luck, the mechanisms of both sides, every number; and what can be kept and opened again."""

from math import inf, log

import ipywidgets
import solara
import solara.lab
from reacton import ipyvuetify as rv
from solara.components.input import use_change

from ...engine.parameters import paths
from ...experiments.comparison.parameter_paths import at as value_at
from ...experiments.narrative.recording import LAYERS, UNKNOWN
from ...experiments.narrative.resource_use import ENOUGH, WHAT, issues_moved
from ...model import mechanisms
from ...model.cases import list_cases
from ..i18n import words
from ..i18n.phrases import FRAME
from ..i18n.words import translate
from ..text.stories import say
from . import page_state as desks

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
    "issues",
)
BOTH = "both"


@solara.component
def Controls(desk, shown, change, alter, reopen):
    """All that stands at the side of the page. `shown`: what is on the screen, or None before anything is; `desk.day` is the day that is."""
    lang = desk.lang
    with solara.Column(gap="8px", style={"padding": "12px", "min-width": "min(20rem, 75vw)"}):
        Community(desk, change)
        solara.Text(translate(lang, "mechanisms"), classes=["co-title", "co-head"])
        solara.Text(translate(lang, "mechanisms.hint"), classes=["co-quiet"])
        for side in range(2):
            Presets(side, desk, alter)
        for group in words.GROUPS:
            solara.Text(translate(lang, f"group.{group}"), classes=["co-quiet", "co-group"])
            for name in (name for name in mechanisms.names() if words.group(name) == group):
                Mechanism(name, desk, shown, alter)
        Numbers(desk, alter)
        Keep(desk, reopen)


@solara.component
def Community(desk, change):
    """Which community, and which luck."""
    lang = desk.lang
    cases = list_cases() if desk.case in list_cases() else [desk.case, *list_cases()]
    Choice(
        "case",
        desk.case,
        {name: words.case(lang, name) for name in cases},
        lambda name: change(case=name, settings=desks.open_desk(name, lang).settings, days=0, day=0),
        lang,
    )
    with solara.Details(translate(lang, "source")):
        case = desks.read_case(desk.case)
        solara.Text(words.case(lang, desk.case, "story") or case.provenance, classes=["co-quiet"])
        given = [
            f"{words.knob(lang, f'community.{name}')[0]} {getattr(case.community, name):,}"
            for name in case.community.given
        ]
        if given:
            solara.Text(
                translate(lang, "source.given", what=say(FRAME, "comma", lang).join(given)),
                classes=["co-quiet"],
            )
        solara.Text(translate(lang, "source.assumed"), classes=["co-quiet"])
    Field(
        translate(lang, "luck"),
        desk.seed,
        0,
        2**53 - 1,
        True,
        lambda v: change(seed=v),
        translate(lang, "luck.wrong", n=desk.seed),
    )
    Choice(
        "layer",
        desk.layer,
        {
            "": translate(lang, "layer.none"),
            **{name: translate(lang, f"layer.{name}") for name in (UNKNOWN, *LAYERS)},
        },
        lambda name: change(layer=name),
        lang,
    )


@solara.component
def Choice(key, value, names, choose, lang):
    """One of several: `names` is value -> what it is called."""
    solara.Select(
        translate(lang, key),
        value=names[value],
        values=list(names.values()),
        on_value=lambda said_: choose(next(one for one, name in names.items() if name == said_)),
    )


# --------------------------------------------------------------------------- mechanisms


@solara.component
def Presets(side, desk, alter):
    """Settings of one side at a click."""
    lang = desk.lang
    asked, ask = solara.use_state(None)  # the desk whose means are asked about
    finding = solara.lab.use_task(
        lambda: asked and (asked, asked.within_means(side)),
        dependencies=[asked],
        prefer_threaded=True,
        raise_error=False,
    )

    def take():
        if asked and finding.finished and finding.value and finding.value[0] == asked:
            ask(None)
            alter((side,), lambda _: finding.value[1])

    solara.use_effect(take, [finding.finished, asked])
    with solara.Row(
        gap="0px", style={"align-items": "center", "flex-wrap": "wrap"}, classes=[f"co-presets-{side}"]
    ):
        solara.Text(translate(lang, desks.SIDES[side]), classes=["co-title", "co-side"])
        for kind in ("nothing", "reported", "everything"):
            solara.Button(
                translate(lang, f"preset.{kind}"),
                text=True,
                small=True,
                on_click=lambda kind=kind: alter((side,), lambda _: desks.preset(desk.case, kind)),
            )
        with solara.Tooltip(translate(lang, "preset.affordable.about", least=ENOUGH)):
            solara.Button(
                translate(lang, "preset.affordable"),
                text=True,
                small=True,
                on_click=lambda: ask(desk),
                disabled=asked is not None,
            )
        solara.Button(
            translate(lang, "copy"),
            text=True,
            small=True,
            on_click=lambda: alter((side,), lambda _: desk.settings[1 - side]),
        )
    if asked is not None:
        solara.Text(translate(lang, "preset.affordable.now"), classes=["co-quiet"])
        solara.ProgressLinear(True)


@solara.component
def Mechanism(name, desk, shown, alter):
    """One mechanism: on or off on either side; opened, what it does, how it disappoints, what it got and did, and its numbers."""
    lang = desk.lang
    on = [name in setting.on for setting in desk.settings]
    open_, set_open = solara.use_state(False)
    with solara.Column(gap="0px", classes=["co-mechanism", *(["co-on"] if any(on) else [])]):
        with solara.Row(gap="0px", style={"align-items": "center"}):
            solara.Button(
                ("▾ " if open_ else "▸ ") + words.mechanism(lang, name),
                text=True,
                on_click=lambda: set_open(not open_),
                classes=["co-name", f"co-open-{name}"],
            )
            for side in range(2):
                with solara.Div(classes=[f"co-{name}-{side}"]):
                    solara.Checkbox(
                        label=translate(lang, desks.SIDES[side]),
                        value=on[side],
                        on_value=lambda v, side=side: alter((side,), lambda one: one.with_switch(name, v)),
                    )
        if open_:
            with solara.Column(gap="4px", classes=["co-about"]):
                solara.Text(words.mechanism(lang, name, "does"), classes=["co-quiet"])
                disappoints = words.mechanism(
                    lang, name, "disappoints"
                )  # in English it begins with that word
                solara.Text(
                    disappoints
                    if disappoints.startswith("Disappoints")
                    else f"{translate(lang, 'mechanism.disappoints')}{say(FRAME, 'colon', lang)}{disappoints}",
                    classes=["co-quiet"],
                )
                pulls = say(FRAME, "comma", lang).join(
                    translate(lang, f"lever.{lever}") for lever in mechanisms.mechanism_class(name).pulls
                )
                solara.Text(
                    f"{translate(lang, 'mechanism.pulls')}{say(FRAME, 'colon', lang)}{pulls}",
                    classes=["co-quiet"],
                )
                for side in range(2):
                    if on[side]:
                        solara.Text(translate(lang, desks.SIDES[side]), classes=["co-title"])
                        if shown and name in shown.films[side].effort.names:
                            Account(name, shown.films[side], min(desk.day, shown.films[side].run.days), lang)
                        for path, f in paths(mechanisms.mechanism_class(name)()).items():
                            Knob(
                                f"mechanisms.{name}.{path}",
                                f,
                                f.default,
                                dict(desk.settings[side].knobs),
                                lambda p, v, side=side: alter((side,), lambda one: one.with_parameter(p, v)),
                                lang,
                                desk.scenario(side).days if path in ("begins", "ends") else inf,
                            )


@solara.component
def Account(name, film, day, lang):
    """What a mechanism asked for, got and moved, in the year and on the day that is looked at."""
    for line in account(name, film, day, lang):
        solara.Text(line, classes=["co-quiet", "co-account"])


def account(name, film, day, lang):
    """Those lines."""
    effort, comma = film.effort, say(FRAME, "comma", lang)
    m = effort.names.index(name)
    for key, part in (("year", slice(None)), ("day", slice(day, day + 1))):
        asked, got = (column[part, m, :-1].sum() for column in (effort.asked, effort.got))
        yield translate(
            lang, f"mechanism.{key}", asked=asked, got=got, yuan=effort.got[part, m, -1].sum(), day=day
        )
    if not effort.asked[day, m].any():
        yield translate(lang, "mechanism.idle")
    else:
        share, short = effort.share(day)[m], effort.short(day)
        scarce = [WHAT[k] for k in short.argsort()[::-1] if short[k] > 0 and effort.asked[day, m, k] > 0] or [
            "property"
        ]  # a compound's crew may be short where all together are not
        yield (
            translate(lang, "mechanism.enough")
            if share > 0.995
            else translate(
                lang,
                "mechanism.short",
                share=share,
                roles=comma.join(translate(lang, f"role.{role}") for role in scarce),
            )
        )
    for key, when in (("moved", day), ("moved.year", None)):
        told = issues_moved(film.run, name, when)
        yield translate(
            lang,
            f"mechanism.{key}",
            what=comma.join(f"{translate(lang, f'what.{what}')} {count:,}" for what, count in told.items())
            or translate(lang, "mechanism.still"),
        )


# --------------------------------------------------------------------------- numbers


@solara.component
def Numbers(desk, alter):
    """Every number of the community, to be turned on one side or both."""
    lang = desk.lang
    open_, set_open = solara.use_state(False)
    whose, set_whose = solara.use_state(BOTH)
    owner, set_owner = solara.use_state(OWNERS[0])
    kind, set_kind = solara.use_state("")
    solara.Button(
        ("▾ " if open_ else "▸ ") + translate(lang, "numbers"),
        text=True,
        on_click=lambda: set_open(not open_),
        classes=["co-title", "co-name", "co-numbers"],
    )
    if not open_:
        return
    case = desks.read_case(desk.case)
    kind = kind if kind in case.issues else next(iter(case.issues))
    sides = range(2) if whose == BOTH else (desks.SIDES.index(whose),)

    def turn(path, value):
        alter(sides, lambda one: one.with_parameter(path, value))

    def back():
        alter(
            sides,
            lambda one: desks.Setting(one.on, tuple(p for p in one.knobs if p[0].startswith("mechanisms."))),
        )

    with solara.Column(gap="4px", classes=["co-about"]):
        Choice(
            "numbers.for",
            whose,
            {name: translate(lang, name) for name in (BOTH, *desks.SIDES)},
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
                {name: words.category(lang, name) for name in case.issues},
                set_kind,
                lang,
            )
        prefix = f"{owner}.{kind}." if owner == "issues" else f"{owner}."
        for path, f in paths(case).items():
            if path.startswith(prefix):
                Knob(path, f, value_at(case, path), dict(desk.settings[sides[0]].knobs), turn, lang)
        solara.Button(translate(lang, "numbers.back"), text=True, small=True, on_click=back)


@solara.component
def Knob(path, f, own, turned, set_value, lang, most=inf):
    """A slider from a number's lowest to its highest, or `most`, finer about its `own` value; in the middle it is turned back."""
    m, whole = f.metadata, f.type in (int, "int")
    low, high = m["low"], max(min(m["high"], most), m["low"] + 1)
    own = min(own, high)
    now = turned.get(path, own)
    name, unit = words.knob(lang, path)
    unit = unit or m["unit"]

    u, set_u = solara.use_state(None)  # while it is held

    def let_go(_, __, u):
        value = at(u / 100, low, own, high)
        set_u(None)
        set_value(path, None if u == 50 and low < own < high else int(round(value)) if whole else value)

    shown = min(now, high) if u is None else at(u / 100, low, own, high)
    place = round(100 * where(shown, low, own, high)) if u is None else u
    source = translate(lang, "number.assumed" if m["source"].startswith("assumed") else "number.given")
    with solara.Tooltip(
        translate(lang, "number.range", low=short(low), high=short(high), unit=unit, source=source)
    ):
        with solara.Div(classes=["co-knob"]):
            with solara.Row(gap="8px", style={"align-items": "center"}):
                solara.Text(
                    f"{name}{say(FRAME, 'colon', lang)}{short(shown)} {unit}",
                    classes=["co-quiet"],
                    style={"flex": "1"},
                )
                Field(
                    "",
                    now,
                    low,
                    high,
                    whole,
                    lambda v: set_value(path, None if v == own else v),
                    translate(lang, "number.wrong", low=short(low), high=short(high)),
                    name,
                )
            slider = rv.Slider(
                v_model=place,
                on_v_model=set_u,
                min=0,
                max=100,
                dense=True,
                hide_details=True,
                attributes={"aria-label": name, "aria-valuetext": f"{short(shown)} {unit}"},
            )
    rv.use_event(slider, "change", let_go)


@solara.component
def Field(label, value, low, high, whole, set_value, wrong, name=""):
    """A number that is typed: taken when it is left or Enter is pressed; what cannot be is said below it, and nothing changes."""
    typed = solara.use_reactive(
        None
    )  # (what was typed, whether it cannot be); whatever is drawn anew meanwhile would else put the value back under the visitor's hands

    own = f"{value}" if whole else f"{value:.6g}"

    def take(_):
        text = (typed.peek() or (own, False))[0]
        if text == own:
            return typed.set(None)
        try:
            number = int(text) if whole else float(text)
        except ValueError:
            number = None
        if number is None or not low <= number <= high:
            return typed.set((text, True))
        set_value(number)
        typed.set(None)

    text, bad = typed.value or (own, False)
    field = rv.TextField(
        label=label,
        v_model=text,
        on_v_model=lambda v: typed.set((str(v), False)),
        dense=True,
        hide_details=not bad,
        error=bad,
        error_messages=[wrong] if bad else [],
        attributes={"aria-label": label or name},
        class_="" if label else "co-field",
    )
    use_change(field, take)


def short(number):
    """A number as it stands beside a slider.

    >>> short(36500), short(0.0512), short(12.0)
    ('36,500', '0.0512', '12')
    """
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def at(u, low, own, high):
    """The value at `u` in 0..1 of a scale whose middle is `own`; beyond it in equal ratios, where it has any.

    >>> at(0.0, 0, 2, 500), at(0.5, 0, 2, 500), round(at(1.0, 0, 2, 500)), at(0.5, 0, 0, 10)
    (0.0, 2.0, 500, 5.0)
    """
    if not low < own < high:
        return low + u * (high - low)
    if u <= 0.5:
        return low + 2 * u * (own - low)
    return own * (high / own) ** (2 * u - 1) if own > 0 else own + (2 * u - 1) * (high - own)


def where(value, low, own, high):
    """The place of a value on that scale: the inverse of `at`.

    >>> [round(where(at(u, 0, 2, 500), 0, 2, 500), 3) for u in (0.0, 0.2, 0.5, 0.9)]
    [0.0, 0.2, 0.5, 0.9]
    """
    if not low < own < high:
        return (value - low) / (high - low)
    if value <= own:
        return 0.5 * (value - low) / (own - low)
    return 0.5 + 0.5 * (log(value / own) / log(high / own) if own > 0 else (value - own) / (high - own))


# --------------------------------------------------------------------------- keeping


@solara.component
def Keep(desk, reopen):
    """The state as a file and as a link, both sides as case files; and a saved state opened."""
    lang, name = desk.lang, desk.case.rpartition("/")[2].removesuffix(".toml")
    solara.Text(translate(lang, "save"), classes=["co-title", "co-head"])
    solara.FileDownload(desk.to_text, filename=f"cogov-{name}.json", label=translate(lang, "save.state"))
    for side, one in enumerate(desks.SIDES):
        solara.FileDownload(
            lambda side=side: desk.case_file(side),
            filename=f"{name}-{one}.toml",
            label=translate(lang, "save.case", side=translate(lang, one)),
        )
    solara.Text(translate(lang, "save.link"), classes=["co-quiet"])
    ipywidgets.FileUpload.element(
        accept=".json",
        multiple=False,
        description=translate(lang, "open state"),
        icon="",
        layout={"width": "auto"},
        on_value=lambda files: files and reopen(bytes(files[0]["content"])),
    )
