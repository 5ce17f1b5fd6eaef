"""Names are completed without loading the engine; each command has help under -h; cogov tells its version."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from cli_runner import typist

import cogov
from cogov.cli import options
from cogov.cli.options import app
from cogov.engine import release
from cogov.experiments.comparison.parameter_paths import list_parameters
from cogov.model import mechanisms
from cogov.model.scenarios.cases import list_cases

ROOT = Path(cogov.__file__).parent


def test_the_version_is_that_of_the_project(monkeypatch, capsys, tmp_path):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert cogov.__version__ == declared and "__version__" in dir(cogov)
    assert typist(monkeypatch, capsys)("--version") == (0, f"cogov {declared}\n", "")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "another"\nversion = "9"\ndescription = ""\n')
    installed = release.metadata.version("cogov")
    for elsewhere in (
        "pyproject.toml",
        "none.toml",
    ):  # of another project; absent, as where cogov is installed
        assert release.project(tmp_path / elsewhere)[0] == installed


def commands(group, *words):
    yield words
    for name, one in getattr(group, "commands", {}).items():
        yield from commands(one, *words, name)


def test_every_command_takes_h(monkeypatch, capsys):
    every = list(commands(typer.main.get_command(app)))
    assert len(every) > 30
    for words in every:
        status, out, err = typist(monkeypatch, capsys)(*words, "-h")
        assert status == 0 and "Usage:" in out and not err, words


def test_names_are_completed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine.toml").touch()
    (tmp_path / "mine.csv").touch()
    assert options.complete_case("mi") == ["mine.toml", "mine/"] and set(options.complete_case("")) >= {
        *list_cases()
    }
    assert options.complete_mechanism("") == mechanisms.list_mechanisms() and options.complete_mechanism(
        "grid"
    ) == ["grid_patrol"]
    (tmp_path / "mine" / "tea_round.py").touch()
    monkeypatch.setenv("COGOV_MECHANISMS", str(tmp_path / "mine"))
    assert "tea_round" in options.complete_mechanism("te")


def test_paths_of_parameters_are_completed_a_part_at_a_time():
    assert "committee." in options.complete_setting("") and options.complete_setting("committee.sta") == [
        "committee.staff="
    ]
    assert (
        options.complete_knob("mechanisms.whistle.con") == ["mechanisms.whistle.contact_hours"]
        and options.complete_knob("nonsense") == []
    )


def test_the_list_of_parameters_is_that_of_the_code():
    assert options.KNOBS.read_text("utf-8").split() == [
        one.path for one in list_parameters() if not one.path.startswith("[[")
    ], "run `cogov docs`"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("cogov run gui", "guiyuan"),
        ("cogov run guiyuan --on grid", "grid_patrol"),
        ("cogov run guiyuan --set committee.staf", "committee.staff="),
    ],
)
def test_a_shell_is_answered_without_the_engine(words, found):
    code = (
        "import sys; from cogov.cli.main import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(*sorted({'numba', 'numpy', 'pandas', 'mesa', 'matplotlib'} & {*sys.modules}),"
        " file=sys.stderr)"
    )
    asked = {"_COGOV_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[0] = 'cogov'\n{code}"],
        env={"PATH": "", **asked},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [found] and done.stderr.split() == []
