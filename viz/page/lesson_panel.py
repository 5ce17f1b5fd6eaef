"""The card of a lesson's step: its text, predictions, measured results, and the game."""

from collections.abc import Callable
from dataclasses import dataclass

import solara
import solara.lab

from ...experiments.narrative import lesson_runs
from ..i18n.words import translate
from ..lessons import pictures, progress
from ..lessons.reader import blocks, measures_wanted
from ..lessons.steps import Lesson as LessonFile
from ..lessons.steps import PlayStep, Predict, Result, Score, Twist
from .page_state import PAIRS

KINDS = {Predict: "lesson.predict", Result: "lesson.result", Twist: "lesson.twist"}


@dataclass(frozen=True)
class Around:
    """What the card of a step needs of the room around it."""

    labels: tuple[str, str]  # of the two sides
    playing: bool
    play: Callable[[], None]  # play the step's days, or pause
    go_on: Callable[[], None]  # leave with the two sides of the lesson
    leave: Callable[[], None]
    commit: Callable[[int], None] | None  # take a prediction; None: this page makes none
    signed: tuple = ()  # of each side: the day on which each home signed, see lesson_films
    days: int = 1  # of the recordings
    led: bool = False  # the teacher leads: no buttons for next and back
    open: bool = True  # results may be seen


@solara.component
def Press(text, on_click, classes=(), disabled=False, attributes=None):
    """Show a plain button."""
    given = {"type": "button", **(attributes or {})} | ({"disabled": "disabled"} if disabled else {})
    button = solara.v.Html(
        tag="button", class_=" ".join(("co-press", *classes)), attributes=given, children=[text]
    )
    solara.v.use_event(button, "click", lambda *_: None if disabled else on_click())


def Words(tag, text, classes=()):
    """Show a text as what it is: markup in it stays text."""
    return solara.v.Html(tag=tag, class_=" ".join(classes), children=[text])


@solara.component
def Lesson(walk, set_walk, lang, around) -> None:
    """Show one step of a lesson."""
    lesson, step = walk.lesson, walk.step
    pending = use_facts(walk, set_walk)
    missing = progress.missing_input(walk)
    with solara.Div(classes=["co-step"]):
        heading = translate(lang, "lesson.step", n=walk.at + 1, of=len(lesson.steps))
        kind = translate(lang, KINDS[type(step)]) if type(step) in KINDS else ""
        Words("p", f"{heading} · {kind}" if kind else heading, ["co-quiet-line"])
        if isinstance(step, Result) and not around.open:
            Words("p", translate(lang, "lesson.waits.release"), ["co-waits"])
        else:
            Content(walk, set_walk, lang, around)
        waits = missing and (pending if missing == "facts" else not around.led)
        # always there, so that what follows keeps its place and its tag
        Words("p", translate(lang, f"lesson.waits.{missing}") if waits else "", ["co-waits"])
        if walk.last:
            with solara.Div(classes=["co-reference"]):
                Words("h2", translate(lang, "lesson.reference"))
                Blocks(blocks(getattr(lesson.reference, lang)))
        Buttons(walk, set_walk, lang, around)


@solara.component
def Content(walk, set_walk, lang, around) -> None:
    """Show what a step has to say and to ask."""
    step = walk.step
    if isinstance(step, Result):
        Numbers(walk, lang, around)
        Outcomes(walk, lang)
    Blocks(
        progress.step_text(walk, lang) or [("paragraph", [(translate(lang, "lesson.waits.facts"), False)])]
    )
    if isinstance(step, Result):
        Trust(walk, lang)
    if isinstance(step, Predict) and around.commit:
        Prediction(walk, lang, around.commit)
    if isinstance(step, PlayStep) and not step.to == step.begin > 0:
        Press(
            translate(lang, "lesson.pause" if around.playing else "lesson.watch"),
            around.play,
            ["co-main", "co-watch"],
        )
    if isinstance(step, Score):
        Game(walk, set_walk, lang)


@solara.component
def Buttons(walk, set_walk, lang, around) -> None:
    """Show the buttons below a step."""
    missing = bool(progress.missing_input(walk))

    def go(move: Callable) -> None:
        """Go back or forward from the step that is shown; a second click on a slow page does nothing."""
        set_walk(lambda now: move(now) if now and now.at == walk.at else now)

    with solara.Div(classes=["co-buttons"]):
        if not around.led:
            Press(
                translate(lang, "lesson.previous"),
                lambda: go(progress.back),
                ["co-back"],
                walk.at == 0,
            )
        if walk.last:
            Press(translate(lang, "lesson.finish"), around.go_on, ["co-main", "co-finish"], missing)
            Press(translate(lang, "lesson.others"), around.leave)
        elif not around.led:
            Press(
                translate(lang, "lesson.next"),
                lambda: go(progress.forward),
                ["co-main", "co-next"],
                missing,
            )


def use_facts(walk, set_walk) -> bool:
    """Measure the results of the latest setup, and record them; return whether that is still under way."""
    lesson, at = walk.lesson, progress.setup_of(walk)
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
    return measured.pending


def measure(lesson: LessonFile, at: int) -> tuple[int, dict]:
    """Simulate the setup of step `at`; return `at` and the measured facts, {} if nothing is to measure.

    A whole class asks for the same, so the pairs are kept for all visitors.
    """
    wanted = measures_wanted(lesson, at) if at >= 0 else ()
    if not wanted:
        return at, {}
    setup = lesson.steps[at]
    arms = setup.arms()
    pairs = [
        PAIRS.get(
            ("lesson", lesson.name, at, number),
            lambda number=number: lesson_runs.simulate_pair(arms, wanted, setup.seed, number),
        )
        for number in range(setup.replicates)
    ]
    return at, lesson_runs.compare_pairs(pairs, wanted)


@solara.component
def Blocks(parts) -> None:
    """Show paragraphs and lists."""
    with solara.Div(classes=["co-text"]):
        for kind, content in parts:
            for line in [content] if kind == "paragraph" else content:
                with solara.Div(classes=["co-line", f"co-{kind}"]):
                    for words, strong in line:
                        solara.Text(words, style={"font-weight": "700"} if strong else {})


@solara.component
def Prediction(walk, lang, commit) -> None:
    """Choose and commit an answer; a committed answer cannot be changed."""
    step, committed = walk.step, walk.predicted.get(walk.at)
    names = [getattr(choice, lang) for choice in step.choice]
    marked, mark = solara.use_state((-1, None))  # (step, choice)
    chosen = marked[1] if marked[0] == walk.at else None
    if committed is not None:
        Words("p", translate(lang, "lesson.committed", choice=names[committed]), ["co-said"])
        return
    with solara.v.Html(tag="div", class_="co-choices", attributes={"role": "radiogroup"}):
        for n, name in enumerate(names):
            Press(
                name,
                lambda n=n: mark((walk.at, n)),
                ["co-choice"],
                attributes={"role": "radio", "aria-checked": "true" if chosen == n else "false"},
            )
    Press(translate(lang, "lesson.commit"), lambda: commit(chosen), ["co-main", "co-commit"], chosen is None)
    Words("p", translate(lang, "lesson.commit.about"), ["co-quiet-line"])


@solara.component
def Outcomes(walk, lang) -> None:
    """Compare the predictions with the measured results."""
    for n, mine, right in progress.outcomes(walk):
        step = walk.lesson.steps[n]
        choices = [getattr(choice, lang) for choice in step.choice]
        if right < 0:
            text = translate(lang, "lesson.none")
        elif mine == right:
            text = translate(lang, "lesson.right", choice=choices[right])
        else:
            text = translate(lang, "lesson.wrong", mine=choices[mine], choice=choices[right])
        Words("p", text, ["co-outcome", "co-hit" if mine == right else "co-miss"])


@solara.component
def Trust(walk, lang) -> None:
    """Say in how many plausible worlds each answer holds."""
    for n in progress.questions_of(walk.lesson, progress.setup_of(walk)):
        step = walk.lesson.steps[n]
        if step.holds >= 0:
            answer = getattr(step.choice[step.answer - 1], lang)
            text = translate(lang, "lesson.holds", n=step.holds, choice=answer)
            Words("p", text, ["co-quiet-line", "co-holds"])


@solara.component
def Numbers(walk, lang, around) -> None:
    """Show the measured numbers of a result in large digits, and the first as a picture."""
    facts, step = walk.facts.get(progress.setup_of(walk)), walk.step
    if not facts:
        return
    for n, number in enumerate(step.number):
        drawn = n == 0 and step.picture == "bars"
        solara.HTML(
            "div",
            pictures.large_numbers(number, facts, around.labels, lang, drawn),
            classes=["co-result"],
        )
        if n == 0 and step.picture == "dots":
            solara.HTML("div", pictures.dots(facts[number.measure], lang))
        if n == 0 and step.picture == "doors" and around.signed:
            solara.HTML("div", pictures.doors(around.signed, around.days, around.labels, lang))


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
    solara.HTML("div", pictures.budget_bar(spent, step.budget, lang), classes=["co-budget"])
    with solara.Div(classes=["co-shop"]):
        for option in step.option:
            Purchase(
                option,
                design.get(option.name, 0),
                lambda count, option=option: set_design(
                    {name: n for name, n in {**design, option.name: count}.items() if n}
                ),
                lang,
            )
    Press(
        translate(lang, "game.scoring" if asked_design is not None else "game.score"),
        lambda: set_asked_design(dict(design)),
        ["co-main", "co-score"],
        spent > step.budget or asked_design is not None,
    )
    tries = walk.scores.get(walk.at, [])
    solara.HTML("div", pictures.table_of_tries(step, tries, lang), classes=["co-tries"])


@solara.component
def Purchase(option, count, buy, lang) -> None:
    """Show one line of the shop: a box to tick where at most one can be bought, else fewer and more."""
    name = getattr(option, lang)
    with solara.Div(classes=["co-option"]):
        if option.most == 1:
            Press(
                name,
                lambda: buy(0 if count else 1),
                ["co-tick"],
                attributes={"role": "checkbox", "aria-checked": "true" if count else "false"},
            )
        else:
            with solara.Div(classes=["co-many"]):
                fewer, more = (translate(lang, key, name=name) for key in ("game.fewer", "game.more"))
                Press("−", lambda: buy(count - 1), ["co-count"], count == 0, {"aria-label": fewer})
                Words("b", str(count))
                Press("+", lambda: buy(count + 1), ["co-count"], count == option.most, {"aria-label": more})
                solara.Text(name)
        solara.Text(translate(lang, "game.price", price=f"{option.price:,.0f}"), classes=["co-price"])


def score(step: Score, design: dict | None) -> tuple[dict, dict] | None:
    """Return the design and its score on new random seeds; None if no design is given."""
    if design is None:
        return None
    return design, lesson_runs.score_design(
        step.scenario(), step.option, design, step.measure, step.replicates, step.seed
    )


@solara.component
def Board(seat, walk, lang, news) -> None:
    """Show the teacher who is there, what the class predicts, and what leads it; drawn again with `news`."""
    at, questions = walk.at, progress.questions_of(walk.lesson, progress.setup_of(walk))
    asked = [n for n in questions if n <= at]
    with solara.Div(classes=["co-board"]):
        with solara.Div(classes=["co-board-line"]):
            Words("strong", translate(lang, "class.here", n=seat.room.count()), ["co-here"])
            if isinstance(walk.step, Predict):
                said = sum(seat.room.votes(asked[-1], walk.lesson.steps[asked[-1]]))
                Words("span", translate(lang, "class.said", n=said), ["co-said-count"])
            with solara.Div(classes=["co-buttons"]):
                Press(translate(lang, "class.back"), lambda: seat.steer(-1), ["co-class-back"], at == 0)
                if isinstance(walk.step, Result):
                    Press(
                        translate(lang, "class.release"),
                        seat.release,
                        ["co-main", "co-release"],
                        seat.is_open(at),
                    )
                Press(
                    translate(lang, "class.next"),
                    lambda: seat.steer(1),
                    ["co-main", "co-class-next"],
                    walk.last,
                )
        if isinstance(walk.step, (Predict, Result)):
            for n in asked if isinstance(walk.step, Result) else asked[-1:]:
                question = walk.lesson.steps[n]
                facts = walk.facts.get(progress.setup_of(walk), {}) if seat.is_open(at) else {}
                right = progress.right_choice(question, facts[question.measure]) if facts else -1
                Words("p", getattr(question.question, lang), ["co-asked"])
                names = [getattr(choice, lang) for choice in question.choice]
                solara.HTML("div", pictures.votes(names, seat.room.votes(n, question), right))
