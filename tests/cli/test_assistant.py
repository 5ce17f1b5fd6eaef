"""An assistant asks over the Model Context Protocol: read strictly, capped, every number with its range."""

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import anyio
import pytest
from anyio.from_thread import start_blocking_portal
from cli_runner import typist
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from cogov import compare
from cogov.cli.assistant import choices, inputs, simulations
from cogov.cli.assistant import server as served
from cogov.cli.assistant.requests import TOOLS
from cogov.engine.texts.errors import UserError
from cogov.model.scenarios.cases import SHIPPED, read_case

CASE, MECHANISM = "wuzi_yard", "building_captains"
SERVER = ["-m", "cogov", "mcp"]
SWEEP = f"""
name = "two-arms"
cases = ["{CASE}"]
replicates = 40

[[arm]]
name = "none"

[[arm]]
name = "whistle"
on = ["whistle"]
"""
RUN = {"case": CASE, "days": 90}
COMPARE = {**RUN, "mechanisms": [MECHANISM], "replicates": 5, "worlds": 12}
ROBUST = {**RUN, "choices": [MECHANISM, "whistle"], "worlds": 12}
GOOD = {
    "list_cases": {},
    "list_mechanisms": {"contains": "captain"},
    "list_knobs": {"contains": "committee", "most": 3},
    "check_case": {"case": CASE},
    "run": RUN,
    "compare": COMPARE,
    "robust": ROBUST,
    "sweep_plan": {"sweep_toml": SWEEP},
}


def environment(**more):
    """Return the environment of a server; its output is buffered, as that of a user's is."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**kept, "PYTHONPATH": str(SHIPPED.parents[2]), "COGOV_LANG": "en", **more}


class Asker:
    """A client of the SDK with a server of its own, asked from outside of any event loop."""

    def __init__(self, portal, client):
        self.portal, self.client = portal, client

    def tools(self):
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}

    def ask(self, tool, **arguments):
        """Return (text, structured answer) of a call that must be right."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert not result.is_error, result.content[0].text
        return result.content[0].text, result.structured_content

    def refuse(self, tool, **arguments):
        """Return what is said about a call that must be wrong."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert result.is_error and result.structured_content is None
        return result.content[0].text


@contextmanager
def server(folder, *options, **more):
    """Start `cogov mcp` in a folder, and connect the SDK's client to it."""
    parameters = StdioServerParameters(
        command=sys.executable, args=[*SERVER, *options], cwd=folder, env=environment(**more)
    )
    with start_blocking_portal() as portal:
        with portal.wrap_async_context_manager(Client(parameters)) as client:
            yield Asker(portal, client)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Return the folder in which the server without a folder runs, with its folder for temporary files."""
    folder = tmp_path_factory.mktemp("nothing_here")
    (folder / "tmp").mkdir()
    return folder


@pytest.fixture(scope="module")
def asker(empty):
    with server(empty, "--workers", "0", TMPDIR=str(empty / "tmp")) as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def keeper(folder):
    """Return a client of a server that has a folder."""
    with server(folder.parent, "--workers", "0", "--folder", str(folder)) as one:
        yield one


def quantities_of(answer):
    return answer["numbers"] + [number for item in answer["items"] for number in item["numbers"]]


def bare_numbers(value, inside=False):
    """Yield numbers of an answer that stand outside of a quantity."""
    if isinstance(value, dict):
        inside = inside or "range_holds" in value or value.keys() == {"grade", "words"}
        for inner in value.values():
            yield from bare_numbers(inner, inside)
    elif isinstance(value, list):
        for inner in value:
            yield from bare_numbers(inner, inside)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and not inside:
        yield value


def named(answer, name):
    (number,) = (one for one in quantities_of(answer) if one["name"] == name)
    return number


# ------------------------------------------------------------------------------------------ answers


def test_every_tool_says_what_it_takes_and_nothing_else_is_taken(asker):
    tools = asker.tools()
    assert list(tools) == list(TOOLS) == list(GOOD)
    for tool in tools.values():
        assert tool.description and tool.input_schema["additionalProperties"] is False
        assert tool.annotations.read_only_hint
        assert all(known["description"] for known in tool.input_schema["properties"].values()), tool.name
    assert tools["compare"].input_schema["properties"]["replicates"]["maximum"] == 200


@pytest.mark.parametrize("tool", GOOD)
def test_an_answer_begins_with_its_verdict_and_no_number_is_without_its_range(asker, tool):
    text, answer = asker.ask(tool, **GOOD[tool])
    assert text.startswith(answer["verdict"]) and len(answer["verdict"]) > 10
    assert answer["reproduce"] in text and answer["stored"] is None
    assert list(bare_numbers(answer)) == []
    numbers = quantities_of(answer)
    assert numbers or tool == "list_mechanisms"
    for number in numbers:
        assert number["sentence"] in text
        assert number["reproduce"].startswith(("cogov ", "for s in ")) and number["evidence"]["words"]
        if number["low"] is not None and number["level"] is not None:
            assert number["low"] <= number["high"] and 0.5 < number["level"] < 1
            if "range" not in number["range_holds"]:
                assert number["range_holds"] in number["sentence"]
                assert number["runs"] > 0 or tool == "list_knobs"


def test_a_comparison_is_that_of_the_command_with_both_ranges(asker):
    _, answer = asker.ask("compare", **COMPARE)
    result = compare(CASE, MECHANISM, replicates=5, worlds=12, days=90)
    assert answer["verdict"] == result.verdict()
    for measure, scale in (("resolution_rate", 100), ("hours", 1)):
        luck, row = named(answer, f"effect_on_{measure}_of_luck"), result.table.loc[measure]
        assert [luck[key] for key in ("value", "low", "high")] == pytest.approx(
            [scale * row[key] for key in ("difference", "low", "high")], abs=1e-9
        )
        assert (luck["level"], luck["runs"]) == (0.95, 5)
        wide, row = named(answer, f"effect_on_{measure}_over_worlds"), result.ranges.loc[measure]
        assert [wide[key] for key in ("value", "low", "high")] == pytest.approx(
            [scale * row[key] for key in ("median", "p5", "p95")], abs=1e-9
        )
        assert (wide["level"], wide["runs"]) == (0.9, 12)
    assert luck["evidence"]["grade"] == 2  # building captains


def test_the_command_that_stands_beside_a_number_prints_its_verdict(asker, monkeypatch, capsys, tmp_path):
    _, answer = asker.ask("compare", **COMPARE, settings={"committee.staff": 4}, on=["whistle"], seed=3)
    monkeypatch.chdir(tmp_path)
    words = shlex.split(named(answer, "effect_on_hours_of_luck")["reproduce"])[1:]
    assert json.loads(typist(monkeypatch, capsys)(*words, "--json")[1])["verdict"] == answer["verdict"]


def test_a_median_lies_within_nine_of_ten_of_the_runs_that_its_command_repeats(asker, monkeypatch, capsys):
    _, answer = asker.ask("run", **RUN, seed=5)
    number = named(answer, "resolution_rate")
    first, last = map(int, re.search(r"seq (\d+) (\d+)", number["reproduce"]).groups())
    assert (first, last, number["runs"]) == (5, 24, 20)
    values = []
    for seed in range(first, last + 1):
        words = ["run", CASE, "--days", "90", "--seed", seed, "--json"]
        assert " ".join(map(str, words[:4])) in number["reproduce"]
        values.append(100 * json.loads(typist(monkeypatch, capsys)(*words)[1])["measures"]["resolution_rate"])
    values.sort()
    assert number["value"] == pytest.approx((values[9] + values[10]) / 2)
    assert values[0] <= number["low"] <= values[1] and values[-2] <= number["high"] <= values[-1]


def test_the_plan_of_a_sweep_is_counted_and_its_time_is_a_range(asker):
    text, answer = asker.ask("sweep_plan", sweep_toml=SWEEP)
    assert (named(answer, "runs")["value"], named(answer, "arms")["value"]) == (80, 2)
    seconds = named(answer, "seconds")
    assert 0 < seconds["low"] <= seconds["value"] <= seconds["high"]
    assert "No run of the sweep was made" in text
    _, quick = asker.ask("sweep_plan", sweep_toml=SWEEP, measure_time=False)
    assert [number["name"] for number in quick["numbers"]] == ["runs", "arms", "replicates"]


def test_a_list_of_knobs_has_pages_and_finds_words_in_both_languages(asker):
    _, one = asker.ask("list_knobs", contains="committee", most=3)
    _, two = asker.ask("list_knobs", contains="committee", most=3, first=4)
    names = [item["name"] for item in one["items"] + two["items"]]
    assert len(set(names)) == 6
    staff = named(asker.ask("list_knobs", contains="committee.staff")[1], "committee.staff")
    assert staff["value"] == 2 and staff["low"] < 2 < staff["high"] and staff["level"] == 0.9
    assert asker.ask("list_knobs", contains="居委会", language="zh")[1]["items"]


def test_the_answer_is_chinese_if_asked(asker):
    for tool, arguments in GOOD.items():
        arguments = {**arguments, "contains": ""} if "contains" in arguments else arguments
        text, answer = asker.ask(tool, **arguments, language="zh")
        assert re.search("[\u4e00-\u9fff]{2}", answer["verdict"]), tool
        assert all(re.search("[\u4e00-\u9fff]", number["sentence"]) for number in quantities_of(answer))
        assert "重现这些数字" in text
    assert "楼" in asker.ask("compare", **COMPARE, language="zh")[1]["verdict"]
    assert "必须" in asker.refuse("run", language="zh")


# ------------------------------------------------------------------------------------------ wrong calls

TEXT = (SHIPPED / f"{CASE}.toml").read_text("utf-8")
WRONG = [  # tool, arguments, what the answer names
    ("run", {}, ["run: case", "case_toml"]),
    ("run", {"case": CASE, "case_toml": TEXT}, ["one of them"]),
    ("run", {"case": "wuzi"}, ["wuzi", "did you mean", CASE]),
    ("run", {"case": 7}, ["run: case = 7", "whole number", "text"]),
    ("run", {**RUN, "replicate": 30}, ["run: replicate", "did you mean 'replicates'"]),
    ("run", {**RUN, "replicates": 201}, ["run: replicates = 201", "20 to 200 runs"]),
    ("run", {**RUN, "replicates": 20.5}, ["replicates = 20.5", "whole number", "20 to 200"]),
    ("run", {**RUN, "replicates": True}, ["replicates = True", "whole number"]),
    ("run", {**RUN, "replicates": "30"}, ["replicates = '30'", "whole number"]),
    ("run", {**RUN, "days": 3651}, ["run: days = 3651", "0 to 3,650 days"]),
    ("run", {**RUN, "seed": -1}, ["run: seed = -1", "random seed"]),
    ("run", {**RUN, "measures": ["happiness"]}, ["measures", "happiness", "satisfaction"]),
    ("run", {**RUN, "measures": "yuan"}, ["measures = 'yuan'", "array of names"]),
    ("run", {**RUN, "on": ["whistles"]}, ["whistles", "did you mean", "whistle"]),
    ("run", {**RUN, "settings": ["committee.staff=3"]}, ["settings", "PATH"]),
    ("run", {**RUN, "settings": {"committee.staff": 501}}, ["committee.staff = 501", "0 to 500 people"]),
    ("run", {**RUN, "settings": {"committee.stuff": 3}}, ["committee.stuff", "committee.staff"]),
    ("run", {**RUN, "settings": {"community.households": 40_000}}, ["households"]),
    ("run", {**RUN, "settings": {"committee.staff": {"a": [1]}}}, ["committee.staff"]),
    ("run", {**RUN, "language": "fr"}, ["run: language = 'fr'", "en, zh"]),
    ("run", {"case_toml": "residents = "}, ["case.toml:1", "not TOML"]),
    ("run", {"case_toml": TEXT.replace("households =", "households = 1 #")}, ["case.toml:"]),
    ("run", {"case_toml": "x" * 100_001}, ["case_toml", "100001 characters", "at most 100000"]),
    ("check_case", {"case_toml": '[community]\nresidents = "many"'}, ["case.toml:2", "residents", "number"]),
    ("compare", {"case": CASE}, ["compare: mechanisms is empty", "list_mechanisms"]),
    ("compare", {**COMPARE, "worlds": 301}, ["compare: worlds = 301", "10 to 300 plausible worlds"]),
    ("compare", {**COMPARE, "off": [MECHANISM]}, [MECHANISM, "on and off"]),
    ("robust", {"case": CASE, "choices": []}, ["robust: choices is empty"]),
    ("robust", {**ROBUST, "measure": "yuans"}, ["robust: measure = 'yuans'", "yuan"]),
    ("robust", {**ROBUST, "choices": ["whistle+"]}, ["mechanism"]),
    ("list_knobs", {"contains": "xyzzy"}, ["xyzzy", "leave it empty"]),
    ("list_knobs", {"first": 99_999}, ["first = 99999", "1 to"]),
    ("sweep_plan", {}, ["sweep_plan: sweep_toml is missing"]),
    ("sweep_plan", {"sweep_toml": SWEEP + 'of = ["x"]'}, ["sweep.toml:", "of", "unknown"]),
    ("sweep_plan", {"sweep_toml": SWEEP.replace(CASE, "wuzi")}, ["wuzi"]),
    ("sweep_plan", {"sweep_toml": SWEEP.replace(CASE, "/etc/x.toml")}, ["no folder to read from"]),
    (
        "sweep_plan",
        {"sweep_toml": f'cases = ["{CASE}"]\n[design]\nkind = "list"\ntable = "/etc/passwd"'},
        ["sweep.toml:4", "design.table", "does not read"],
    ),
    (
        "sweep_plan",
        {"sweep_toml": 'worlds_file = "/etc/hosts"\nlucks_per_world = 1\n' + SWEEP},
        ["sweep.toml:1", "worlds_file", "does not read"],
    ),
    ("robust", {"case": CASE, "choices": [MECHANISM], "measures": ["yuan"]}, ["measures", "unknown"]),
    ("sweep", {}, ["no tool is called 'sweep'", "sweep_plan"]),
]


@pytest.mark.parametrize(("tool", "arguments", "words"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_call_is_told_what_is_wrong_and_the_server_lives_on(asker, tool, arguments, words):
    said = asker.refuse(tool, **arguments)
    assert all(word in said for word in words), said
    assert "Traceback" not in said and "defect" not in said and "\n" not in said and len(said) < 1500
    assert asker.ask("list_mechanisms", contains="whistle")[1]["items"]


def test_a_whole_number_may_be_written_with_a_point(asker):
    assert named(asker.ask("run", **{**RUN, "days": 60.0})[1], "hours")["runs"] == 20


def test_what_is_too_large_for_a_call_is_refused_with_the_cap(asker):
    many = {"replicates": 200, "worlds": 300, "mechanisms": ["whistle"], "days": 3650}
    said = asker.refuse("compare", case="guanyinan", **many)
    assert "1,000 runs of 11,800 households and 3,650 days" in said and "at most 116 runs" in said
    assert 116 == inputs.MOST_WORK // (11_800 * 3650)
    crowd = {"community.residents": 100_000, "community.households": 40_000}
    said = asker.refuse("run", case="guanyinan", settings=crowd)
    assert "households = 40,000" in said and "at most 30,000" in said


def test_a_call_is_as_much_work_as_the_cap_and_no_more():
    case = read_case("guanyinan")
    inputs.refuse_long(case, inputs.MOST_WORK // (11_800 * case.days), ("runs",))
    with pytest.raises(UserError, match="at most 1,160 runs of that size: choose fewer runs or fewer days"):
        inputs.refuse_long(case, 1_161, ("runs",))


# ------------------------------------------------------------------------------------------ files


def test_without_a_folder_nothing_is_written(asker, empty):
    """After all calls of this file that came before, and these."""
    for tool in ("run", "compare", "robust"):
        assert asker.ask(tool, **GOOD[tool])[1]["stored"] is None
    assert [path.name for path in empty.rglob("*")] == ["tmp"]
    assert "no folder to write to" in asker.refuse("run", **RUN, save_as="here")
    assert "case_toml" in asker.refuse("run", case="case.toml")


def test_with_a_folder_results_are_kept_in_it_and_are_those_of_the_commands(keeper, asker, folder):
    for tool in ("run", "compare", "robust"):
        text, answer = keeper.ask(tool, **GOOD[tool])
        where = Path(answer["stored"])
        assert where.parent == folder and str(where) in text
        manifest = json.loads((where / "manifest.json").read_text("utf-8"))
        assert manifest["made_by"] == tool and manifest["command"] == answer["reproduce"]
        same = asker.ask(tool, **GOOD[tool])[1]
        assert same["numbers"] == answer["numbers"] and same["verdict"] == answer["verdict"]
        assert keeper.ask(tool, **GOOD[tool])[1]["stored"] == answer["stored"]  # the same again
    assert not keeper.tools()["run"].annotations.read_only_hint
    assert keeper.tools()["list_knobs"].annotations.read_only_hint


def test_a_case_given_as_text_is_kept_beside_its_results(keeper, asker):
    text = TEXT.replace("days = ", "days = 60 #", 1)
    _, answer = keeper.ask("robust", case_toml=text, choices=["whistle"], worlds=10)
    kept = Path(answer["stored"]) / "case.toml"
    assert kept.read_text("utf-8") == text and str(kept) in answer["reproduce"]
    _, same = asker.ask("robust", case_toml=text, choices=["whistle"], worlds=10)
    assert [n["value"] for n in same["numbers"]] == [n["value"] for n in answer["numbers"]]
    assert "given as case_toml" in same["notes"][0]


def test_a_case_in_the_folder_is_read_by_its_name(keeper, folder):
    (folder / "north.toml").write_text(TEXT, encoding="utf-8")
    assert "runs" in keeper.ask("check_case", case="north.toml")[1]["verdict"]
    assert "north.toml" in keeper.refuse("check_case", case="south.toml")


OUTSIDE = ["../north.toml", "/etc/passwd.toml", "a/../../x.toml", "..\\x.toml", "C:\\x.toml", "a\0.toml"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leaves_the_folder_is_refused(keeper, folder, name):
    (folder.parent / "north.toml").write_text(TEXT, encoding="utf-8")
    said = keeper.refuse("check_case", case=name)
    assert "leads out of the folder" in said
    before = sorted(folder.parent.iterdir())
    assert keeper.refuse("run", **RUN, save_as=name.removesuffix(".toml"))
    assert sorted(folder.parent.iterdir()) == before


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="there are no links here")
def test_a_link_is_neither_read_nor_written_through(keeper, folder, tmp_path):
    (tmp_path / "secret.toml").write_text(TEXT, encoding="utf-8")
    (folder / "linked.toml").symlink_to(tmp_path / "secret.toml")
    (folder / "away").symlink_to(tmp_path)
    assert "is a link" in keeper.refuse("check_case", case="linked.toml")
    assert "is a link" in keeper.refuse("check_case", case="away/secret.toml")
    assert "is a link" in keeper.refuse("run", **RUN, save_as="away")
    assert [path.name for path in tmp_path.iterdir()] == ["secret.toml"]
    stored = Path(keeper.ask("run", **RUN, save_as="mine")[1]["stored"])
    (stored / "measures.csv").unlink()
    (stored / "measures.csv").symlink_to(tmp_path / "stolen.csv")
    assert "is a link" in keeper.refuse("run", **RUN, save_as="mine")
    assert not (tmp_path / "stolen.csv").exists()


def test_results_of_another_question_are_not_overwritten(keeper, folder):
    keeper.ask("run", **RUN, save_as="taken")
    assert "holds something else" in keeper.refuse("run", **{**RUN, "seed": 9}, save_as="taken")
    (folder / "notes").mkdir()
    (folder / "notes" / "diary.txt").write_text("mine")
    assert "holds something else" in keeper.refuse("run", **RUN, save_as="notes")
    assert [path.name for path in (folder / "notes").iterdir()] == ["diary.txt"]


def test_a_folder_that_is_a_link_is_refused_with_status_2(monkeypatch, capsys, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    status, out, said = typist(monkeypatch, capsys)("mcp", "--folder", tmp_path / "link")
    assert (status, out) == (2, "") and "is a link" in said


# ------------------------------------------------------------------------------------------ the protocol


def test_standard_output_carries_the_protocol_only(tmp_path):
    """Not what a user's file prints, nor for damaged lines."""
    own = tmp_path / "chatty.py"
    own.write_text(
        'print("loaded")\n\n\ndef loud(issues):\n    """Loud."""\n    print("called")\n    return 1.0\n'
    )
    start = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    call = {"name": "run", "arguments": {**RUN, "measures": ["loud"]}}
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": start}),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        "this is not JSON",
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "no/such"}),
        json.dumps(
            {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "run", "arguments": 3}}
        ),
        json.dumps({"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": call}),
    ]
    with subprocess.Popen(
        [sys.executable, *SERVER, "--workers", "0"],
        cwd=tmp_path,
        env=environment(COGOV_MEASURES=str(own)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        messages = []
        while not any(message.get("id") == 4 for message in messages):
            messages.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        messages += map(json.loads, process.stdout)
        said = process.stderr.read()
        assert process.wait(30) == 0
    assert {message["jsonrpc"] for message in messages} == {"2.0"}
    by_id = {message.get("id"): message for message in messages}
    assert "error" in by_id[2] and "error" in by_id[3]
    assert by_id[4]["result"]["structuredContent"]["numbers"][0]["value"] == 1.0
    assert "loaded" in said and "called" in said


def test_a_long_call_tells_progress_and_ends_when_it_is_given_up(asker):
    heard = []

    async def hear(done, of, words):
        heard.append((done, of, words))

    async def give_up():
        with anyio.move_on_after(3):
            arguments = {"case": "guiyuan", "mechanisms": ["whistle"], "worlds": 300, "replicates": 200}
            await asker.client.call_tool("compare", arguments, progress_callback=hear)
            return False
        return True

    assert asker.portal.call(give_up)
    assert heard and heard[0][:2] == (0, 500) and heard[0][2] == "0 of 500"
    assert [done for done, *_ in heard] == sorted({done for done, *_ in heard})

    async def ask_again():
        with anyio.fail_after(40):  # one simulation at a time: it waits for the end of the one given up
            return await asker.client.call_tool("run", RUN)

    assert not asker.portal.call(ask_again).is_error


def test_two_calls_at_once_are_both_answered(asker):
    answers = {}

    async def ask(seed):
        answers[seed] = await asker.client.call_tool("run", {**RUN, "seed": seed})

    async def ask_both():
        async with anyio.create_task_group() as both:
            both.start_soon(ask, 1)
            both.start_soon(ask, 2)

    asker.portal.call(ask_both)
    one, two = (answers[seed].structured_content["numbers"] for seed in (1, 2))
    assert one != two and asker.ask("run", **RUN, seed=1)[1]["numbers"] == one


def test_a_call_that_takes_too_long_is_ended_with_its_limit(monkeypatch):
    monkeypatch.setattr(served, "LONGEST_SECONDS", -1.0)

    async def ask():
        async with Client(served.build_server(served.Assistant(workers=0))) as client:
            return await client.call_tool("run", RUN)

    result = anyio.run(ask)
    assert result.is_error and "run: takes longer than -1 seconds" in result.content[0].text


NASTY = [
    *(
        None,
        True,
        -1,
        0,
        2**70,
        1e308,
        float("nan"),
        float("inf"),
        "",
        "\0",
        "\ud800",
        "\x1b[2J",
        "..",
        "../x",
    ),
    *(
        "x" * 200_000,
        "=1+1",
        [],
        [None],
        [1],
        ["x" * 9999],
        [["whistle"]],
        ["whistle"] * 5000,
        {},
        {"a": {"b": {}}},
    ),
    *(
        {"committee.staff": None},
        {"": 1},
        {"committee": {"staff": 3}},
        {"mechanisms.whistle.calls_per_week": 1},
    ),
]


def test_whatever_stands_in_a_call_is_answered_without_a_traceback(monkeypatch, capsys, tmp_path):
    """Every field of every tool with every nasty value; where a call is right, its runs are left out."""

    def leave_out(*_, **__):
        raise UserError("left out")

    for name in ("compare", "run_jobs"):
        monkeypatch.setattr(simulations, name, leave_out)
    monkeypatch.setattr(choices, "simulate_worlds", leave_out)
    assistants = served.Assistant(workers=0), served.Assistant(tmp_path / "results", workers=0)
    tried, ran = 0, 0
    for tool, good in {**GOOD, "sweep_plan": {"sweep_toml": SWEEP, "measure_time": False}}.items():
        for field, value in product((*TOOLS[tool].__dataclass_fields__, "more", "\n"), NASTY):
            for assistant in assistants:
                result = assistant.try_to_answer(tool, {**good, field: value}, "en", lambda done, of: None)
                (said,) = (content.text for content in result.content)
                assert said.encode() and "defect" not in said, (tool, field, value, said[:300])
                assert len(said) < 2100 or not result.is_error
                tried, ran = tried + 1, ran + (said == "left out")
    assert tried > 2000 and ran > 50 and "Traceback" not in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_a_defect_is_said_to_be_one_and_the_server_lives_on(monkeypatch, capsys):
    def break_down(*_):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(served, "run_case", break_down)
    result = served.Assistant().try_to_answer("run", RUN, "en", lambda done, of: None)
    (said,) = result.content
    assert result.is_error and "ZeroDivisionError" in said.text and "\n" not in said.text
    assert "Traceback" in capsys.readouterr().err


def test_without_the_sdk_the_command_says_how_to_install_it():
    code = (
        "import sys; sys.modules['mcp'] = None; sys.argv = ['cogov', 'mcp']; "
        "from cogov.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "") and "pip install 'cogov[mcp]'" in done.stderr
    assert "Traceback" not in done.stderr
