"""Looking inside: who lives where the visitor clicked, what happened there, and each issue's story on both sides."""

import numpy as np
import solara

from ...experiments.narrative.divergence import issue_path as called
from ...model.issues.issue_table import RESOLVED
from ..i18n import words
from ..i18n.phrases import FRAME
from ..i18n.words import translate
from ..text import stories
from ..text.stories import say
from . import page_state as desks


@solara.component
def Inside(desk, shown, day, picked, issue, set_issue):
    """Who lives where the visitor looked, what happened there, and its story on both sides."""
    lang, comma = desk.lang, say(FRAME, "comma", desk.lang)
    with solara.Card(margin=0, classes=["co-card", "co-inside"]):
        if not picked:
            solara.Text(translate(lang, "look"))
            return
        with solara.ColumnsResponsive(12, medium=[4, 8]):
            with solara.Column(gap="4px", classes=["co-people"]):
                solara.Text(label_building(shown.films[0], picked["building"], lang), classes=["co-title"])
                for home in desks.homes(desk, picked["building"], picked.get("flat", -1)):
                    kind = comma.join(
                        translate(lang, name)
                        for name in ("owner" if home.owner else "tenant", *(["away"] if home.away else ()))
                    )
                    solara.Text(
                        f"{translate(lang, 'flat', f=home.flat, floor=home.floor)}{say(FRAME, 'colon', lang)}{kind}",
                        classes=["co-quiet"],
                    )
                    for band, traits, ties in home.people:
                        told = comma.join(
                            translate(lang, name) for name in (("child", "adult", "elder")[band], *traits)
                        )
                        solara.Text(
                            f"· {told}{say(FRAME, 'semicolon', lang)}{translate(lang, 'knows', n=ties)}",
                            classes=["co-quiet"],
                        )
                solara.Text(translate(lang, "made up"), classes=["co-quiet"])
            with solara.Column(gap="4px"):
                if not picked.get("ids"):
                    solara.Text(translate(lang, "no issues"))
                    return
                open_ = [i for i in picked["ids"] if still_open(shown, i, day)]
                names = {
                    i: label_issue(shown, i, lang)
                    for i in (*open_, *(i for i in picked["ids"] if i not in open_))
                }
                solara.Select(
                    translate(lang, "issues here", open=len(open_), settled=len(names) - len(open_), day=day),
                    value=names.get(issue),
                    values=list(names.values()),
                    on_value=lambda v: set_issue(next(i for i, n in names.items() if n == v)),
                )
                story = shown.story(int(issue)) if issue else None
                if story:
                    with solara.Columns([1, 1]):
                        for side, arm in zip(desks.SIDES, story.arms):
                            with solara.Column(gap="0px", classes=["co-story"]):
                                solara.Text(translate(lang, side), classes=["co-title"])
                                if (
                                    side == "right"
                                    and len({row["born"] for row in rows_of(shown, issue)}) > 1
                                ):
                                    solara.Text(translate(lang, "another day"), classes=["co-quiet"])
                                for line in stories.tell_arm(arm, story, lang):
                                    solara.Text(line)


def label_issue(shown, id_, lang):
    """An issue in a list: its kind, and since when."""
    _, category, _ = called(int(id_), shown.scenarios[0]).split("/")
    return translate(
        lang, "issue", kind=stories.kind(category, lang), born=min(row["born"] for row in rows_of(shown, id_))
    )


def rows_of(shown, id_):
    """The issue on the sides where it arose."""
    found = ((film.run.issues, np.searchsorted(film.run.issues["id"], int(id_))) for film in shown.films)
    return [issues[n] for issues, n in found if n < len(issues) and issues[n]["id"] == int(id_)]


def still_open(shown, id_, day):
    """Whether an issue is open on a day, on either side."""
    for arrays in (film.arrays for film in shown.films):
        n = np.searchsorted(arrays["issue_id"], int(id_))
        if n < len(arrays["issue_id"]) and arrays["issue_id"][n] == int(id_):
            first, last = arrays["issue_first"][n : n + 2]
            states = arrays["event_state"][first:last][arrays["event_day"][first:last] <= day]
            if len(states) and states[-1] < RESOLVED:
                return True
    return False


def label_building(film, b, lang):
    """A building as the town calls it, and its number in all of the community."""
    compound = film.arrays["building_compound"]
    name = words.compound(lang, film.header["compounds"][compound[b]])
    return translate(lang, "building", compound=name, n=b - int(np.argmax(compound == compound[b])) + 1, b=b)
