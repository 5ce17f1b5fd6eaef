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
    'name = "screen"\ndays = 30\nreplicates = 2\n'
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
"""
)

BEST = (
    WORLDS.replace('name = "worlds"', 'name = "best"')
    .replace('evening"', 'evening"\nrange = [0.05, 0.2]')
    .replace('name = "without"', 'name = "patrol"\non = ["grid_patrol"]')
)
