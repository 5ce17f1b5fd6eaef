"""What planted defects (tests/mutants.py) showed that no other test saw."""

from dataclasses import replace

from test_invariants import Story, needs
from worlds import STORM, governed

from cogov.experiments.film import filmed
from cogov.model import mechanisms
from cogov.model.issues import AROSE, MONEY, ON_THE_SPOT, PAID, SECONDED, STATES, WHAT, WORK


def test_a_film_shows_every_state_on_the_way_and_not_only_the_last():
    """Told again line by line, as the history of the run is: each event leads to the state that it led to."""
    scenario = replace(governed(STORM, *mechanisms.names()), days=150)
    film = filmed(scenario, 1)
    first, lists, run = film.arrays["issue_first"], list(scenario.issues.values()), film.run
    seen = set()
    for n, issue in enumerate(run.issues):
        lines = run.history[(run.history["issue"] == issue["id"]) & (run.history["what"] != SECONDED)]
        shown = film.arrays["event_state"][first[n] : first[n + 1]]
        story, states = Story(int(issue["born"])), []
        for line in lines:
            if line["what"] != AROSE:
                story.goes_on(line, needs(issue, lists[issue["category"]]))
            states.append(int(WORK if line["what"] == ON_THE_SPOT else story.state))  # begun, and done the same day
        assert [STATES[state] for state in shown] == [STATES[state] for state in states], [WHAT[what] for what in lines["what"]]
        seen |= set(states)
    assert MONEY in seen and (run.history["what"] == PAID).any()
