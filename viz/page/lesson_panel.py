"""Lesson on the page: its text, predictions, measured results, and the game."""

import solara
import solara.lab

from ...experiments.narrative import lesson_runs
from ..i18n.words import translate
from ..lessons import progress
from ..lessons.reader import measures_wanted
from ..lessons.steps import Lesson as LessonFile
from ..lessons.steps import PlayStep, Predict, Result, Score, Twist


@solara.component
def Lesson(walk, set_walk, lang, leave, play) -> None:
    """Show one step of a lesson. `play(begin, to, speed)` plays the recordings."""
    lesson, step, at = walk.lesson, walk.step, progress.setup_of(walk)
    measured = solara.lab.use_task(
        lambda: measure(lesson, at), dependencies=[lesson.name, at], prefer_threaded=True, raise_error=False
    )

    def apply() -> None:
        if measured.finished and measured.value and measured.value[0] == at and at not in walk.facts:
            facts = measured.value[1]
            # added to the walk as it is by then, because a prediction may have been committed meanwhile
            set_walk(
                lambda now: progress.record_facts(now, at, facts) if now and now.lesson is lesson else now
            )

    solara.use_effect(apply, [measured.finished, at, walk.at])
    with solara.Card(margin=0, classes=["co-card", "co-lesson"]), solara.Column(gap="8px"):
        solara.Text(
            f"{getattr(lesson.title, lang)} · "
            f"{translate(lang, 'lesson.step', n=walk.at + 1, of=len(lesson.steps))}",
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
            progress.step_text(walk, lang)
            or [("paragraph", [(translate(lang, "lesson.waits.facts"), False)])]
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
        missing = progress.missing_input(walk)
        if missing:
            solara.Text(translate(lang, f"lesson.waits.{missing}"), classes=["co-quiet"])
        solara.ProgressLinear(measured.pending and missing == "facts")
        with solara.Row(gap="8px"):
            solara.Button(
                translate(lang, "lesson.previous"),
                on_click=lambda: set_walk(progress.back(walk)),
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
                    on_click=lambda: set_walk(progress.forward(walk)),
                    disabled=bool(missing),
                    color="primary",
                    classes=["co-next"],
                )
                solara.Button(translate(lang, "lesson.leave"), on_click=leave, text=True)


def measure(lesson: LessonFile, at: int) -> tuple[int, dict]:
    """Simulate the setup of step `at`; return `at` and the measured facts, {} if nothing is to measure."""
    if at < 0 or not measures_wanted(lesson, at):
        return at, {}
    setup = lesson.steps[at]
    return at, lesson_runs.compare_arms(
        setup.arms(), measures_wanted(lesson, at), setup.replicates, setup.seed
    )


@solara.component
def Blocks(blocks) -> None:
    """Show paragraphs and lists."""
    with solara.Column(gap="6px"):
        for kind, content in blocks:
            for line in [content] if kind == "paragraph" else content:
                with solara.Div(classes=["co-line"]):
                    if kind == "list":
                        solara.Text("• ")
                    for words, strong in line:
                        solara.Text(words, style={"font-weight": "600"} if strong else {})


@solara.component
def Prediction(walk, set_walk, lang) -> None:
    """Choose and commit an answer; a committed answer cannot be changed."""
    step, committed = walk.step, walk.predicted.get(walk.at)
    names = [getattr(choice, lang) for choice in step.choice]
    chosen, set_chosen = solara.use_state(None)
    solara.use_effect(lambda: set_chosen(None), [walk.at])
    if committed is not None:
        solara.Text(translate(lang, "lesson.committed", choice=names[committed]))
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
        on_click=lambda: set_walk(progress.predict(walk, chosen)),
        disabled=chosen is None,
        outlined=True,
        classes=["co-commit"],
    )
    solara.Text(translate(lang, "lesson.commit.about"), classes=["co-quiet"])


@solara.component
def Outcomes(walk, lang) -> None:
    """Show each prediction about these runs, and whether it was right."""
    with solara.Column(gap="2px"):
        for at, mine, truth in progress.outcomes(walk):
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
def Game(walk, set_walk, lang) -> None:
    """Spend a budget on a design, which is scored on random seeds that were not used before."""
    step = walk.step
    design, set_design = solara.use_state({})
    asked_design, set_asked_design = solara.use_state(None)
    scoring = solara.lab.use_task(
        lambda: score(step, asked_design),
        dependencies=[str(asked_design)],
        prefer_threaded=True,
        raise_error=False,
    )
    spent = lesson_runs.price(step.option, design)

    def apply() -> None:
        if scoring.finished and scoring.value and scoring.value[0] == asked_design:
            result = scoring.value
            set_walk(lambda now: progress.record_score(now, *result) if now and now.step is step else now)
            set_asked_design(None)

    solara.use_effect(apply, [scoring.finished, str(asked_design)])
    for option in step.option:
        with solara.Row(gap="8px", style={"align-items": "center"}):
            count = design.get(option.name, 0)
            solara.Button(
                "−",
                small=True,
                disabled=count == 0,
                on_click=lambda option=option, count=count: set_design({**design, option.name: count - 1}),
            )
            solara.Text(str(count))
            solara.Button(
                "+",
                small=True,
                disabled=count == option.most,
                on_click=lambda option=option, count=count: set_design({**design, option.name: count + 1}),
            )
            solara.Text(
                f"{getattr(option, lang)} ({translate(lang, 'game.price', price=f'{option.price:,.0f}')})"
            )
    solara.Text(
        translate(lang, "game.budget", spent=f"{spent:,.0f}", budget=f"{step.budget:,.0f}"),
        classes=["co-title"],
    )
    if spent > step.budget:
        solara.Text(translate(lang, "game.over", over=f"{spent - step.budget:,.0f}"))
    solara.Button(
        translate(lang, "game.score"),
        on_click=lambda: set_asked_design(dict(design)),
        disabled=spent > step.budget or asked_design is not None,
        outlined=True,
        classes=["co-score"],
    )
    solara.ProgressLinear(asked_design is not None)
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


def score(step: Score, design: dict | None) -> tuple[dict, dict] | None:
    """Return the design and its score on new random seeds; None if no design is given."""
    if design is None:
        return None
    return design, lesson_runs.score_design(
        step.scenario(), step.option, design, step.measure, step.replicates, step.seed
    )
