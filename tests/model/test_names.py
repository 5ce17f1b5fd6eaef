"""Names of cases become file names, and people are drawn by them.

They stay in their folder and are not altered; no command overwrites its input.
"""

import json

import pytest
from cli_runner import typist

from cogov.engine.texts.errors import UserError
from cogov.experiments.sweep.experiment import Factor
from cogov.experiments.sweep.factor_space import factor_space
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.viz.page import page_state

CASE = 'name = "{}"\ndays = 20\n[community]\n[[compound]]\n'


@pytest.fixture
def cogov(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    return typist(monkeypatch, capsys)


@pytest.mark.parametrize(
    "name",
    [
        "../../evil",
        "a/b",
        "a\\\\b",
        ".hidden",
        "..",
        "-x",
        " x",
        "x ",
        "x.",
        "a:b",
        "a\\nb",
        "\\u202ex",
        "NUL",
        "com1.txt",
        "",
        "a|b",
        "~/x",
    ],
)
def test_a_name_that_leaves_its_folder_or_names_no_file_is_refused_with_its_line(tmp_path, name):
    path = tmp_path / "mine.toml"
    path.write_text(CASE.format(name), encoding="utf-8")
    with pytest.raises(UserError, match=r"mine.toml:1: name = .*it is used in file names"):
        read_case(path)


@pytest.mark.parametrize(
    "name", ["北门小区", "长城·水郡（一期）", "North Gate 2", "a.b", "O'Hara & Co, #3", "é", "conference"]
)
def test_a_name_in_any_language_with_spaces_is_a_name(tmp_path, name):
    (tmp_path / "mine.toml").write_text(CASE.format(name), encoding="utf-8")
    assert read_case(tmp_path / "mine.toml").name == name


@pytest.mark.parametrize("path", ["name", "title", "provenance"])
@pytest.mark.parametrize("value", ["somebody else", 5, True])
def test_the_texts_of_a_case_are_no_parameters(path, value):
    with pytest.raises(UserError, match=f"{path} is text that names or describes a case"):
        alter_scenario(read_case("wuzi_yard"), settings={path: value})
    with pytest.raises(UserError, match="it is text that names or describes a case"):
        factor_space(read_case("wuzi_yard"), Factor(path=path, values=(value,)), 0)


def test_choices_and_switches_are_parameters_still():
    assert (
        alter_scenario(read_case("wuzi_yard"), settings={"issues.yard_renewal.consent_rule": ""})
        .issues["yard_renewal"]
        .consent_rule
        == ""
    )
    with pytest.raises(UserError, match="is unknown; there are: code_278_major"):
        alter_scenario(read_case("wuzi_yard"), settings={"issues.yard_renewal.consent_rule": "show of hands"})


def test_an_arm_with_another_name_is_refused_and_not_run(cogov, tmp_path):
    (tmp_path / "e.toml").write_text(
        'cases = ["wuzi_yard"]\ndays = 9\n[[arm]]\nname = "a"\n[[arm]]\nname = "b"\nset = { name = "x" }\n'
    )
    status, _, err = cogov("sweep", "e.toml", "--out", "out")
    assert (
        status == 2
        and "arm 'b' of wuzi_yard" in err
        and "not a knob" in err
        and not (tmp_path / "out").exists()
    )


@pytest.mark.parametrize("knobs", [{"name": "x"}, {"title": "x"}, {"days": 20}])
def test_a_link_that_changes_what_both_sides_share_is_an_error_and_not_a_blank_page(knobs):
    state = json.loads(page_state.open_state("wuzi_yard").to_text())
    state["left"]["knobs"] = knobs
    with pytest.raises(UserError):
        page_state.state_from_text(json.dumps(state))


def test_no_command_overwrites_what_it_reads(cogov, tmp_path):
    (tmp_path / "plain.toml").write_text(CASE.format("plain"))
    (tmp_path / "wuzi_yard.toml").write_text("mine")
    rows = [
        f"2025-0{1 + n % 4}-{1 + n % 28:02d},2025-0{2 + n % 4}-{1 + n % 27:02d},litter" for n in range(90)
    ]
    for name in ("log.csv", "trials.csv", "months.csv"):
        (tmp_path / name).write_text("opened,closed,category\n" + "\n".join(rows) + "\n")
    for words in (
        ("calibrate", "plain.toml", "--log", "log.csv", "--out", "."),
        ("calibrate", "wuzi_yard", "--log", "trials.csv", "--out", "."),
        ("calibrate", "wuzi_yard", "--log", "log.csv", "--out", "."),
        ("import", "log.csv", "--out", "."),
        ("import", "months.csv", "--out", "."),
    ):
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        status, _, err = cogov(
            *words,
            *(
                ("--method", "sobol", "--days", "60", "--trials", "24", "--replicates", "1", "--workers", "0")
                if words[0] == "calibrate"
                else ()
            ),
        )
        assert status == 2 and "would overwrite" in err and err.count("\n") == 1, (words, err)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
