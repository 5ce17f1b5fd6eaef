"""Decide between arms in yuan, and say what it would be worth to know more before deciding.

The net benefit of an arm in a world is what its measure is worth, less its cost: yuan spent, and all hours at
the shadow wage of the case. The value of knowing a number is shown beside its noise floor, because a world
draws hundreds of numbers, and some seem worth knowing by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers
from ...engine.texts import translate
from ...engine.texts.errors import UserError
from ..statistics.information_value import partial_information, perfect_information, pilot_information
from ..statistics.plausible_effects import describe_choices
from .carriers import CANDIDATES, FLOOR, SHUFFLES, centred_ranks, tabulate
from .weighing import Robustness

NAMED = 3  # numbers that are named
REPEATS = 20  # draws of a pilot's noise, over which its value is averaged


@dataclass
class Decision:
    """The choice between the arms of a sweep over plausible worlds, in yuan."""

    weighed: Robustness
    worth: float  # yuan that one unit of the measure is worth
    pilot_share: float  # of the homes in which a pilot tries an arm
    pilot_days: int

    @cached_property
    def benefit(self) -> pd.DataFrame:
        """The net benefit against the reference in yuan: (worlds, arms), where every arm has a value.

        What no arm changes says nothing about the choice, and is left out by the difference.
        """
        weighed = self.weighed
        wage = weighed.results.plan.cases[weighed.case].volunteers.shadow_wage_yuan
        cost = weighed.by_world("yuan") + wage * weighed.by_world("hours")
        sign = -1.0 if weighed.smaller else 1.0
        benefit = (sign * self.worth * weighed.values - cost).dropna()
        return benefit.sub(benefit[weighed.reference], axis=0)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per arm: mean net benefit, regret, most_regret, best, in yuan; the best first."""
        table = describe_choices(self.benefit).drop(columns="good_enough")
        return table.sort_values("mean", ascending=False, kind="stable")

    @cached_property
    def everything(self) -> float:
        """The expected value of knowing everything before choosing, in yuan."""
        return perfect_information(self.benefit.to_numpy())

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """The value of knowing one number: path -> value, floor (of noise), in yuan; the highest first."""
        paths, table = tabulate(self.weighed.numbers_in(self.benefit.index))
        ranks, benefit = centred_ranks(table), self.benefit.to_numpy()
        draw = RandomNumbers("value of numbers")
        floors = [
            max(values_of(ranks, benefit[np.argsort(draw("shuffle", np.arange(len(table)), n))]).values())
            for n in range(SHUFFLES)
        ]
        floor = max(0.0, float(np.quantile(floors, FLOOR)))
        values = values_of(ranks, benefit)
        found = {paths[i]: [value, floor] for i, value in sorted(values.items(), key=lambda item: -item[1])}
        return pd.DataFrame.from_dict(found, orient="index", columns=["value", "floor"]).rename_axis("path")

    @cached_property
    def pilots(self) -> pd.DataFrame:
        """The value of a pilot of each arm, in yuan: arm -> value, noise (of its result, in the measure).

        A pilot measures the arm's effect as often as luck allows: its noise is that of one run, larger by the
        square root of how much smaller and shorter it is. Raises UserError with one luck per world, because
        luck cannot be told from what nobody knows.
        """
        weighed = self.weighed
        if weighed.lucks < 2:
            raise UserError(
                "the value of a pilot needs to know how much is luck: sweep with two or more lucks per world "
                "(--lucks 2)"
            )
        days = weighed.results.plan.cases[weighed.case].days
        size = self.pilot_share * min(1.0, self.pilot_days / days)
        draw = RandomNumbers("pilot")
        rows = {}
        for arm in weighed.effects:
            effect = weighed.effects.loc[self.benefit.index, arm].to_numpy()
            noise = float(np.sqrt(self.variance_of_luck(arm) / size))
            values = [
                pilot_information(self.benefit.to_numpy(), effect, noise, normal(draw, arm, len(effect), n))
                for n in range(REPEATS)
            ]
            rows[arm] = [float(np.mean(values)), noise]
        return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "noise"]).rename_axis("arm")

    def variance_of_luck(self, arm: str) -> float:
        """Return the variance of an arm's effect between lucks of the same world."""
        wide = self.weighed.runs.pivot(index="replicate", columns="arm", values=self.weighed.measure)
        effect = (wide[arm] - wide[self.weighed.reference]).dropna()
        return float(effect.groupby(effect.index // self.weighed.lucks).var(ddof=1).mean())

    def sentences(self, lang: str = "en") -> Iterator[str]:
        """Yield what to choose, what knowing everything or a number is worth, and what a pilot is."""
        first, reference = self.table.index[0], self.weighed.reference
        row = self.table.loc[first]
        yield translate(
            lang,
            "decide",
            "keep" if first == reference else "choose",
            arm=first,
            mean=f"{row['mean']:+,.0f}",
            reference=reference,
            best=f"{row['best']:.0%}",
            regret=f"{row['regret']:,.0f}",
        )
        yield translate(lang, "decide", "everything", value=f"{self.everything:,.0f}")
        known = self.numbers[self.numbers["value"] > self.numbers["floor"]]
        if len(known):
            names = ", ".join(f"{path} ({value:,.0f})" for path, value in known["value"].head(NAMED).items())
            yield translate(lang, "decide", "numbers", names=names, floor=f"{known['floor'].iloc[0]:,.0f}")
        else:
            yield translate(lang, "decide", "no number", floor=f"{self.numbers['floor'].max():,.0f}")
        if self.weighed.lucks < 2:
            yield translate(lang, "decide", "no pilot")
            return
        for arm, pilot in self.pilots.iterrows():
            yield translate(
                lang,
                "decide",
                "pilot",
                arm=arm,
                share=f"{100 * self.pilot_share:.3g} %",
                days=self.pilot_days,
                value=f"{max(pilot['value'], 0.0):,.0f}",
            )


def values_of(ranks: np.ndarray, benefit: np.ndarray) -> dict[int, float]:
    """Return the value of each of the CANDIDATES that correlate most with the choice: column -> yuan.

    `ranks` (worlds, numbers) are `centred_ranks`; `benefit` is (worlds, arms).
    """
    first, second = np.argsort(-benefit.mean(axis=0), kind="stable")[:2]
    gain = benefit[:, [first]] - benefit[:, [second]]
    if not np.ptp(gain) > 0.0:
        return {0: 0.0}
    correlation = centred_ranks(gain)[:, 0] @ ranks
    chosen = np.argsort(-np.abs(correlation), kind="stable")[:CANDIDATES]
    return {int(i): partial_information(benefit, ranks[:, i]) for i in chosen}


def normal(draw: RandomNumbers, arm: str, n: int, step: int) -> np.ndarray:
    """Return `n` standard normal draws for one repetition of a pilot of an arm (Box & Muller 1958)."""
    u, v = (np.clip(draw(f"{what} {arm}", np.arange(n), step), 1e-12, 1.0) for what in ("u", "v"))
    return np.sqrt(-2.0 * np.log(u)) * np.cos(2.0 * np.pi * v)
