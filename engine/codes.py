"""Codes: named small whole numbers that columns contain. All packages above `engine` may import them.

None is written as a bare number elsewhere. Kernels take them as constants, so a change of a code
recompiles what uses it.
"""

CHILD, ADULT, ELDER = 0, 1, 2  # age bands: under 18, 18 to 59, 60 and over
NO_SKILL, REPAIR, CARE, LAW = 0, 1, 2, 3  # skills
TRUST_COMMITTEE, TRUST_COMPANY, TRUST_NEIGHBOURS = 0, 1, 2  # columns of `trust`: whom a resident trusts

# Standings, by which evenings are asked for; children are never asked.
STANDING_CHILD, STANDING_NEIGHBOUR, STANDING_VOLUNTEER = -1, 0, 1
STANDING_RETIRED_MEMBER, STANDING_IN_SERVICE_MEMBER = 2, 3
STANDINGS = 4  # without children

POOL_MEMBERS, POOL_VOLUNTEERS = 0, 1  # pools of evenings: party members give to one, all others to the other
# which desk has an issue; none takes in what nobody can do by working hours
DESK_COMMITTEE, DESK_COMPANY, DESK_DEPARTMENT, DESK_NONE = 0, 1, 2, 3
SCOPE_HOUSEHOLD, SCOPE_STAIRWELL, SCOPE_BUILDING, SCOPE_COMPOUND, SCOPE_STREET = range(
    5
)  # who can see an issue
NOT_MET, DOUBTS, SIGNED, OBJECTS = 0, 1, 2, 3  # the stance of a household towards the project under way
