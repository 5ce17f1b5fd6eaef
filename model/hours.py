"""Hours and money: who has them, who asks for them, and what is granted. Nothing is free."""

import numpy as np

from ..agents import grid_workers, residents
from .compiled import compiled
from .pull import POOLS

YUAN = "yuan"  # asked for beside hours; paid from the community's fund


def supply(world, scenario):
    """Hours each role has today and yuan the community may spend: role -> (compounds,) for property, else a number.

    Hands that mechanisms made available yesterday (`world.more`) are counted in; of the fund they may spend the share `thrift` a day.
    """
    weekend = world.day % 7 in (6, 0)
    members, volunteers = scenario.party_members.evening / 7, scenario.volunteers.evening / 7
    own = {
        "committee": scenario.committee.staff * scenario.committee.shift * (scenario.committee.weekend if weekend else 1.0),
        "grid": grid_workers.hours(scenario.grid_workers),
        "member": members * world.mood.pledged[residents.MEMBERS],
        "volunteer": volunteers * world.mood.pledged[residents.VOLUNTEERS],
        "captain": 0.0,
    }
    have = {role: hours + world.more[i] for i, (role, hours) in enumerate(own.items())}
    assert tuple(have) == POOLS
    return {"property": world.crews, **have, YUAN: max(0, int(world.funds[-1])) / 100 * scenario.committee.thrift}


def granted(supply, asks):
    """The share (compounds,) 0..1 of its wish that each mechanism gets; `asks` is name -> role -> hours or yuan.

    The share is that of the scarcest role asked for, so no granted hour waits for another; what is scarce is split in
    proportion to what was asked.
    """
    compounds = len(supply["property"])
    wanted, needs = {}, {}
    for name in sorted(asks):
        needs[name] = []
        for role, ask in asks[name].items():
            hours = ask if role == "property" else amount(ask)
            wanted[role] = wanted[role] + hours if role in wanted else hours
            if role == "property" or hours > 0.0:
                needs[name].append(role)
    enough = {role: supply[role] / hours if hours > supply[role] else 1.0 for role, hours in wanted.items() if role != "property"}
    if "property" in wanted:
        hours = wanted["property"]
        enough["property"] = np.where(hours > supply["property"], supply["property"] / np.maximum(hours, 1e-300), 1.0)
    shares = {}
    for name, roles in needs.items():
        shares[name] = np.full(compounds, min([1.0, *(enough[role] for role in roles if role != "property")]))
        if "property" in roles:
            shares[name] = np.where(asks[name]["property"] > 0, np.minimum(shares[name], enough["property"]), shares[name])
    return shares


def amount(ask):
    """All the hours of an ask: itself, or the sum over compounds."""
    return float(ask.sum()) if isinstance(ask, np.ndarray) else ask


@compiled
def spent(budget, place, want):
    """Hours spent on each issue, first come first served where it is.

    `budget` (places,) hours, `place` (k,) whose budget an issue draws on (-1: nobody's), `want` (k,) hours it can take.
    """
    left = budget.copy()
    out = np.zeros(len(want))
    for i in range(len(want)):
        if place[i] >= 0 and want[i] > 0.0:
            out[i] = min(want[i], left[place[i]])
            left[place[i]] -= out[i]
    return out
