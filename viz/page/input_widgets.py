"""Widgets for one value: choose it from a list, type a number, set a knob with a slider; and a bar."""

from functools import partial
from math import inf, log
from pathlib import Path

import anywidget
import solara
import traitlets
from reacton import ipyvuetify as rv
from solara.components.input import use_change

from ...experiments.evidence.grades import grade_of
from ..i18n import words
from ..i18n.words import translate
from ..text.evidence_words import format_grade

STATIC = Path(__file__).parent / "static"


class SelectBox(anywidget.AnyWidget):
    """The browser's own select box with a label; `chosen` is the number of a name, -1 for none."""

    _esm = (STATIC / "select.js").read_text("utf-8")
    label = traitlets.Unicode("").tag(sync=True)
    names = traitlets.List([]).tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    kind = traitlets.Unicode("").tag(sync=True)  # its class is co-choice-KIND


@solara.component
def Choice(key, value, names, choose, lang, label="") -> None:
    """Select one of several values; `names` maps each value to its name.

    The label is the text of `key`, if there is no other; the class is co-choice-KEY.
    """
    values = list(names)
    SelectBox.element(
        label=label or translate(lang, key),
        names=list(names.values()),
        chosen=values.index(value) if value in names else -1,
        on_chosen=lambda n: n >= 0 and choose(values[n]),
        kind=key.replace(".", "-"),
    )


@solara.component
def Fold(label, opened, set_opened, classes=(), small=False) -> None:
    """A button that shows or hides what comes after it."""
    solara.Button(
        ("▾ " if opened else "▸ ") + label,
        text=True,
        small=small,
        on_click=lambda: set_opened(not opened),
        classes=["co-name", *classes],
        attributes={"aria-expanded": str(opened).lower()},
    )


@solara.component
def Bar(label, value, colour="#0072B2") -> None:
    """Show a share in percent as a bar; True while it is not known, False for no bar. `label` names it."""
    rv.ProgressLinear(
        indeterminate=value is True,
        value=0 if isinstance(value, bool) else value,
        color=colour,
        style_="visibility: hidden" if value is False else "",
        attributes={"aria-label": label},
    )


@solara.component
def Knob(path, knob, default, turned, set_value, lang, most=inf) -> None:
    """A slider and a number field for a knob.

    The slider goes from the lowest to the highest value, or `most`, and is finer around `default`,
    which is its middle; there the knob is reset. `knob` is the knob's field, and `turned` maps paths to the
    values that are set.
    """
    metadata, whole = knob.metadata, knob.type in (int, "int")
    low, high = metadata["low"], max(min(metadata["high"], most), metadata["low"] + 1)
    default = min(default, high)
    current = turned.get(path, default)
    name, unit = words.knob(lang, path)
    unit = unit or metadata["unit"]

    held, set_held = solara.use_state(None)  # place of the slider while it is dragged

    def release(_, __, held: int) -> None:
        value = scale_to_value(held / 100, low, default, high)
        set_held(None)
        set_value(
            path, None if held == 50 and low < default < high else int(round(value)) if whole else value
        )

    shown = min(current, high) if held is None else scale_to_value(held / 100, low, default, high)
    slider_place = round(100 * value_to_scale(shown, low, default, high)) if held is None else held
    source = translate(lang, "number.assumed" if metadata["source"].startswith("assumed") else "number.given")
    grade = grade_of(path, metadata["source"])
    if grade is not None:
        source += translate(lang, "story.comma") + format_grade(lang, grade)
    with solara.Tooltip(
        translate(
            lang, "number.range", low=format_number(low), high=format_number(high), unit=unit, source=source
        )
    ):
        with solara.Div(classes=["co-knob"]):
            with solara.Row(gap="8px", style={"align-items": "center"}):
                solara.Text(
                    f"{name}{translate(lang, 'story.colon')}{format_number(shown)} {unit}",
                    classes=["co-quiet"],
                    style={"flex": "1"},
                )
                Field(
                    "",
                    current,
                    low,
                    high,
                    whole,
                    lambda v: set_value(path, None if v == default else v),
                    partial(
                        translate, lang, "number.wrong", low=format_number(low), high=format_number(high)
                    ),
                    name,
                )
            slider = rv.Slider(
                v_model=slider_place,
                on_v_model=set_held,
                min=0,
                max=100,
                dense=True,
                hide_details=True,
                attributes={"aria-label": name, "aria-valuetext": f"{format_number(shown)} {unit}"},
            )
    rv.use_event(slider, "change", release)


@solara.component
def Field(label, value, low, high, whole, set_value, wrong, name="") -> None:
    """A number field, accepted when it loses focus or on Enter.

    An invalid or out-of-range number is put back to `value`; it is shown below the field, as
    `wrong(value=text)`.
    """
    # what is being typed, else re-rendering would restore the value meanwhile; and what was refused last
    typed, refused = solara.use_reactive(None), solara.use_reactive("")
    current = f"{value}" if whole else f"{value:.6g}"

    def accept(_) -> None:
        text = current if typed.peek() is None else typed.peek()
        typed.set(None)
        if text == current:
            return
        try:
            number = int(text) if whole else float(text)
        except ValueError:
            number = None
        if number is None or not low <= number <= high:
            return refused.set(text)
        refused.set("")
        set_value(number)

    def type_text(text: str) -> None:
        if str(text) != current:  # an echo of what was put back
            refused.set("")
        typed.set(str(text))

    field = rv.TextField(
        label=label,
        v_model=current if typed.value is None else typed.value,
        on_v_model=type_text,
        dense=True,
        hide_details=not refused.value,
        error=bool(refused.value),
        error_messages=[wrong(value=refused.value[:20])] if refused.value else [],
        attributes={"aria-label": label or name},
        class_="" if label else "co-field",
    )
    use_change(field, accept)


def format_number(number: float) -> str:
    """Format a number for the label of a slider.

    >>> format_number(36500), format_number(0.0512), format_number(12.0)
    ('36,500', '0.0512', '12')
    """
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def scale_to_value(u: float, low: float, own: float, high: float) -> float:
    """Return the value at `u` in 0..1 of a scale whose middle is `own`, logarithmic above it if `own` > 0.

    >>> scale_to_value(0.0, 0, 2, 500), scale_to_value(0.5, 0, 2, 500), scale_to_value(0.5, 0, 0, 10)
    (0.0, 2.0, 5.0)
    >>> round(scale_to_value(1.0, 0, 2, 500))
    500
    """
    if not low < own < high:
        return low + u * (high - low)
    if u <= 0.5:
        return low + 2 * u * (own - low)
    return own * (high / own) ** (2 * u - 1) if own > 0 else own + (2 * u - 1) * (high - own)


def value_to_scale(value: float, low: float, own: float, high: float) -> float:
    """Return the place of a value on that scale, in 0..1: the inverse of `scale_to_value`.

    >>> [round(value_to_scale(scale_to_value(u, 0, 2, 500), 0, 2, 500), 3) for u in (0.0, 0.2, 0.5, 0.9)]
    [0.0, 0.2, 0.5, 0.9]
    """
    if not low < own < high:
        return (value - low) / (high - low)
    if value <= own:
        return 0.5 * (value - low) / (own - low)
    return 0.5 + 0.5 * (log(value / own) / log(high / own) if own > 0 else (value - own) / (high - own))
