"""Details of a picked place: its residents, its issues, and the story of one issue on both sides."""

import numpy as np
import solara
from reacton import ipyvuetify as rv

from ...experiments.narrative.divergence import issue_path
from ...experiments.narrative.recording import Recording
from ...model.issues.issue_table import RESOLVED
from ..i18n import words
from ..i18n.words import translate
from ..text import stories
from . import page_state
from .homes import homes
from .input_widgets import Choice


@solara.component
def Inside(state, shown, day, picked, issue, set_issue) -> None:
    """Show the residents and issues of the picked place, and the story of one issue on both sides."""
    lang, comma = state.lang, translate(state.lang, "story.comma")
    with solara.Card(margin=0, classes=["co-card", "co-inside"]):
        if not picked:
            solara.Text(translate(lang, "look"))
            return
        title = label_building(state, shown.films[0], picked["building"])
        with solara.ColumnsResponsive(12, medium=[4, 8]):
            scrolls = {"tabindex": "0", "role": "group", "aria-label": title}
            with rv.Html(tag="div", class_="co-people", attributes=scrolls):
                solara.Text(title, classes=["co-title"])
                for home in homes(state, picked["building"], picked.get("flat", -1)):
                    description = comma.join(
                        translate(lang, name)
                        for name in ("owner" if home.owner else "tenant", *(["away"] if home.away else ()))
                    )
                    flat = translate(lang, "flat", f=home.flat, floor=home.floor)
                    solara.Text(
                        f"{flat}{translate(lang, 'story.colon')}{description}",
                        classes=["co-quiet"],
                    )
                    for band, traits, ties in home.people:
                        traits_text = comma.join(
                            translate(lang, name) for name in (("child", "adult", "elder")[band], *traits)
                        )
                        knows = translate(lang, "knows", n=ties)
                        solara.Text(
                            f"· {traits_text}{translate(lang, 'story.semicolon')}{knows}",
                            classes=["co-quiet"],
                        )
                solara.Text(translate(lang, "made up"), classes=["co-quiet"])
            with solara.Column(gap="4px"):
                if not picked.get("ids"):
                    solara.Text(translate(lang, "no issues"))
                    return
                open_ids = [i for i in picked["ids"] if still_open(shown, i, day)]
                names = {
                    i: label_issue(state, shown, i)
                    for i in (*open_ids, *(i for i in picked["ids"] if i not in open_ids))
                }
                label = translate(
                    lang, "issues here", open=len(open_ids), settled=len(names) - len(open_ids), day=day
                )
                Choice("issue", issue, names, set_issue, lang, label)
                story = shown.story(int(issue)) if issue else None
                if story:
                    with solara.Columns([1, 1]):
                        for side, arm in zip(page_state.SIDES, story.arms):
                            with solara.Column(gap="0px", classes=["co-story"]):
                                solara.Text(translate(lang, side), classes=["co-title"])
                                if (
                                    side == "right"
                                    and len({row["arose_day"] for row in rows_of(shown, issue)}) > 1
                                ):
                                    solara.Text(translate(lang, "another day"), classes=["co-quiet"])
                                for line in stories.tell_arm(arm, story, lang):
                                    solara.Text(line)


def label_issue(state, shown: page_state.SimulatedSides, issue_id: str) -> str:
    """Return the label of an issue: its kind, and the day on which it arose."""
    _, category, _ = issue_path(int(issue_id), shown.scenarios[0]).split("/")
    lang = state.lang
    return translate(
        lang,
        "issue",
        kind=words.category(lang, category, page_state.read_case(state.case)),
        born=min(row["arose_day"] for row in rows_of(shown, issue_id)),
    )


def rows_of(shown: page_state.SimulatedSides, issue_id: str) -> list:
    """Return the rows of an issue in the issue logs of the sides on which it arose."""
    places = (
        (recording.run.issues, np.searchsorted(recording.run.issues["id"], int(issue_id)))
        for recording in shown.films
    )
    return [issues[row] for issues, row in places if row < len(issues) and issues[row]["id"] == int(issue_id)]


def still_open(shown: page_state.SimulatedSides, issue_id: str, day: int) -> bool:
    """Return whether an issue is open on a day, on either side."""
    for arrays in (recording.arrays for recording in shown.films):
        row = np.searchsorted(arrays["issue_id"], int(issue_id))
        if row < len(arrays["issue_id"]) and arrays["issue_id"][row] == int(issue_id):
            first, last = arrays["issue_first"][row : row + 2]
            history = arrays["event_state"][first:last][arrays["event_day"][first:last] <= day]
            if len(history) and history[-1] < RESOLVED:
                return True
    return False


def label_building(state, recording: Recording, b: int) -> str:
    """Return the name of a building: compound, number in the compound, and number in the community."""
    compound = recording.arrays["building_compound"]
    lang, scenario = state.lang, page_state.read_case(state.case)
    name = words.compound(lang, recording.header["compounds"][compound[b]], scenario)
    return translate(lang, "building", compound=name, n=b - int(np.argmax(compound == compound[b])) + 1, b=b)
