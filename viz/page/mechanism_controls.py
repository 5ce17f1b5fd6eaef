"""Controls of mechanisms: presets, switches and knobs of both sides, and what each mechanism did."""

from collections.abc import Iterator
from math import inf

import solara
import solara.lab
from reacton import ipyvuetify as rv

from ...engine.parameters import paths
from ...experiments.evidence.grades import grade_of_mechanism
from ...experiments.narrative.recording import Recording
from ...experiments.narrative.resource_use import ENOUGH, WHAT, issues_moved
from ...model import mechanisms
from ...model.activities import list_activities
from ..i18n import words
from ..i18n.words import translate
from ..text.evidence_words import describe_mechanism_grade, format_grade
from . import page_state
from .input_widgets import Bar, Fold, Knob


@solara.component
def Presets(side, state, alter) -> None:
    """Buttons that replace the setting of one side."""
    lang = state.lang
    asked_state, set_asked_state = solara.use_state(None)  # state for which affordable mechanisms are sought
    search = solara.lab.use_task(
        lambda: asked_state and (asked_state, asked_state.within_means(side)),
        dependencies=[asked_state],
        prefer_threaded=True,
        raise_error=False,
    )

    def apply() -> None:
        if asked_state and search.finished and search.value and search.value[0] == asked_state:
            set_asked_state(None)
            alter((side,), lambda _: search.value[1])

    solara.use_effect(apply, [search.finished, asked_state])
    with solara.Row(
        gap="0px", style={"align-items": "center", "flex-wrap": "wrap"}, classes=[f"co-presets-{side}"]
    ):
        solara.Text(translate(lang, page_state.SIDES[side]), classes=["co-title", "co-side"])
        for kind in ("nothing", "reported", "everything"):
            solara.Button(
                translate(lang, f"preset.{kind}"),
                text=True,
                small=True,
                on_click=lambda kind=kind: alter((side,), lambda _: page_state.preset(state.case, kind)),
            )
        with solara.Tooltip(translate(lang, "preset.affordable.about", least=ENOUGH)):
            solara.Button(
                translate(lang, "preset.affordable"),
                text=True,
                small=True,
                on_click=lambda: set_asked_state(state),
                disabled=asked_state is not None,
            )
        solara.Button(
            translate(lang, "copy", side=translate(lang, page_state.SIDES[1 - side])),
            text=True,
            small=True,
            on_click=lambda: alter((side,), lambda _: state.settings[1 - side]),
        )
    if asked_state is not None:
        solara.Text(translate(lang, "preset.affordable.now"), classes=["co-quiet"])
        Bar(translate(lang, "preset.affordable.now"), True)


@solara.component
def Mechanism(name, state, shown, alter) -> None:
    """Switches of a mechanism for both sides.

    Opened, it also shows what the mechanism does, how it disappoints, what it received and changed, and its
    knobs.
    """
    lang = state.lang
    on = [name in setting.on for setting in state.settings]
    opened, set_opened = solara.use_state(False)
    sides_on = [f"co-on-{side}" for side in range(2) if on[side]]
    with solara.Column(gap="0px", classes=["co-mechanism", *(["co-on"] if sides_on else []), *sides_on]):
        with solara.Row(gap="0px", style={"align-items": "center"}):
            Fold(words.mechanism(lang, name), opened, set_opened, [f"co-open-{name}"])
            for side in range(2):
                with solara.Div(classes=[f"co-{name}-{side}", f"co-tick-{side}"]):
                    label = translate(lang, page_state.SIDES[side])
                    rv.Checkbox(
                        label=label,
                        v_model=on[side],
                        on_v_model=lambda v, side=side: alter(
                            (side,), lambda setting: setting.with_switch(name, v)
                        ),
                        attributes={
                            "aria-label": translate(
                                lang, "switch", name=words.mechanism(lang, name), side=label
                            )
                        },
                    )
        if opened:
            with solara.Column(gap="4px", classes=["co-about"]):
                solara.Text(words.mechanism(lang, name, "does"), classes=["co-quiet"])
                # the English text begins with that word itself
                disappoints = words.mechanism(lang, name, "disappoints")
                colon = translate(lang, "story.colon")
                solara.Text(
                    disappoints
                    if disappoints.startswith("Disappoints")
                    else f"{translate(lang, 'mechanism.disappoints')}{colon}{disappoints}",
                    classes=["co-quiet"],
                )
                pulls = translate(lang, "story.comma").join(
                    translate(lang, f"lever.{lever}") for lever in mechanisms.load_class(name).pulls
                )
                solara.Text(
                    f"{translate(lang, 'mechanism.pulls')}{colon}{pulls}",
                    classes=["co-quiet"],
                )
                with solara.Tooltip(describe_mechanism_grade(lang, name)):
                    solara.Text(format_grade(lang, grade_of_mechanism(name)), classes=["co-grade"])
                for side in range(2):
                    if on[side]:
                        solara.Text(translate(lang, page_state.SIDES[side]), classes=["co-title"])
                        if shown and name in shown.films[side].effort.names:
                            Account(name, shown.films[side], min(state.day, shown.films[side].run.days), lang)
                        for path, knob in paths(mechanisms.load_class(name)()).items():
                            Knob(
                                f"mechanisms.{name}.{path}",
                                knob,
                                knob.default,
                                dict(state.settings[side].knobs),
                                lambda knob_path, v, side=side: alter(
                                    (side,), lambda setting: setting.with_parameter(knob_path, v)
                                ),
                                lang,
                                state.scenario(side).days if path in ("first_day", "last_day") else inf,
                            )


@solara.component
def Account(name, recording, day, lang) -> None:
    """What a mechanism asked for, received and changed, over the year and on the day shown."""
    for line in describe_account(name, recording, day, lang):
        solara.Text(line, classes=["co-quiet", "co-account"])


def describe_account(name: str, recording: Recording, day: int, lang: str) -> Iterator[str]:
    """Yield the lines of `Account`."""
    resources, comma = recording.effort, translate(lang, "story.comma")
    row = resources.names.index(name)
    for key, days in (("year", slice(None)), ("day", slice(day, day + 1))):
        asked, got = (column[days, row, :-1].sum() for column in (resources.asked, resources.got))
        yield translate(
            lang, f"mechanism.{key}", asked=asked, got=got, yuan=resources.got[days, row, -1].sum(), day=day
        )
    if not resources.asked[day, row].any():
        yield translate(lang, "mechanism.idle")
    else:
        share, short = resources.share(day)[row], resources.short(day)
        scarce_roles = [
            WHAT[k] for k in short.argsort()[::-1] if short[k] > 0 and resources.asked[day, row, k] > 0
        ] or ["property"]  # a compound's crew may be short even if all crews together are not
        yield (
            translate(lang, "mechanism.enough")
            if share > 0.995
            else translate(
                lang,
                "mechanism.short",
                share=share,
                roles=comma.join(translate(lang, f"role.{role}") for role in scarce_roles),
            )
        )
    for key, done in (("done", count_by(recording, name, day)), ("done.year", count_by(recording, name))):
        amounts = (words.amount(lang, count, value) for count, value in done)
        if text := comma.join(amounts):
            yield translate(lang, f"mechanism.{key}", day=day, what=text)
    for key, when in (("moved", day), ("moved.year", None)):
        moves = issues_moved(recording.run, name, when)
        yield translate(
            lang,
            f"mechanism.{key}",
            what=comma.join(f"{translate(lang, f'event.{what}')} {count:,}" for what, count in moves.items())
            or translate(lang, "mechanism.still"),
        )


def count_by(
    recording: Recording, name: str, day: int | None = None
) -> Iterator[tuple[mechanisms.Count, float]]:
    """Yield what a mechanism did by the end of `day`, or everything that it did in the whole run."""
    if day is None:
        yield from ((a.count, a.value) for a in list_activities(recording.run) if a.mechanism == name)
    else:
        daily = recording.run.daily[name]
        for count in mechanisms.load_class(name).counts:
            yield count, float(daily[count.name][day - 1]) if day else 0.0
