"""Planted defects of answers over plausible worlds."""

from .declaration import mutant

WORLDS = "experiments/evidence/test_plausible_worlds.py"
EFFECTS = "experiments/statistics/test_plausible_effects.py"
WEIGHING = "experiments/robustness/test_weighing.py"
DECIDING = "experiments/robustness/test_deciding.py"
INFORMATION = "experiments/statistics/test_information_value.py"
MUTANTS = [
    mutant(
        "every world is the first",
        "experiments/evidence/plausible_worlds.py",
        'RandomNumbers("plausible", worlds.seed, world)',
        'RandomNumbers("plausible", worlds.seed, 0)',
        f"{WORLDS}::test_arms_of_one_world_share_every_number",
        plain=True,
    ),
    mutant(
        "the same member of the ensemble comes in every world",
        "experiments/evidence/plausible_worlds.py",
        "members()[order[(world + attempt) % len(order)]]",
        "members()[order[attempt % len(order)]]",
        f"{WORLDS}::test_fitted_numbers_come_from_a_member_of_the_ensemble_except_where_the_case_sets_its_own",
        plain=True,
    ),
    mutant(
        "a number that a user sets is drawn",
        "experiments/evidence/plausible_worlds.py",
        "told_by(worlds.scenario) | worlds.fixed",
        "told_by(worlds.scenario)",
        f"{WORLDS}::test_what_a_case_tells_and_what_a_user_sets_is_not_drawn",
        plain=True,
    ),
    mutant(
        "a world that contradicts itself is not drawn again",
        "experiments/evidence/plausible_worlds.py",
        "            problem = error",
        "            raise",
        f"{WORLDS}::test_a_world_that_contradicts_itself_is_drawn_again_and_said_so_if_none_is_left",
        plain=True,
    ),
    mutant(
        "each luck is in a world of its own",
        "experiments/sweep/worker.py",
        "order.replicate // self.lucks",
        "order.replicate",
        f"{WEIGHING}::test_lucks_share_the_numbers_of_their_world",
        plain=True,
    ),
    mutant(
        "the key of a run does not know of worlds",
        "experiments/sweep/sweep.py",
        "        if self.worlds:",
        "        if False:",
        f"{WEIGHING}::test_the_key_of_a_run_depends_on_its_world",
        plain=True,
    ),
    mutant(
        "the range over worlds is that of the middle half",
        "experiments/statistics/plausible_effects.py",
        "RANGES = (0.05, 0.25, 0.5, 0.75, 0.95)",
        "RANGES = (0.25, 0.25, 0.5, 0.75, 0.75)",
        f"{EFFECTS}::test_a_range_holds_half_and_nine_tenths_of_the_worlds",
        plain=True,
    ),
    mutant(
        "regret is against the best choice on average",
        "experiments/statistics/plausible_effects.py",
        "gain.rsub(gain.max(axis=1), axis=0)",
        "gain.mean().max() - gain",
        f"{EFFECTS}::test_regret_is_what_the_best_choice_of_the_same_world_has_more",
        plain=True,
    ),
    mutant(
        "less is never better",
        "experiments/statistics/plausible_effects.py",
        "gain = -d if smaller else d\n",
        "gain = d\n",
        f"{EFFECTS}::test_a_range_holds_half_and_nine_tenths_of_the_worlds",
        plain=True,
    ),
    mutant(
        "the noise floor is the mean of shuffles",
        "experiments/robustness/carriers.py",
        "float(np.quantile(floors, FLOOR))",
        "0.5 * float(np.mean(floors))",
        f"{WEIGHING}::test_the_number_that_carries_an_effect_is_found_and_noise_is_not",
        plain=True,
    ),
    mutant(
        "a report does not say that its intervals hold luck alone",
        "viz/world_section.py",
        '        yield "", LUCK_ONLY\n',
        "",
        f"{WEIGHING}::test_a_report_says_what_its_intervals_hold_and_what_the_worlds_say",
        plain=True,
    ),
    mutant(
        "noise is worth something, because a regression is judged where it was fitted",
        "experiments/statistics/information_value.py",
        "for fit, predict in ((half, ~half), (~half, half)):",
        "for fit, predict in ((half, half), (~half, ~half)):",
        f"{INFORMATION}::test_chance_in_few_worlds_is_not_taken_for_information",
        plain=True,
    ),
    mutant(
        "a number acts along a straight line only",
        "experiments/statistics/information_value.py",
        "if low < middle < high:",
        "if False:",
        f"{INFORMATION}::test_a_curved_effect_of_a_number_is_found",
        plain=True,
    ),
    mutant(
        "hours cost nothing in a decision",
        "experiments/robustness/deciding.py",
        ' + wage * weighed.by_world("hours")',
        "",
        f"{DECIDING}::test_the_benefit_is_what_the_measure_is_worth_less_yuan_and_hours_at_the_shadow_wage",
        plain=True,
    ),
    mutant(
        "a pilot in half of the homes has the noise of half of a run",
        "experiments/robustness/deciding.py",
        "self.variance_of_luck(arm) / size)",
        "self.variance_of_luck(arm)) / size",
        f"{DECIDING}::test_a_larger_pilot_has_less_noise_and_luck_is_that_between_lucks_of_a_world",
        plain=True,
    ),
    mutant(
        "a comparison in worlds has another luck in each arm",
        "experiments/comparison/plausible_pairs.py",
        "arm.name, worlds.seed, world)",
        "arm.name, worlds.seed, world + 1000 * len(arm.mechanisms))",
        "experiments/comparison/test_compare.py::test_strength_zero_differs_in_nothing",
        plain=True,
    ),
    mutant(
        "the effects of single mechanisms forget the worlds",
        "experiments/comparison/effects.py",
        "worlds.apply(plain, number) if worlds else plain",
        "plain",
        "experiments/comparison/test_effects.py::"
        "test_over_plausible_worlds_every_effect_has_a_range_and_a_share_of_worlds_with_its_sign",
        plain=True,
    ),
]
