"""A lesson on the page: what it says, the prediction that is asked for, what was measured, the game."""

import solara
import solara.lab

from ...experiments.narrative import lesson_runs
from ..i18n.words import translate
from ..lessons import progress as walking
from ..lessons.reader import measures_wanted
from ..lessons.steps import PlayStep, Predict, Result, Score, Twist


@solara.component
def Lesson(walk, set_walk, lang, leave, play):
    """One step of a lesson. `play(begin, to, speed)` plays the films."""
    lesson, step, at = walk.lesson, walk.step, walking.setup_of(walk)
    measured = solara.lab.use_task(
        lambda: measure(lesson, at), dependencies=[lesson.name, at], prefer_threaded=True, raise_error=False
    )

    def take():
        if measured.finished and measured.value and measured.value[0] == at and at not in walk.facts:
            facts = measured.value[
                1
            ]  # into the walk as it is by then: a prediction may have been made meanwhile
            set_walk(
                lambda now: walking.record_facts(now, at, facts) if now and now.lesson is lesson else now
            )

    solara.use_effect(take, [measured.finished, at, walk.at])
    with solara.Card(margin=0, classes=["co-card", "co-lesson"]), solara.Column(gap="8px"):
        solara.Text(
            f"{getattr(lesson.title, lang)} · {translate(lang, 'lesson.step', n=walk.at + 1, of=len(lesson.steps))}",
            classes=["co-title"],
        )
        if isinstance(step, (Predict, Result, Twist)):
            solara.Text(
                translate(
                    lang,
                    {Predict: "lesson.predict", Result: "lesson.result", Twist: "lesson.twist"}[type(step)],
                ),
                classes=["co-quiet"],
            )
        Blocks(
            walking.step_text(walk, lang) or [("paragraph", [(translate(lang, "lesson.waits.facts"), False)])]
        )
        if isinstance(step, Predict):
            Prediction(walk, set_walk, lang)
        if isinstance(step, PlayStep) and step.to != step.begin:
            solara.Button(
                translate(lang, "lesson.watch"),
                on_click=lambda: play(step.begin, step.to, step.speed),
                outlined=True,
            )
        if isinstance(step, Result):
            Outcomes(walk, lang)
        if isinstance(step, Score):
            Game(walk, set_walk, lang)
        if walk.last:
            solara.Text(translate(lang, "lesson.reference"), classes=["co-title"])
            solara.Text(getattr(lesson.reference, lang))
        missing = walking.needs(walk)
        if missing:
            solara.Text(translate(lang, f"lesson.waits.{missing}"), classes=["co-quiet"])
        solara.ProgressLinear(measured.pending and missing == "facts")
        with solara.Row(gap="8px"):
            solara.Button(
                translate(lang, "lesson.previous"),
                on_click=lambda: set_walk(walking.back(walk)),
                disabled=walk.at == 0,
                text=True,
            )
            if walk.last:
                solara.Button(
                    translate(lang, "lesson.finish"),
                    on_click=leave,
                    disabled=bool(missing),
                    color="primary",
                    classes=["co-finish"],
                )
            else:
                solara.Button(
                    translate(lang, "lesson.next"),
                    on_click=lambda: set_walk(walking.forward(walk)),
                    disabled=bool(missing),
                    color="primary",
                    classes=["co-next"],
                )
                solara.Button(translate(lang, "lesson.leave"), on_click=leave, text=True)


def measure(lesson, at):
    """(step of the setup, what came of it); nothing before the first setup, or where nothing is asked."""
    if at < 0 or not measures_wanted(lesson, at):
        return at, {}
    setup = lesson.steps[at]
    return at, lesson_runs.facts(setup.arms(), measures_wanted(lesson, at), setup.replicates, setup.seed)


@solara.component
def Blocks(blocks):
    """Paragraphs and lists, as text."""
    with solara.Column(gap="6px"):
        for kind, content in blocks:
            for line in [content] if kind == "paragraph" else content:
                with solara.Div(classes=["co-line"]):
                    if kind == "list":
                        solara.Text("• ")
                    for words, strong in line:
                        solara.Text(words, style={"font-weight": "600"} if strong else {})


@solara.component
def Prediction(walk, set_walk, lang):
    """Answers to choose from; one that was committed stands."""
    step, made = walk.step, walk.predicted.get(walk.at)
    names = [getattr(choice, lang) for choice in step.choice]
    chosen, set_chosen = solara.use_state(None)
    solara.use_effect(lambda: set_chosen(None), [walk.at])
    if made is not None:
        solara.Text(translate(lang, "lesson.committed", choice=names[made]))
        return
    for n, name in enumerate(names):
        solara.Button(
            ("◉ " if chosen == n else "○ ") + name,
            text=True,
            on_click=lambda n=n: set_chosen(n),
            classes=["co-choice"],
            style={"justify-content": "flex-start", "white-space": "normal", "height": "auto"},
        )
    solara.Button(
        translate(lang, "lesson.commit"),
        on_click=lambda: set_walk(walking.predict(walk, chosen)),
        disabled=chosen is None,
        outlined=True,
        classes=["co-commit"],
    )
    solara.Text(translate(lang, "lesson.commit.about"), classes=["co-quiet"])


@solara.component
def Outcomes(walk, lang):
    """Each prediction about these runs, and whether it came true."""
    with solara.Column(gap="2px"):
        for at, mine, truth in walking.outcomes(walk):
            step = walk.lesson.steps[at]
            names = [getattr(choice, lang) for choice in step.choice]
            solara.Text(getattr(step.question, lang), classes=["co-quiet"])
            solara.Text(
                translate(lang, "lesson.right")
                if mine == truth
                else translate(lang, "lesson.none")
                if truth < 0
                else translate(lang, "lesson.wrong", mine=names[mine], choice=names[truth]),
                classes=["co-title"],
            )


@solara.component
def Game(walk, set_walk, lang):
    """Spend a budget, and be scored on luck that nobody has seen."""
    step = walk.step
    design, set_design = solara.use_state({})
    asked, set_asked = solara.use_state(None)
    scoring = solara.lab.use_task(
        lambda: use_score(step, asked), dependencies=[str(asked)], prefer_threaded=True, raise_error=False
    )
    spent = lesson_runs.price(step.option, design)

    def take():
        if scoring.finished and scoring.value and scoring.value[0] == asked:
            told = scoring.value
            set_walk(lambda now: walking.record_score(now, *told) if now and now.step is step else now)
            set_asked(None)

    solara.use_effect(take, [scoring.finished, str(asked)])
    for one in step.option:
        with solara.Row(gap="8px", style={"align-items": "center"}):
            count = design.get(one.name, 0)
            solara.Button(
                "−",
                small=True,
                disabled=count == 0,
                on_click=lambda one=one, count=count: set_design({**design, one.name: count - 1}),
            )
            solara.Text(str(count))
            solara.Button(
                "+",
                small=True,
                disabled=count == one.most,
                on_click=lambda one=one, count=count: set_design({**design, one.name: count + 1}),
            )
            solara.Text(f"{getattr(one, lang)} ({translate(lang, 'game.price', price=f'{one.price:,.0f}')})")
    solara.Text(
        translate(lang, "game.budget", spent=f"{spent:,.0f}", budget=f"{step.budget:,.0f}"),
        classes=["co-title"],
    )
    if spent > step.budget:
        solara.Text(translate(lang, "game.over", over=f"{spent - step.budget:,.0f}"))
    solara.Button(
        translate(lang, "game.score"),
        on_click=lambda: set_asked(dict(design)),
        disabled=spent > step.budget or asked is not None,
        outlined=True,
        classes=["co-score"],
    )
    solara.ProgressLinear(asked is not None)
    tries = walk.scores.get(walk.at, [])
    for _, row in tries[-3:]:
        points = {
            name: f"{100 * row[key]:+.1f}"
            for name, key in (("points", "difference"), ("low", "low"), ("high", "high"))
        }
        solara.Text(translate(lang, "game.result", **points))
    if tries:
        best = (max if step.more else min)(row["difference"] for _, row in tries)
        solara.Text(translate(lang, "game.best", points=f"{100 * best:+.1f}"), classes=["co-title"])


def use_score(step, design):
    """(design, what it changes on fresh luck); nothing before it is asked."""
    if design is None:
        return None
    return design, lesson_runs.score_design(
        step.scenario(), step.option, design, step.measure, step.replicates, step.seed
    )
