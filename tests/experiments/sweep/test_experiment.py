"""An experiment file is read as strictly as a case; a design's points are those that its name promises."""

import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.sweep.experiment import read_experiment
from cogov.model.mechanisms import list_mechanisms

HEAD = 'cases = ["wuzi_yard"]\nreplicates = 2\n'
STAFF = '[[factor]]\npath = "committee.staff"\n'


@pytest.fixture
def read_arms(tmp_path):
    """Return the arms of an experiment, from the text of its file."""

    def arms(text, head=HEAD):
        (tmp_path / "e.toml").write_text(head + text, encoding="utf-8")
        return read_experiment(tmp_path / "e.toml")[2]

    return arms


def values_of(arms, path="committee.staff"):
    return [arm.factors[path] for arm in arms]


def test_arms_are_those_that_are_named(read_arms):
    found = read_arms('[[arm]]\nname = "a"\n[[arm]]\non = ["grid_patrol"]\nset = { committee.staff = 3 }\n')
    assert [(arm.name, arm.on, arm.settings) for arm in found] == [
        ("a", (), {}),
        ("arm 1", ("grid_patrol",), {"committee.staff": 3}),
    ]


def test_every_case_has_every_arm(read_arms):
    found = read_arms('[[arm]]\nname = "a"\n', 'cases = ["wuzi_yard", "shuian"]\n')
    assert [(arm.case, arm.name) for arm in found] == [("wuzi_yard", "a"), ("shuian", "a")]


def test_a_grid_crosses_its_factors_ends_among_them(read_arms):
    found = read_arms(
        '[design]\nkind = "grid"\n'
        + STAFF
        + 'range = [1.0, 3.0]\nlevels = 5\n[[factor]]\npath = "committee.check_after_days"\nvalues = [3, 7]\n'
    )
    assert values_of(found) == [staff for staff in (1.0, 1.5, 2.0, 2.5, 3.0) for _ in range(2)]
    assert values_of(found, "committee.check_after_days") == [3, 7] * 5
    assert found[0].settings == {"committee.staff": 1.0, "committee.check_after_days": 3}


def test_whole_numbers_stay_whole(read_arms):
    found = read_arms(
        '[design]\nkind = "grid"\n[[factor]]\npath = "committee.check_after_days"\n'
        "range = [1, 4]\nlevels = 7\n"
    )
    assert values_of(found, "committee.check_after_days") == [1, 2, 3, 4] and all(
        type(v) is int for v in values_of(found, "committee.check_after_days")
    )


def test_in_the_logarithm_steps_are_ratios(read_arms):
    found = read_arms('[design]\nkind = "grid"\n' + STAFF + "range = [0.5, 8.0]\nlevels = 5\nlog = true\n")
    assert values_of(found) == pytest.approx([0.5, 1, 2, 4, 8])


def test_without_a_range_it_is_the_parameters_own(read_arms):
    assert values_of(read_arms('[design]\nkind = "grid"\n' + STAFF)) == [0.0, 250.0, 500.0]


def test_one_at_a_time_leaves_the_others_as_the_case_has_them(read_arms):
    found = read_arms(
        '[design]\nkind = "one_at_a_time"\nmechanisms = ["grid_patrol"]\n' + STAFF + "values = [1, 9]\n"
    )
    base = found[0].factors
    assert len(found) == 1 + 1 + 2 and all(
        sum(arm.factors[path] != base[path] for path in base) == 1 for arm in found[1:]
    )


def test_a_factorial_has_every_corner_once(read_arms):
    found = read_arms('[design]\nkind = "factorial"\nmechanisms = ["grid_patrol", "home_visits"]\n')
    assert [arm.name for arm in found] == ["none", "home_visits", "grid_patrol", "grid_patrol + home_visits"]
    assert [({*arm.on}, {*arm.off}) for arm in found][1] == ({"home_visits"}, {"grid_patrol"})


@pytest.mark.parametrize("kind", ["latin", "sobol"])
def test_sampled_points_fill_the_range_evenly_and_are_the_same_each_time(read_arms, kind):
    text = (
        f'[design]\nkind = "{kind}"\npoints = 16\n'
        + STAFF
        + 'range = [1.0, 9.0]\n[[factor]]\npath = "committee.check_after_days"\nrange = [1, 4]\n'
    )
    found = read_arms(text)
    assert sorted(int((v - 1.0) * 2) for v in values_of(found)) == list(range(16))  # one in each sixteenth
    assert sorted(values_of(found, "committee.check_after_days")) == [
        n for n in (1, 2, 3, 4) for _ in range(4)
    ]
    assert values_of(found) == values_of(read_arms(text)) != values_of(read_arms("seed = 7\n" + text))


def test_a_list_is_a_csv_with_a_column_for_each_path(read_arms, tmp_path):
    (tmp_path / "l.csv").write_text(
        "arm,committee.staff,mechanisms.grid_patrol,mechanisms.grid_patrol.patrol_hours\n"
        "x,2,on,0.5\ny,3,false,0.5\n",
        encoding="utf-8",
    )
    try:
        found = read_arms('[design]\nkind = "list"\ntable = "l.csv"\n')
    except UserError as error:
        assert "mechanisms.grid_patrol.patrol_hours" in str(error)  # it has no such parameter
        (tmp_path / "l.csv").write_text(
            "arm,committee.staff,mechanisms.grid_patrol\nx,2,on\ny,3,false\n", encoding="utf-8"
        )
        found = read_arms('[design]\nkind = "list"\ntable = "l.csv"\n')
    assert [(arm.name, arm.on, arm.off) for arm in found] == [
        ("x", ("grid_patrol",), ()),
        ("y", (), ("grid_patrol",)),
    ] and values_of(found) == [2.0, 3.0]


ARM = '[[arm]]\nname = "a"\n'
GRID = '[design]\nkind = "grid"\n'
WRONG = {  # what is wrong -> (text, what its one line says)
    "no case": ("cases = []\n" + ARM, ["e.toml:1", "cases", "name at least one"]),
    "a case that is none": ('cases = ["guiyuann"]\n' + ARM, ["e.toml:1", "guiyuann", "'guiyuan'"]),
    "a case twice": ('cases = ["wuzi_yard", "wuzi_yard"]\n' + ARM, ["e.toml:1", "wuzi_yard", "twice"]),
    "no arm": (HEAD, ["design", "[[arm]]"]),
    "a word misspelt": (HEAD + "replicate = 3\n" + ARM, ["e.toml:3", "replicate", "'replicates'"]),
    "a kind that is none": (HEAD + '[design]\nkind = "gird"\n', ["e.toml:4", "gird", "'grid'"]),
    "replicates out of range": (
        'cases = ["wuzi_yard"]\nreplicates = 0\n' + ARM,
        ["e.toml:2", "= 0", "1 to 1,000,000"],
    ),
    "one arm in single brackets": (HEAD + '[arm]\nname = "a"\n', ["e.toml:3", "arm", "[[arm]]"]),
    "a word of the top below a table": (
        HEAD + "[estimand]\nreplicates = 20\n" + ARM,
        ["e.toml:4", "estimand.replicates", "top of the file"],
    ),
    "text for a number": ('cases = ["wuzi_yard"]\nreplicates = "3"\n' + ARM, ["e.toml:2", "'3'", "whole"]),
    "a table to keep that is none": (
        HEAD + 'keep = ["history"]\n' + ARM,
        ["e.toml:3", "history", "series, issues"],
    ),
    "a measure that is none": (
        HEAD + '[estimand]\nmeasure = "resolution"\n' + ARM,
        ["e.toml:4", "resolution_rate"],
    ),
    "a reference that is none": (
        HEAD + '[estimand]\nreference = "b"\n' + ARM,
        ["e.toml:4", "'b'", "there are: a"],
    ),
    "two arms of one name": (HEAD + ARM + ARM, ["e.toml", "2 arms called 'a'"]),
    "a mechanism misspelt": (
        HEAD + ARM + 'on = ["grid_patroll"]\n',
        ["e.toml:5", "arm.0.on", "grid_patroll", "'grid_patrol'"],
    ),
    "a mechanism misspelt in all arms": (
        HEAD + 'off = ["grid_patroll"]\n' + ARM,
        ["e.toml:3", "off", "'grid_patrol'"],
    ),
    "a mechanism misspelt in a design": (
        HEAD + '[design]\nkind = "factorial"\nmechanisms = ["grid_patroll"]\n',
        ["e.toml:5", "design.mechanisms", "'grid_patrol'"],
    ),
    "a mechanism misspelt in a factor": (
        HEAD + GRID + 'mechanisms = ["whistle"]\n' + '[[factor]]\npath = "mechanisms.grid_patroll.walk"\n',
        ["e.toml:7", "factor.0.path", "'grid_patrol'"],
    ),
    "a setting of all arms out of range": (
        HEAD + "set = { committee.staff = -1 }\n" + ARM,
        ["e.toml:3", "set", "-1", "0 to 500"],
    ),
    "on and off in all arms": (
        HEAD + 'off = ["whistle"]\non = ["whistle"]\n' + ARM,
        ["e.toml:4", "whistle", "at once"],
    ),
    "a setting out of range": (
        HEAD + ARM + "set = { committee.staff = -1 }\n",
        ["e.toml", "'a'", "-1", "0 to 500"],
    ),
    "a knob that is none": (
        HEAD + GRID + '[[factor]]\npath = "committee.staf"\n',
        ["e.toml:6", "committee.staf", "committee.staff"],
    ),
    "a range beyond the knob's": (HEAD + GRID + STAFF + "range = [0, 501]\n", ["e.toml", "501", "0 to 500"]),
    "a range upside down": (HEAD + GRID + STAFF + "range = [3, 1]\n", ["e.toml", "[3, 1]"]),
    "a value out of range": (HEAD + GRID + STAFF + "values = [1, -2]\n", ["e.toml", "-2", "0 to 500"]),
    "a logarithm of nothing": (HEAD + GRID + STAFF + "log = true\n", ["e.toml", "log", "above 0"]),
    "a range for a switch": (
        HEAD + GRID + '[[factor]]\npath = "mechanisms.grid_patrol"\nrange = [0, 1]\n',
        ["e.toml", "on or off"],
    ),
    "a factor twice": (HEAD + GRID + STAFF + STAFF, ["e.toml", "committee.staff", "twice"]),
    "factors and no use for them": (HEAD + ARM + STAFF, ["e.toml", "factor", "leave one out"]),
    "sobol points that are no power of two": (
        HEAD + '[design]\nkind = "sobol"\npoints = 100\n' + STAFF,
        ["e.toml", "100", "128"],
    ),
    "a list that is not there": (
        HEAD + '[design]\nkind = "list"\ntable = "no.csv"\n',
        ["e.toml", "no.csv", "No such file"],
    ),
    "a grid too large": (
        HEAD
        + GRID
        + 'mechanisms = ["grid_patrol"]\n'
        + STAFF
        + "levels = 1000\n[[factor]]\npath = 'committee.shift_hours'\nlevels = 1000\n",
        ["4,000,000", "1,000,000", "sobol"],
    ),
    "a factorial of everything": (
        HEAD
        + '[design]\nkind = "factorial"\nmechanisms = '
        + str(list_mechanisms()).replace("'", '"')
        + "\n"
        + "".join(
            f"[[factor]]\npath = 'committee.{k}'\n"
            for k in ("staff", "shift", "weekend", "intake", "phone", "forget")
        ),
        ["1,000,000"],
    ),
    "a thousand times a thousand times a thousand": (
        HEAD
        + GRID
        + "".join(
            f"[[factor]]\npath = 'committee.{k}'\nlevels = 1000\n"
            for k in ("staff", "shift", "weekend", "intake", "phone", "forget", "redo", "budget")
        ),
        ["1,000,000"],
    ),
    "not TOML": (HEAD + "[[arm]\n", ["e.toml:3"]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_one_line_with_its_place_and_the_way_out(read_arms, wrong):
    text, hints = WRONG[wrong]
    with pytest.raises(UserError) as error:
        read_arms(text, "")
    assert "\n" not in str(error.value) and [hint for hint in hints if hint not in str(error.value)] == [], (
        str(error.value)
    )


@pytest.mark.parametrize(
    "text, hint",
    (
        ("", "has no arm"),
        ("arm,committee.staff\n", "has no arm"),
        ("mechanisms.grid_patroll\non\n", "l.csv:1"),
    ),
)
def test_a_list_without_arms_or_with_a_column_of_nothing_is_one_line(read_arms, tmp_path, text, hint):
    (tmp_path / "l.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=hint):
        read_arms('[design]\nkind = "list"\ntable = "l.csv"\n')


def test_a_plan_needs_no_folder_and_a_sweep_does(tmp_path, monkeypatch, capsys):
    from cogov.cli.sweep import sweep

    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.toml").write_text(HEAD + "days = 5\n" + ARM, encoding="utf-8")
    sweep(tmp_path / "e.toml", plan=True)
    assert "2 runs" in capsys.readouterr().err and [path.name for path in tmp_path.iterdir()] == ["e.toml"]
    with pytest.raises(UserError, match="--out is missing"):
        sweep(tmp_path / "e.toml")


def test_a_script_of_shards_that_would_all_refuse_is_not_written(tmp_path):
    from cogov.cli.sweep import slurm

    (tmp_path / "e.toml").write_text(
        HEAD + "[stopping]\nhalf_width = 0.1\n" + ARM + '[[arm]]\nname = "b"\n', encoding="utf-8"
    )
    with pytest.raises(UserError, match="half_width = 0"):
        slurm(tmp_path / "e.toml", out_file=tmp_path / "s.sh")
    assert not (tmp_path / "s.sh").exists()


def test_an_error_is_worded_in_chinese_to_its_end(read_arms):
    with pytest.raises(UserError) as refused:
        read_arms('[[arm]]\nname = "a"\non = ["whistel"]\n')
    assert str(refused.value).endswith("no mechanism is called 'whistel'; did you mean 'whistle'?")
    assert refused.value.message.in_language("zh").endswith("没有名为'whistel'的机制；是不是'whistle'？")
