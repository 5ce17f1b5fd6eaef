"""A seed is a whole number; anything that only looks like one is refused, for it would be another seed."""

import inspect

import numba
import numpy as np
import pytest

import cogov
from cogov.engine.randomness import RandomNumbers, seed_of, whole_seed
from cogov.engine.texts.errors import UserError
from cogov.experiments.calibration.calibrate import calibrate
from cogov.experiments.city import city
from cogov.experiments.comparison import streaming_comparison
from cogov.experiments.exploration import scenario_discovery, search
from cogov.experiments.sweep.results import verify

WRONG = [
    1.0,
    np.float64(1.0),
    float("nan"),
    True,
    np.bool_(True),
    "1",
    None,
    [1],
    2**64,
    -(2**63) - 1,
    10**5000,
]
TAKERS = {
    name: one
    for name in cogov.__all__
    if name != "Community"
    and not isinstance(one := getattr(cogov, name), type)
    and "seed" in inspect.signature(one).parameters
}
TAKERS |= {
    "Experiment": cogov.Experiment,
    "City": city.City,
    "Pairs": streaming_comparison.StreamingComparison,
    "search": search.search,
    "calibrate": calibrate,
    "verify": verify,
    "discover": scenario_discovery.discover,
}


@pytest.mark.parametrize("seed", WRONG, ids=lambda seed: repr(type(seed)))
@pytest.mark.parametrize("taker", TAKERS)
def test_a_seed_that_is_no_whole_number_is_refused_before_anything_else(taker, seed):
    others = {
        name: {} if name == "objectives" else "wuzi_yard"
        for name, one in inspect.signature(TAKERS[taker]).parameters.items()
        if one.default is one.empty and name != "seed"
    }
    with pytest.raises(UserError, match="^seed "):
        TAKERS[taker](**others, seed=seed)


@pytest.mark.parametrize("one", [np.int64(1), np.uint8(1), np.int32(1)])
def test_a_whole_number_of_numpy_is_the_same_seed(one):
    assert (
        type(whole_seed(one)) is int
        and seed_of("run", one) == seed_of("run", 1)
        and RandomNumbers(one).seed == RandomNumbers(1).seed
    )
    assert cogov.Experiment(name="e", seed=one) == cogov.Experiment(name="e", seed=1)
    runs = [cogov.simulate("wuzi_yard", seed=seed, days=9) for seed in (one, 1, -1)]
    assert (
        runs[0].seed == 1
        and runs[0].issues.equals(runs[1].issues)
        and not runs[0].issues.equals(runs[2].issues)
    )


def test_what_is_hashed_is_a_name_or_a_whole_number():
    for wrong in (1.0, True, None):
        with pytest.raises(UserError, match="seed = "):
            seed_of("run", wrong)


def test_an_engine_that_is_not_compiled_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    with pytest.raises(UserError, match="NUMBA_DISABLE_JIT"):
        cogov.simulate("wuzi_yard", days=2)
