"""Mechanisms of users: a wrong file stops only those who ask for it.

Forbidden actions are found and named with their file.
"""

import os
import re
import subprocess
import sys
from importlib import invalidate_caches

import pytest
from cli_runner import typist
from scenarios import WORLDS, with_mechanisms

from cogov.engine import source_digests
from cogov.engine.jit import Kernel
from cogov.engine.texts.errors import UserError
from cogov.model import mechanism_guard, mechanism_runtime, mechanisms
from cogov.model.mechanisms import Registry
from cogov.model.scenarios.cases import alter_scenario, read_case
from cogov.model.simulate import days, simulate

BOARD = '''"""Notice board (公示栏): the committee puts up what became of what was told.

Disappoints where little gets done.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...engine.jit import kernel
from ..issues.issue_table import RESOLVED
from ...engine.parameters import knob
from ..resources.levers import ALL, COMMITTEE
from . import Mechanism


@dataclass(frozen=True)
class Board(Mechanism):
    zh: ClassVar[str] = "公示栏"
    pulls: ClassVar[tuple] = ("voice", "work")
    sheet: float = knob(0.25, 0.01, 2.0, unit="hours", source="assumed")

    @staticmethod
    def ask(m, w):
        m.want[COMMITTEE, ALL] = m.knobs[0].sheet

    @staticmethod
    def pull(m, w):
        m.lever.voice[:] = m.knobs[0].sheet * m.share[ALL]
'''
PULL, ASK, LINE = (
    "m.lever.voice[:] = m.knobs[0].sheet * m.share[ALL]",
    "m.want[COMMITTEE, ALL] = m.knobs[0].sheet",
    BOARD[: BOARD.index("m.lever.voice")].count("\n") + 1,
)
WARD = BOARD.replace("@staticmethod", "@kernel").replace(
    "m.lever.voice[:] = m.knobs[0].sheet * m.share[ALL]",
    "for i in range(len(w.issues)):\n            m.lever.work[i] = m.share[ALL]",
)


@pytest.fixture
def write_mechanisms(tmp_path, monkeypatch):
    """Write files into a folder of mechanisms: name -> text; they are forgotten at the end."""
    monkeypatch.setattr(mechanisms, "__path__", [*mechanisms.__path__, str(tmp_path)])
    monkeypatch.setattr(source_digests, "OUTSIDE", (tmp_path,))
    monkeypatch.setenv("COGOV_MECHANISMS", str(tmp_path))  # for processes that compile
    here = {*sys.modules}

    def written(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        invalidate_caches()
        return tmp_path

    yield written
    for name in {*sys.modules} - here:
        if name.startswith("cogov.model.mechanisms."):
            del sys.modules[name]
            stem = name.rpartition(".")[2]
            if stem not in mechanisms.RESERVED_NAMES:
                vars(mechanisms).pop(stem, None)
    mechanism_guard.TRIED.clear()


BROKEN = {
    "syntax": ("def f(:\n", r"board.py:1: invalid syntax"),
    "null bytes": ("\0", "board.py"),
    "an import that fails": (
        BOARD.replace("import numpy as np", "import numpyy"),
        r"board.py:9: ModuleNotFoundError: No module named 'numpyy'",
    ),
    "a module by its old name": (
        BOARD.replace("from ...engine.parameters import knob", "from ..knobs import knob"),
        (
            r"board.py:\d+: ModuleNotFoundError: No module named 'cogov.model.knobs'; "
            r"it is now cogov.engine.parameters"
        ),
    ),
    "an exit": (BOARD.replace("import numpy as np", "raise SystemExit(3)"), r"board.py:9: SystemExit: 3"),
    "two mechanisms": (
        BOARD + "\n\n@dataclass(frozen=True)\nclass Other(Mechanism):\n    pass\n",
        "this one defines 2: Board, Other",
    ),
    "no dataclass": (
        BOARD.replace("@dataclass(frozen=True)\n", ""),
        r"board.py:\d+: Board is not a dataclass",
    ),
    "a lever that is none": (BOARD.replace('"voice"', '"vioce"'), "not a lever; did you mean 'voice'"),
    "levers that are no tuple": (BOARD.replace('("voice", "work")', '"voice"'), "is not a tuple"),
    "counts that are no tuple of counts": (
        BOARD.replace("    sheet:", '    counts: ClassVar[tuple] = ("sheets",)\n    sheet:'),
        r"board.py:\d+: Board.counts is not a tuple of Count with different names",
    ),
    "two counts of one name": (
        BOARD.replace("import Mechanism\n", "import Count, Mechanism\n").replace(
            "    sheet:", '    counts: ClassVar[tuple] = 2 * (Count("sheets", "sheets", "张"),)\n    sheet:'
        ),
        "Board.counts is not a tuple of Count with different names",
    ),
    "a number that is no knob": (
        BOARD.replace('knob(0.25, 0.01, 2.0, unit="hours", source="assumed")', "0.25"),
        "Board.sheet is not a knob",
    ),
    "a default out of range": (BOARD.replace("knob(0.25", "knob(9.25"), "sheet = 9.25 is out of range"),
    "a helper that is broken": (
        BOARD.replace("import numpy as np", "from .helpers import X"),
        r"helpers.py:2: SyntaxError: invalid syntax",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_named_where_it_is_asked_for_and_nowhere_else(write_mechanisms, tmp_path, kind):
    text, words = BROKEN[kind]
    write_mechanisms(board=text, helpers="\ndef f(:\n")
    assert "board" not in mechanisms.list_mechanisms() and set(mechanisms.all_mechanisms()) == set(
        mechanisms.list_mechanisms()
    )
    assert simulate(alter_scenario(read_case("wuzi_yard"), days=2, off="board"), 1).days == 2
    with pytest.raises(UserError, match=f"mechanism 'board' is broken: .*{words}"):
        alter_scenario(read_case("wuzi_yard"), on="board")
    case = tmp_path / "case.toml"
    case.write_text("[community]\n[[compound]]\n[mechanisms.board]\n")
    with pytest.raises(UserError, match=f"case.toml:3: mechanisms.board does not load: .*{words}"):
        read_case(case)


def test_every_command_runs_despite_a_broken_file_and_the_list_names_it(
    write_mechanisms, monkeypatch, capsys, tmp_path
):
    write_mechanisms(syntax="def f(:\n", board=BOARD, helpers="X = 1\n")
    monkeypatch.chdir(tmp_path)
    cogov = typist(monkeypatch, capsys)
    for words in (
        ["cases"],
        ["knobs", "committee"],
        ["run", "wuzi_yard", "--days", "2"],
        ["run", "wuzi_yard", "--days", "2", "--on", "board"],
    ):
        assert cogov(*words)[0] == 0, words
    status, out, _ = cogov("mechanisms")
    assert status == 0 and "syntax is broken:" in out and "helpers" not in out and "公示栏" in out
    status, _, err = cogov("run", "wuzi_yard", "--on", "syntax")
    assert status == 2 and "syntax.py:1: invalid syntax" in err and err.count("\n") == 1
    status, _, err = cogov("run", "wuzi_yard", "--on", "helpers")
    assert status == 2 and "helpers.py defines no class derived from Mechanism" in err


def test_helpers_and_scripts_may_be_in_the_folder_and_only_a_mechanism_runs_them(write_mechanisms):
    write_mechanisms(
        helpers="SHEET = 0.5\n",
        names="SHEET = 0.5\n",
        study="raise SystemExit('a script was run')\n",
        _base=BOARD,
        board=BOARD.replace(
            "import numpy as np", "from .helpers import SHEET\nfrom .names import SHEET as again"
        ),
    )
    assert (
        "board" in mechanisms.list_mechanisms()
        and mechanisms.find_broken() == {}
        and callable(mechanisms.list_mechanisms)
    )
    assert {"helpers", "names", "study", "_base"} & {*mechanisms.list_mechanisms()} == set()


@pytest.mark.parametrize("name", ["my-board", "2boards", "class", "list_mechanisms", "all_mechanisms"])
def test_an_impossible_name_is_reported(write_mechanisms, name):
    write_mechanisms(**{name: BOARD})
    assert "rename the file" in str(mechanisms.find_broken()[name]) and callable(mechanisms.list_mechanisms)


def test_a_file_named_like_a_mechanism_that_ships_is_refused_and_not_ignored(write_mechanisms):
    write_mechanisms(whistle=BOARD)
    assert simulate(alter_scenario(read_case("wuzi_yard"), days=2), 1).days == 2
    with pytest.raises(UserError, match=r"whistle.py has the name of a mechanism of cogov; rename the file"):
        alter_scenario(read_case("wuzi_yard"), on="whistle")


def test_two_folders_with_the_same_file_are_reported(write_mechanisms, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    write_mechanisms(board=BOARD)
    (other / "board.py").write_text(BOARD, encoding="utf-8")
    monkeypatch.setattr(mechanisms, "__path__", [*mechanisms.__path__, str(other)])
    assert "have the same name" in str(mechanisms.find_broken()["board"])


def test_a_file_that_is_mended_is_good_again(write_mechanisms):
    write_mechanisms(board="def f(:\n")
    assert "board" in mechanisms.find_broken() and "board" in Registry()
    os.utime(write_mechanisms(board=BOARD) / "board.py", ns=(1, 1))
    assert mechanisms.find_broken() == {} and Registry()["board"].sheet == 0.25


WRONG = {
    "fewer than no hours": (
        BOARD.replace(ASK, "m.want[COMMITTEE, ALL] = -50.0"),
        r"board.py: board.ask on day 1: want has -50; allowed are finite numbers, 0 or more",
    ),
    "hours that are no number": (
        BOARD.replace(ASK, 'm.want[COMMITTEE, ALL] = float("nan")'),
        "board.ask on day 1: want has nan",
    ),
    "endless hours from the third day": (
        BOARD.replace(ASK, "m.want[COMMITTEE, ALL] = np.inf if w.day > 2 else 0.0"),
        "board.ask on day 3: want has inf",
    ),
    "a pull that is no number": (
        BOARD.replace(PULL, "m.lever.voice[0] = np.nan"),
        "board.pull on day 1: lever.voice has nan; allowed is -10 to 10$",
    ),
    "a pull without end": (
        BOARD.replace(PULL, "m.lever.voice[-1] = -np.inf"),
        "board.pull on day 1: lever.voice has -inf",
    ),
    "work that is undone": (
        BOARD.replace(PULL, "m.lever.work[: len(w.issues)] = -1.0"),
        "board.pull on day .*: lever.work has -1; allowed is 0 to 1,000,000$",
    ),
    "so many problems that the day would not end": (
        BOARD.replace(PULL, "m.lever.ease[:] = 20.0").replace('"voice", "work"', '"voice", "ease"'),
        "board.pull on day 1: lever.ease has 20; allowed is -10 to 10$",
    ),
    "an end of the whole program": (
        BOARD.replace(PULL, "raise SystemExit(7)"),
        rf"board.py:{LINE}: board.pull on day 1: SystemExit: 7",
    ),
    "an error that cannot be told": (
        BOARD.replace(PULL, "raise type('Mute', (Exception,), {'__str__': lambda self: 1 / 0})()"),
        rf"board.py:{LINE}: board.pull on day 1: Mute$",
    ),
    "an error": (
        BOARD.replace(PULL, "1 / 0"),
        rf"board.py:{LINE}: board.pull on day 1: ZeroDivisionError: division by zero",
    ),
    "another shape": (
        BOARD.replace(PULL, "m.lever.voice[:] = np.zeros(77)"),
        rf"board.py:{LINE}: board.pull on day 1: ValueError: could not broadcast",
    ),
    "issues that are written": (
        BOARD.replace(PULL, 'w.issues["state"][:] = RESOLVED'),
        rf"board.py:{LINE}: board.pull on day 1: ValueError: assignment destination is read-only",
    ),
    "people who are written": (
        BOARD.replace(PULL, "w.residents.trust[:] = 1.0"),
        "board.pull on day 1: ValueError: assignment destination is read-only",
    ),
    "a beginning that fails": (
        BOARD + "\n    def begin(self, world, random_numbers):\n        return 1 / 0\n",
        r"board.py:\d+: board.begin failed: ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_a_mechanism_may_not_do_is_found_in_a_run_and_named_with_its_file_and_day(
    write_mechanisms, kind
):
    text, words = WRONG[kind]
    write_mechanisms(board=text)
    with pytest.raises(UserError, match=words):
        simulate(alter_scenario(read_case("wuzi_yard"), on="board", days=40), 1)


@pytest.mark.parametrize(
    ("was", "is_", "words"),
    [
        pytest.param(
            "m.want[COMMITTEE, ALL] = m.knobs[0].sheet",
            "m.want[COMMITTEE, ALL] = -1.0",
            r"ward.py: ward.ask on day 1 .*want has -1",
            marks=pytest.mark.slow,
        ),
        (
            "m.lever.work[i] =",
            "w.issues[i].severity = 3\n            m.lever.work[i] =",
            "ward.pull on day .* of a trial in a small community: wrote issues of the world",
        ),
        ("m.knobs[0].sheet", "m.knobs[0].shete", r"ward.py(:\d+)?: ward.ask does not compile"),
    ],
)
def test_a_kernel_of_a_users_own_is_tried_before_it_is_trusted(tmp_path, was, is_, words):
    """In a process of its own, so that its types go into none of our kernels."""
    (tmp_path / "ward.py").write_text(WARD.replace(was, is_), encoding="utf-8")
    code = (
        "from cogov.model.scenarios.cases import alter_scenario, read_case; "
        "from cogov.model.simulate import simulate; "
        "simulate(alter_scenario(read_case('wuzi_yard'), on='ward', days=2), 1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "COGOV_MECHANISMS": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert re.search(words, done.stderr), done.stderr[-2000:]


def test_mechanisms_that_ship_are_called_as_they_are():
    """Not a microsecond is spent on what the contract tests have shown."""
    for world in days(alter_scenario(read_case("wuzi_yard"), on=mechanisms.shipped_names(), days=1), 1):
        steps = ("ask", "pull", "learn")
        calls = [call for step in steps for active in world.today for call in active.calls(step)]
        assert len(calls) > 40
        assert [call for call, *_ in calls if not isinstance(call, Kernel)] == []
        assert len(world.link(steps)) == 1  # one call from Python
        assert world.check_numbers is None


def test_mechanisms_that_ship_keep_to_what_is_asked_of_others(monkeypatch):
    """None asks for or pulls what a user's mechanism may not."""
    monkeypatch.setattr(mechanism_runtime, "is_shipped", lambda kind: False)
    monkeypatch.setattr(mechanism_guard, "TRIED", {*map(mechanisms.load_class, mechanisms.shipped_names())})
    for world in WORLDS.values():
        simulate(with_mechanisms(world, *mechanisms.shipped_names()), 1)


@pytest.mark.parametrize("text", ["def f(:\n", "\0", "x = 1\n"])
def test_a_broken_file_among_others_has_a_version_too(tmp_path, text):
    """A sweep asks for it, whichever mechanisms it has."""
    before = source_digests.version((tmp_path,))
    (tmp_path / "board.py").write_text(text, encoding="utf-8")
    (tmp_path / "folder.py").mkdir()
    assert source_digests.version((tmp_path,)) == source_digests.version((tmp_path,)) != before
