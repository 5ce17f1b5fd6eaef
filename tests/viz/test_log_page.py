"""A list of issues on the page: from a file to a community that was fitted to it, and a brief."""

import json
import logging
import re
import sys
import tempfile
import threading
import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from test_page import PATIENCE, address  # noqa: F401  a fixture: a server of wuzi_yard

import cogov
from cogov.engine.texts import LANGUAGES, sections
from cogov.engine.texts.errors import Message, UserError
from cogov.experiments.calibration.verdicts import LEARNED, TOGETHER
from cogov.experiments.comparison.arm_answers import LUCKS, WORLDS, year_of_luck
from cogov.experiments.files.case_writer import write_case
from cogov.model.scenarios.cases import read_case
from cogov.viz.screen import issue_list, list_fit, take_along
from cogov.viz.screen.arms import scenario_of
from cogov.viz.screen.issue_list import IssueList, choose_categories, read_list
from cogov.viz.screen.page_data import page_data
from cogov.viz.screen.year_cache import YearCache

sys.path.append(str(Path(__file__).parents[1] / "experiments" / "logs"))
from made_up_logs import LAYOUTS, ROWS, book, issues

STATIC = Path(cogov.__file__).parent / "viz" / "screen" / "static"
PERSONS = ("王某某", "13812345678", "3号楼201")  # in every row of `worker_file`
OPEN = [["open", "办理中"]]


def worker_file(count=ROWS):
    """Return a list as a committee keeps it: titles, merged cells, a total, words in place of days."""

    def fill(workbook):
        sheet, day = (
            workbook.add_worksheet("2023年台账"),
            workbook.add_format({"num_format": "yyyy/m/d"}),
        )
        sheet.merge_range(0, 0, 0, 6, "幸福里社区2023年居民诉求台账")
        sheet.merge_range(1, 0, 1, 6, "填报单位：居委会")
        head = ("序号", "受理时间", "问题类别", "反映人", "联系电话", "楼栋", "办结时间")
        for k, name in enumerate(head):
            sheet.write(2, k, name)
        for row, (n, opened, what, closed) in enumerate(issues(count=count), 3):
            for k, cell in enumerate((n, opened, what, *PERSONS, closed or "办理中")):
                if hasattr(cell, "year"):
                    sheet.write_datetime(row, k, datetime(cell.year, cell.month, cell.day), day)
                else:
                    sheet.write(row, k, cell)
        sheet.write(count + 3, 0, "合计")
        sheet.write(count + 3, 1, count)
        workbook.add_worksheet("说明").write(0, 0, "由网格员每日登记")

    return book(fill)


@pytest.fixture(scope="module")
def worker_log():
    """Return the log of `worker_file`, and what the page is told of it."""
    return read_list(worker_file(), "台账.xlsx", OPEN, "zh")


@pytest.fixture
def desk():
    """Return the list of a visitor, with what was sent to the browser."""
    sent = []
    desk = IssueList(
        lambda message, parts=(): sent.append(message), lambda stopped: None, lambda m: m.get("lang", "en")
    )
    desk.sent = sent
    return desk


def ask(desk, message, *parts):
    """Let a desk answer a message; return what it sent."""
    desk.job_of(message, parts)(message, message.get("number", 0), threading.Event())
    return desk.sent[-1]


def test_the_part_has_words_for_all_it_says_and_no_others():
    script = "".join(path.read_text("utf-8") for path in sorted(STATIC.glob("issue_list*.js")))
    python = "".join((STATIC.parent / f"{name}.py").read_text("utf-8") for name in ("issue_list", "list_fit"))
    used = script + python + (STATIC / "community_room.js").read_text("utf-8")
    composed = ("chart.", "fit.no", "fit.harm", "fit.same", "fit.better")
    keys = sections("en")["issue_list"]
    assert [key for key in keys if f'"{key}"' not in used and f"words.{key}" not in used
            and not key.startswith(composed)] == []  # fmt: skip
    said = re.findall(r'phrase\(\s*"([\w.]+)"', script) + re.findall(
        r'(?:say|phrase)\((?:lang, )?"([\w.]+)"', python
    )
    assert len(said) > 40 and [key for key in said if key not in keys] == []


def test_the_style_sheet_has_no_colour_and_no_typeface_of_its_own():
    sheet, tokens = ((STATIC / f"{name}.css").read_text("utf-8") for name in ("issue_list", "tokens"))
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", sheet)
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet)) <= set(re.findall(r"(--[\w-]+):", tokens))


def test_what_nobody_can_guess_is_asked_and_the_answer_reads_the_list(worker_log):
    none, asked = read_list(worker_file(), "台账.xlsx", [], "zh")
    assert none is None and asked["entry"] == "open" and "“办理中”" in asked["question"]
    assert asked["question"].startswith("台账.xlsx第"), "the line is named, and not where the file was"
    assert [answer["value"] for answer in asked["answers"]] == ["办理中", "!办理中"]
    log, told = worker_log
    assert (told["rows"], told["used"], told["rejected"], told["open"]) == (ROWS + 1, ROWS, 1, 9)
    assert told["reasons"] == [{"rows": 1, "why": "是合计行"}]
    assert told["closed"] == pytest.approx(1 - 9 / ROWS) and told["sheets"] == ["2023年台账", "说明"]
    columns = {column["role"]: column["column"] for column in told["columns"]}
    assert columns == {"opened": "受理时间", "closed": "办结时间", "category": "问题类别", "status": ""}
    assert sum(told["openings"]["n"]) == ROWS and told["openings"]["per"] == "week"
    assert json.dumps(told, allow_nan=False)


def test_an_answer_means_closed_or_another_column_or_another_day():
    _, told = read_list(worker_file(), "台账.xlsx", [["open", "!办理中"]], "zh")
    assert "question" in told or "refused" in told or told["open"] == 0
    _, told = read_list(worker_file(), "台账.xlsx", [*OPEN, ["drawn", "2024-06-30"]], "zh")
    assert told["drawn"] == "2024-06-30"
    _, told = read_list(worker_file(), "台账.xlsx", [*OPEN, ["category", "楼栋"]], "zh")
    assert "楼栋" in told.get("refused", "") or told["categories"][0]["name"] == "3号楼201"


def test_neither_file_nor_names_are_left_anywhere(monkeypatch, tmp_path, caplog, desk):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = worker_file()
    with caplog.at_level(logging.DEBUG):
        for bad in (content[: len(content) // 2], b"PK\x03\x04", b"", b"\xff\xfe\x00", content):
            desk.sent.clear()
            ask(desk, {"kind": "list part", "name": "台账.xlsx", "at": 0}, bad)
            answer = ask(desk, {"kind": "list read", "name": "台账.xlsx", "answers": OPEN, "lang": "zh"})
            assert [*tmp_path.iterdir()] == [] and desk.content == b""
            assert str(tmp_path) not in json.dumps(answer)
    assert desk.log is not None and list(desk.log.issues) == ["line", "opened", "closed", "category"]
    assert list(desk.log.rejected) == ["line"] and not len(desk.log.rejected)
    kept = desk.log.issues.to_csv() + json.dumps(answer, ensure_ascii=False)
    assert not any(person in kept for person in PERSONS)
    assert not any(person in caplog.text for person in (*PERSONS, "台账"))
    desk.close()
    assert desk.log is None


def test_an_error_that_nobody_expects_is_logged_by_its_kind_only(monkeypatch, caplog):
    def fail(*args, **more):
        raise ValueError("王某某 13812345678")

    monkeypatch.setattr(issue_list, "read_log", fail)
    _, told = read_list(worker_file(), "台账.xlsx", [], "zh")
    assert told["refused"].startswith("台账.xlsx：") and "ValueError" in caplog.text
    assert "王某某" not in caplog.text + told["refused"]


def test_a_file_comes_in_parts_and_only_so_large(monkeypatch, desk):
    part = {"kind": "list part", "name": "a.csv"}
    assert ask(desk, {**part, "at": 0}, b"12345")["there"] == 5
    assert ask(desk, {**part, "at": 5}, b"678")["there"] == 8
    with pytest.raises(UserError, match="did not arrive whole"):
        ask(desk, {**part, "at": 5}, b"678")
    assert ask(desk, {**part, "at": 0}, b"1")["there"] == 1, "another file begins anew"
    monkeypatch.setattr(issue_list, "LARGEST", 1024**2)
    with pytest.raises(UserError, match="larger than 1 MB"):
        ask(desk, {**part, "at": 1}, b"x" * 1024**2)
    assert desk.content == b""
    with pytest.raises(UserError, match="choose an Excel file"):
        ask(desk, {**part, "name": "a.exe", "at": 0}, b"1")
    assert desk.job_of({"kind": "list nothing"}, ()) is None


def test_a_small_file_that_holds_gigabytes_is_refused(monkeypatch):
    monkeypatch.setattr(issue_list, "UNPACKED", 1024**2)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3 * 1024**2)
    _, told = read_list(file.getvalue(), "bomb.xlsx", [], "en")
    assert "holds 3 MB of cells" in told["refused"]


@pytest.mark.parametrize("answers", [7, "open", [["open"]], [["path", "x"]], [["open", ""]], [["open", 3]],
                                     [["open", "x" * 300]], [["open", "x"]] * 100])  # fmt: skip
def test_answers_that_no_page_gives_are_refused(answers):
    with pytest.raises(UserError, match="does not have"):
        read_list(b"", "a.csv", answers, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_no_sentence_tells_a_visitor_what_to_type(layout, lang):
    made = layout()
    name = made.name if Path(made.name).suffix in issue_list.KINDS else f"{made.name}.csv"
    _, told = read_list(made.content, name, [], lang)
    assert not re.search(r"--[a-z]", json.dumps(told, ensure_ascii=False))
    if not made.flags:
        assert told["used"] == made.used and told["open"] == made.open
    else:
        assert "question" in told or "refused" in told


def test_what_is_of_the_command_line_is_cut_and_the_rest_stays():
    path = "/somewhere/else/a (1).csv"
    for text, en, zh in (
        ("{path}:7: is odd; say --drawn DAY", "mine.csv, line 7: is odd", "mine.csv第7行: is odd"),
        (
            "{path}: is odd (--drawn DAY), and so on.",
            "mine.csv: is odd, and so on.",
            "mine.csv: is odd, and so on.",
        ),
        ("{path} has 'a', 'b'", "mine.csv has 'a', 'b'", "mine.csv has “a”、“b”"),
    ):
        said = Message(text, path=path)
        assert issue_list.for_page(said, "en", path, "mine.csv") == en
        assert issue_list.for_page(said, "zh", path, "mine.csv") == zh


def test_no_category_is_used_that_nobody_chose(worker_log):
    log, told = worker_log
    proposed = {c["name"]: c["proposal"] for c in told["categories"] if c["proposal"]}
    assert proposed and not any(c["ours"] for c in told["categories"] if c["proposal"])
    assert set(proposed) & set(choose_categories(log, {}).kinds) == set()
    chosen = choose_categories(log, proposed)
    assert set(proposed) <= set(chosen.kinds) and chosen.kinds["电梯故障"] == ("lift_stopped",)
    left = choose_categories(log, {**proposed, "电梯故障": ""})
    assert "电梯故障" not in left.kinds
    several = choose_categories(log, {"电梯故障": "lift_stopped+lift_adding"})
    assert several.kinds["电梯故障"] == ("lift_adding", "lift_stopped")
    with pytest.raises(UserError, match="not a category"):
        choose_categories(log, {"电梯故障": "nothing_such"})
    with pytest.raises(UserError, match="does not have"):
        choose_categories(log, {"电梯故障": 7})


def test_every_category_of_the_model_can_be_chosen_in_both_languages():
    for lang in LANGUAGES:
        names = [c["name"] for family in issue_list.catalogue(lang) for c in family["categories"]]
        assert sorted(names) == sorted(issue_list.CATEGORIES) and len(set(names)) == len(names)


@pytest.fixture(scope="module")
def fit():
    """Return a fit of wuzi_yard to a list of two years, with few trials."""
    case = list_fit.name_fitted(read_case("wuzi_yard"), "zh")
    log, told = read_list(worker_file(400), "台账.xlsx", OPEN, "zh")
    log = choose_categories(log, {c["name"]: c["ours"] or c["proposal"] for c in told["categories"]})
    steps = []
    result = list_fit.fit_case(case, log, lambda done, of: steps.append((done, of)), lambda: None, trials=24)
    return result, steps


def test_a_fit_counts_its_steps_and_is_told_in_plain_words(fit):
    result, steps = fit
    assert [done for done, _ in steps] == [*range(1, steps[0][1] + 1)]
    every = result.parameters.assign(answer=[*[LEARNED, TOGETHER] * 50][: len(result.parameters)])
    for each, lang in product((result, replace(result, parameters=every, widened=1.0)), LANGUAGES):
        told = list_fit.describe_fit(each, lang)
        assert json.dumps(told) and sections(lang)["issue_list"][f"fit.{told['verdict']}"]
        words = " ".join([*told["says"], *told["learned"], *told["together"], *told["unknown"]])
        assert not re.search(r"\w+\.\w+_\w+|issues\.|committee\.|--[a-z]", words), words
        assert len(told["learned"]) == len(each.learned) and "<html" in told["page"]
        usable = bool(each.learned or each.together) and not each.is_misspecified
        assert bool(told["toml"]) == usable
    assert len(told["learned"]) > 5 and len(told["together"]) > 5 and not told["unknown"]
    assert result.fitted.name == "wuzi_yard_fitted" and result.fitted.short_title_zh.endswith("（已校准）")
    assert list_fit.name_fitted(result.fitted, "zh") is result.fitted, "once is enough"


def test_a_fit_stops_when_nobody_waits_and_lets_others_simulate(worker_log):
    class Gone(Exception):
        pass

    def check():
        raise Gone

    log, told = worker_log
    log = choose_categories(log, {c["name"]: c["ours"] or c["proposal"] for c in told["categories"]})
    with pytest.raises(Gone):
        list_fit.fit_case(read_case("wuzi_yard"), log, lambda done, of: None, check, trials=24)
    assert YearCache.living == [] and YearCache.waiting == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_list_that_is_too_short_is_refused_in_words_of_the_page(monkeypatch, desk, lang):
    desk.log, _ = read_list(worker_file(12), "台账.xlsx", OPEN, lang)
    toml = write_case(read_case("wuzi_yard"))
    question = {"kind": "list fit", "toml": toml, "categories": {"电梯故障": "lift_stopped"}, "lang": lang}
    with pytest.raises(UserError) as refused:
        ask(desk, question)
    assert "台账.xlsx" in str(refused.value) and "20" in str(refused.value)

    def refuse(*args):
        raise UserError("{path}: is short; hold out less (--held-out)", path="台账.xlsx")

    monkeypatch.setattr(issue_list, "fit_case", refuse)
    with pytest.raises(UserError, match="hold out less$"):
        ask(desk, question)
    desk.close()
    with pytest.raises(UserError, match="no longer there"):
        ask(desk, question)


def test_a_file_has_no_button_and_what_is_not_installed_is_told(monkeypatch):
    case = read_case("wuzi_yard")
    assert page_data([case], form=False)["briefs"] == {} and page_data([case])["briefs"]["docx"]
    monkeypatch.setattr(take_along, "find_spec", lambda name: None if name == "pptx" else name)
    assert take_along.kinds_of_files() == {"pdf": True, "docx": True, "pptx": False}


def test_two_pages_are_about_one_side_that_has_more():
    assert take_along.sides_of("", "whistle") == (["whistle"], [], {})
    assert take_along.sides_of("whistle+grid_patrol", "whistle") == (["grid_patrol"], ["whistle"], {})
    new, both, settings = take_along.sides_of("", "whistle:strength=0.5")
    assert (new, both, settings) == (["whistle"], [], {"mechanisms.whistle.strength": 0.5})
    for a, b in (("whistle", "grid_patrol"), ("whistle", "whistle"), ("", ""),
                 ("whistle:strength=0.5", "whistle+grid_patrol")):  # fmt: skip
        with pytest.raises(UserError, match="one side that has everything"):
            take_along.sides_of(a, b)


@pytest.mark.slow
def test_the_brief_has_the_numbers_of_the_page_and_is_a_file_of_its_kind():
    case, pairs = read_case("wuzi_yard"), []
    result = take_along.compare_sides(case, ("", "whistle"), 3, pairs.append, lambda: None)
    assert pairs == [*range(1, LUCKS + WORLDS + 1)]
    arm = scenario_of(case, "whistle")
    shown = np.mean([year_of_luck(arm, 3, at)["resolution_rate"] for at in range(LUCKS)])
    assert result.table.loc["resolution_rate", "with"] == pytest.approx(shown, abs=1e-5)
    assert take_along.kinds_of_files() == {"pdf": True, "docx": True, "pptx": True}
    for kind, begins in (("pdf", b"%PDF"), ("docx", b"PK"), ("pptx", b"PK")):
        name, content = take_along.write_file(result, kind, "zh")
        assert name.endswith(f".{kind}") and content.startswith(begins)
    with pytest.raises(UserError, match="does not have"):
        take_along.write_file(result, "exe", "zh")


# ---- in a browser


@pytest.fixture
def page(browser, address):  # noqa: F811
    """Return a visit in Chinese, with My community open and filled in."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, reduced_motion="reduce", accept_downloads=True
    )
    page = context.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda told: page.wrong.append(told.text) if told.type == "error" else None)
    page.set_default_timeout(PATIENCE)
    page.goto(f'{address}/?view={{"lang":"zh"}}')
    page.wait_for_selector("#headline:not(.waits)")
    page.wait_for_function("window.cogovScreen.host.can.anyArm")
    page.click("#open-more")
    page.click("[data-room=community]")
    for name, text in {"name": "幸福里", "buildings": "6", "stairwells": "2", "floors": "6",
                       "residents": "350"}.items():  # fmt: skip
        page.locator(f'#form input[id$="-{name}"]').first.fill(text)
    yield page
    assert page.wrong == []
    context.close()


WORDS = sections("zh")["issue_list"]


def give(page, name, content):
    """Choose a file."""
    page.locator(".il input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


@pytest.mark.slow
def test_from_a_file_to_a_fitted_community_and_a_brief_without_a_command_line(page):
    page.get_by_role("button", name=WORDS["title"]).click()
    assert page.evaluate("window.cogovScreen.shadow.activeElement.innerText") == WORDS["title"]
    give(page, "台账.xlsx", worker_file(400))
    page.wait_for_selector(".il-question")
    assert page.evaluate("window.cogovScreen.shadow.activeElement.innerText") == "尚未办结"
    page.keyboard.press("Enter")
    page.wait_for_selector(".il-table")
    assert "读到401行，采用400行，剔除1行" in page.inner_text(".il-read")
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []
    page.locator(".il-accept").first.click()
    page.get_by_role("button", name="采纳全部").click()
    assert "5个类别用了5个" in page.inner_text(".il-used")
    page.locator(".il-table select").first.select_option("")
    assert "5个类别用了4个" in page.inner_text(".il-used")
    page.get_by_role("button", name=WORDS["fit.start"]).click()
    page.wait_for_selector(".il-fit progress")
    page.click(".cf-close")  # it goes on while the form is closed
    page.click("#open-more")
    page.click("[data-room=community]")
    page.get_by_role("button", name=WORDS["fit.stop"]).click()
    page.get_by_text(WORDS["fit.stopped"]).wait_for()
    page.get_by_role("button", name=WORDS["fit.start"]).click()
    page.wait_for_selector(".il-result", timeout=15 * PATIENCE)
    with page.expect_download() as saving:
        page.get_by_role("button", name=WORDS["fit.page"]).click()
    assert saving.value.suggested_filename == "幸福里_fitted.html"
    shown = page.get_by_role("button", name=WORDS["fit.use"])
    if shown.count():
        shown.click()
        page.wait_for_function("window.cogovScreen.placeName() === '幸福里（已校准）'")
    else:
        page.locator("#form").get_by_role("button", name="用这个社区").click()
        page.wait_for_function("window.cogovScreen.placeName() === '幸福里'")
    page.wait_for_function(
        "!window.cogovScreen.isStale && window.cogovScreen.answers.every((a) => a.luck.length > 2)"
    )
    page.click("#open-take")
    with page.expect_download(timeout=6 * PATIENCE) as saving:
        page.click("[data-kind=docx]")
    assert saving.value.suggested_filename.endswith(".docx")
    page.keyboard.press("Escape")
    assert page.locator("#take").is_hidden()


@pytest.mark.slow
def test_an_error_in_a_file_is_its_sentence_beside_the_file(page):
    for name, content, words in (
        ("a.exe", b"x", WORDS["kind"].format(name="a.exe")),
        ("a.csv", b"", WORDS["empty"].format(name="a.csv")),
        ("a.xlsx", worker_file()[:2000], "a.xlsx："),
        ("b.csv", b"just a letter\nof two lines\n", "b.csv"),
    ):
        give(page, name, content)
        page.wait_for_function(
            "words => window.cogovScreen.find('.il .cf-problem').innerText.includes(words)", arg=words
        )
        assert page.locator(".il > .cf-problem").is_visible() and page.locator(".il-table").count() == 0
        assert "Traceback" not in page.inner_text("#form")
    give(page, "台账.xlsx", worker_file())
    page.get_by_role("button", name="尚未办结").click()
    page.wait_for_selector(".il-table")
    assert page.locator(".il > .cf-problem").is_hidden()
    page.get_by_role("button", name=WORDS["back"]).click()
    page.wait_for_selector(".il-question")
    page.get_by_role("button", name=WORDS["remove"]).click()
    assert page.locator(".il-question").count() == 0 and page.locator(".il-fit > *").count() == 0


@pytest.mark.slow
def test_the_part_fits_a_telephone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    give(page, "台账.xlsx", worker_file())
    page.get_by_role("button", name="尚未办结").click()
    page.wait_for_selector(".il-table")
    for css in (".form-fields", ".il", ".il-table", ".il-chart"):
        wide, room = page.evaluate(
            "css => { const e = window.cogovScreen.find(css); return [e.scrollWidth, e.clientWidth]; }", css
        )
        assert wide <= room + 1, css
