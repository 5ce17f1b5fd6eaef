"""Small experiment files, one for each design that a reader uses."""

COMMON = """cases = ["wuzi_yard"]
off = ["party_volunteers", "consent_campaign", "incubation", "building_captains"]
keep = []
"""

WHOSE = (
    'name = "whose"\ndays = 30\nreplicates = 3\non = ["grid_patrol"]\n'
    'set = { "mechanisms.grid_patrol.strength" = 0.0 }\n'
    + COMMON
    + """
[estimand]
within = 10

[design]
kind = "factorial"
mechanisms = ["building_captains", "grid_patrol"]
"""
)

SCREEN = (
    'name = "screen"\ndays = 120\nreplicates = 2\n'
    + COMMON
    + """
[estimand]
within = 10

[design]
kind = "morris"
points = 4

[[factor]]
path = "mechanisms.building_captains"

[[factor]]
path = "mechanisms.whistle.strength" # the whistle is off

[[arm]]
name = "without"

[[arm]]
name = "with"
on = ["grid_patrol"]

[[arm]]
name = "$idle_"
on = ["mediation_room"]
set = { "committee.staff" = 0.4 }
"""
)

WORLDS = (
    'name = "worlds"\ndays = 20\nreplicates = 2\n'
    + COMMON
    + """
[estimand]
measure = "hours"
matters = 150

[design]
kind = "sobol"
points = 32

[[factor]]
path = "mechanisms.building_captains.captain_hours"

[[factor]]
path = "residents.trust_spread"

[[arm]]
name = "without"

[[arm]]
name = "captains"
on = ["building_captains"]
set = { "mechanisms.building_captains.in_post_share" = 1.0 }
"""
)


def replace_once(text, *pairs):
    """Replace each first string of a pair, which must occur once, so that a renamed parameter is noticed."""
    for old, new in pairs:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        text = text.replace(old, new)
    return text


BEST = replace_once(
    WORLDS,
    ('name = "worlds"', 'name = "best"'),
    ('captain_hours"', 'captain_hours"\nrange = [0.05, 0.16]'),
    ('name = "without"', 'name = "patrol"\non = ["grid_patrol"]'),
)
