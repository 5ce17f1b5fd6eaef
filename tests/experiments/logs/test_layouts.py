"""Logs in the layouts that people have are read as what they are; what is damaged ends in a sentence."""

import os
import random
import sys
from datetime import date
from pathlib import Path

import made_up_logs
import numpy as np
import pytest
from made_up_logs import LAYOUTS, OPEN, ROWS, issues

from cogov.cli import main as command
from cogov.engine.texts.errors import UserError
from cogov.experiments.logs.categories import propose
from cogov.experiments.logs.dates import read_days
from cogov.experiments.logs.issue_log import read_log, write_log
from cogov.experiments.logs.log_mapping import read_mapping
from cogov.experiments.logs.questions import LogQuestion

TRIALS = Path(
    os.environ.get("COGOV_TRIAL_LOGS", Path(__file__).resolve().parents[4] / "shared" / "trials" / "logs")
)


@pytest.fixture
def written(tmp_path):
    """Write bytes as a file; return its path."""

    def write(content, name):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_a_layout_is_read_without_a_flag_or_with_the_one_that_the_message_names(make, written):
    log = make()
    path = written(log.content, log.name)
    if log.flags:
        with pytest.raises(UserError) as refused:
            read_log(path)
        (name, values), *_ = log.flags.items()
        assert f"--{name} {','.join(values)}" in str(refused.value).replace("'", "")
    one = read_log(path, **log.flags)
    assert (len(one.issues), len(one.rejected), one.rows) == (log.used, log.rejected, log.used + log.rejected)
    assert int((~one.times()[1]).sum()) == log.open and tuple(one.reasons) == log.reasons
    said = " ".join(map(str, one.said))
    assert all(part in said for part in log.said), said
    assert "13800000000" not in said and "某居民" not in said


@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_every_day_is_the_day_that_was_written(make, written):
    log = make()
    one = read_log(written(log.content, log.name), **log.flags)
    days = sorted((o, c or date.max) for _, o, _, c in issues())
    read = sorted(
        (opened.date(), date.max if closed is None else closed.date())
        for opened, closed in zip(
            one.issues["opened"],
            one.issues["closed"].astype(object).where(one.issues["closed"].notna(), None),
        )
    )
    assert read == days


@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_what_is_written_of_a_layout_reads_as_the_same_log(make, written, tmp_path):
    log = make()
    one = read_log(written(log.content, log.name), **log.flags).accept()
    again = read_log(write_log(one, tmp_path / "clean"))
    assert again.kinds == one.kinds and len(again.rejected) == 0
    assert np.array_equal(np.stack(again.times()), np.stack(one.times()))


RIGHT = {  # file of the trials -> (flags, rows used, share closed in percent, rows rejected)
    "12345_truncated_gbk.csv": ({}, 120, 86, 0),
    "12345_14digits.csv": ({}, 120, 86, 0),
    "12345_open_words.csv": ({}, 120, 86, 0),
    "12345_two_types.csv": ({}, 120, 86, 0),
    "1999_big5.csv": ({}, 120, 86, 0),
    "apostrophe.csv": ({}, 120, 86, 0),
    "boston311.csv": ({}, 120, 86, 0),
    "cp1252.csv": ({}, 120, 86, 0),
    "epoch_ms.csv": ({}, 120, 86, 0),
    "excel_text_formula.csv": ({}, 120, 86, 0),
    "fixmystreet.csv": ({}, 120, 86, 0),
    "german_plain_header.csv": ({}, 100, 100, 0),
    "java.csv": ({}, 120, 86, 0),
    "ledger.xlsx": ({}, 29, 100, 0),
    "myla311.csv": ({}, 120, 86, 0),
    "names_in_header.csv": ({}, 120, 86, 0),
    "no_header.csv": ({"columns": ("column_1", "opened", "closed", "category")}, 120, 86, 0),
    "nul_bytes.csv": ({}, 120, 86, 0),
    "open311.csv": ({}, 120, 86, 0),
    "open_0000.csv": ({}, 120, 86, 0),
    "open_9999.csv": ({"open": ("9999-12-31",)}, 120, 86, 0),
    "open_blank_few.csv": ({}, 400, 93, 0),
    "open_open.csv": ({"open": ("Open",)}, 120, 86, 0),
    "open_words_few.csv": ({"open": ("办理中",)}, 400, 93, 0),
    "quoted_newlines.csv": ({}, 120, 86, 0),
    "semicolon_bom.csv": ({}, 120, 86, 0),
    "system_export_html.xls": ({}, 120, 86, 0),
    "system_export_tsv.xls": ({}, 120, 86, 0),
    "taizhang_dotted.csv": ({"open": ("未完成",)}, 120, 86, 0),
    "taizhang_hash.csv": ({}, 114, 86, 6),
    "taizhang_mixed_dates.csv": ({}, 120, 86, 0),
    "taizhang_monthly_headers.csv": ({}, 120, 86, 5),
    "taizhang_row_commas.csv": ({}, 120, 86, 0),
    "taizhang_serials.csv": ({}, 120, 86, 0),
    "taizhang_title.csv": ({}, 120, 86, 2),
    "taizhang_total.csv": ({}, 120, 86, 1),
    "taizhang_trailing_commas.csv": ({}, 120, 86, 0),
    "utf16_tab.csv": ({}, 120, 86, 0),
    "zero_width.csv": ({}, 120, 86, 0),
}


@pytest.mark.skipif(not TRIALS.exists(), reason="the trials are not on this machine")
@pytest.mark.parametrize("name", RIGHT)
def test_a_file_that_was_misread_once_is_read_right(name):
    flags, used, closed, rejected = RIGHT[name]
    if flags:
        with pytest.raises(UserError, match="--"):
            read_log(TRIALS / name)
    one = read_log(TRIALS / name, **flags)
    assert (len(one.issues), round(100 * one.times()[1].mean()), len(one.rejected)) == (
        used,
        closed,
        rejected,
    )


WAYS = {
    "2020-01-31T08:15:00Z": "2020-01-31",
    "2020-01-31 08:15:00.0000000": "2020-01-31",
    "31.01.2020 08:15": "2020-01-31",
    "1/31/2020 8:15:00 PM": "2020-01-31",
    "2020/1/31": "2020-01-31",
    "20200131": "2020-01-31",
    "20200131081500": "2020-01-31",
    "31 Jan 2020": "2020-01-31",
    "31. Januar 2020": "2020-01-31",
    "January 31, 2020": "2020-01-31",
    "Jan 31 2020 08:15AM": "2020-01-31",
    "Fri Jan 31 08:15:00 CST 2020": "2020-01-31",
    "2020年1月31日 8时15分": "2020-01-31",
    "2020年1月31日星期五 上午8:15": "2020-01-31",
    "二〇二〇年一月三十一日": "2020-01-31",
    "２０２０．１．３１": "2020-01-31",
    "民國109年1月31日": "2020-01-31",
    "109/1/31": "2020-01-31",
    "20年1月31日": "2020-01-31",
    "31/01/99": "1999-01-31",
    "43861.34": "2020-01-31",
    "1580458500": "2020-01-31",
    "1580458500000": "2020-01-31",
    "'2020-01-31": "2020-01-31",
    "9999-12-31": "9999-12-31",
    "0001-01-01": "0001-01-01",
}


@pytest.mark.parametrize("written_day", WAYS)
def test_a_day_is_read_however_it_is_written(written_day):
    assert str(read_days({"a": np.array([written_day], object)})["a"].day[0]) == WAYS[written_day]


@pytest.mark.parametrize(
    "nothing", ["", "soon", "2020-02-30", "13/13/2020", "13812345678", "2020", "3.5", "12:30", "#REF!", "1e9"]
)
def test_what_is_no_day_is_not_read_as_one(nothing):
    assert np.isnat(read_days({"a": np.array([nothing], object)})["a"].day[0])


def test_two_figures_for_a_year_are_asked_about_where_they_could_be_a_day():
    with pytest.raises(LogQuestion, match="2020-01-31 .*or 2031-01-20|2031-01-20 .*or 2020-01-31") as asked:
        read_days({"a": np.array(["31/01/20"], object)})
    assert asked.value.entry == "dates" and {answer for answer, _ in asked.value.answers} == {"dmy", "ymd"}


def test_closings_without_a_year_fall_into_the_next_one(written):
    path = written("登记日期,类别,完成日期\n12月30日,噪音,1月2日\n12月28日,噪音,\n".encode(), "2023.csv")
    one = read_log(path)
    assert one.times()[0].tolist() == [3.0, 5.0] and f"{one.drawn:%Y-%m-%d}" == "2024-01-02"
    with pytest.raises(LogQuestion, match="--year 2023"):
        read_log(written(path.read_bytes(), "mine.csv"))


def test_a_word_that_recurs_among_closings_is_asked_about_and_both_answers_hold(written):
    rows = "".join(
        f"{n},2023-01-{n % 28 + 1:02d},noise,{'2023-03-01' if n % 9 else 'see file'}\n" for n in range(90)
    )
    path = written(("id,opened,category,closed\n" + rows).encode(), "mine.csv")
    with pytest.raises(
        LogQuestion, match="'see file' in 10 rows.*--open 'see file'.*--closed-value"
    ) as asked:
        read_log(path)
    assert asked.value.answers[0][0] == "see file"
    assert int((~read_log(path, open="see file").times()[1]).sum()) == 10
    closed = read_log(path, closed_value="see file")
    assert (len(closed.issues), len(closed.rejected)) == (80, 10) and closed.times()[1].all()


def test_the_status_settles_what_a_word_or_a_day_means(written):
    for stand_in in ("pending answer", "9999-12-31", "1900-01-01"):
        rows = "".join(
            f"{n},2023-01-{n % 28 + 1:02d},noise,{f'2023-03-{n % 28 + 1:02d}' if n % 9 else stand_in},"
            f"{'Closed' if n % 9 else 'Open'}\n"
            for n in range(90)
        )
        one = read_log(written(("id,opened,category,closed,status\n" + rows).encode(), "mine.csv"))
        assert int((~one.times()[1]).sum()) == 10 and len(one.issues) == 90
        assert any("open, as 'status' says" in str(sentence) for sentence in one.said)


def test_a_last_day_with_most_closings_is_asked_about_if_nothing_is_open(written):
    rows = "".join(
        f"{n},2023-{n % 11 + 1:02d}-{n % 28 + 1:02d},noise,"
        + (f"2023-{n % 11 + 1:02d}-{max(n % 28 + 1, n % 3 + 26):02d}\n" if n % 6 else "2023-12-31\n")
        for n in range(90)
    )
    path = written(("id,opened,category,closed\n" + rows).encode(), "mine.csv")
    with pytest.raises(LogQuestion, match="2023-12-31"):
        read_log(path)
    assert read_log(path, closed_value="2023-12-31").times()[1].all()
    assert int((~read_log(path, open="2023-12-31").times()[1]).sum()) == 15


def test_a_log_that_would_lose_its_open_issues_is_refused(written):
    rows = "".join(
        f"{n},2023-01-{n % 28 + 1:02d},noise,{f'2023-03-{n % 28 + 1:02d}' if n % 6 else f'waiting for {n}'}\n"
        for n in range(90)
    )
    with pytest.raises(UserError, match="lost its open issues.*leave the cell empty"):
        read_log(written(("id,opened,category,closed\n" + rows).encode(), "mine.csv"))


def test_issues_closed_by_their_status_alone_are_asked_about(written):
    rows = "".join(
        f"{n},2023-01-{n % 28 + 1:02d},noise,{'' if n % 3 else '2023-03-01'},Closed\n" for n in range(30)
    )
    path = written(("id,opened,category,closed,status\n" + rows).encode(), "mine.csv")
    with pytest.raises(LogQuestion, match="20 rows are closed by 'status'.*--status none"):
        read_log(path)
    assert int((~read_log(path, status="none").times()[1]).sum()) == 20


def test_a_case_beside_a_log_is_no_mapping(written):
    written(b'title = "North yard"\n[community]\nresidents = 300\n', "mine.toml")
    one = read_log(
        written(b"opened,closed,category\n2023-01-02,2023-01-03,litter\n2023-01-04,,litter\n", "mine.csv")
    )
    assert len(one.issues) == 2 and any("is a case" in str(sentence) for sentence in one.said)
    with pytest.raises(UserError, match="is a case and not a mapping.*or leave --mapping out"):
        read_mapping(Path(one.path).with_name("mine.toml"))


def test_columns_with_personal_data_are_dropped_by_what_they_hold(written):
    rows = "".join(f"1380000{n:04d},2023-01-{n % 28 + 1:02d},,noise\n" for n in range(40))
    one = read_log(written(("id,opened,closed,category\n" + rows).encode(), "mine.csv"))
    assert "id" not in one.issues and any("telephone numbers" in str(sentence) for sentence in one.said)
    rows = "".join(f"{n},2023-01-{n % 28 + 1:02d},,张三 1380000{n:04d}\n" for n in range(40))
    with pytest.raises(UserError, match="holds telephone numbers.*--category"):
        read_log(written(("id,opened,closed,category\n" + rows).encode(), "mine.csv"))


def test_the_words_of_a_category_propose_and_decide_nothing(written):
    assert {
        word: propose(word).ours for word in ("电梯故障报修", "Blocked Drivway", "噪音扰民", "HEAT/HOT WATER")
    } == {
        "电梯故障报修": "lift_stopped",
        "Blocked Drivway": "parking",
        "噪音扰民": "neighbour_noise",
        "HEAT/HOT WATER": "pipe_leak",
    }
    assert propose("甲乙丙丁") is None
    one = read_log(
        written(b"opened,closed,category\n2023-01-02,2023-01-03,Elevator\n2023-01-04,,x1\n", "mine.csv")
    )
    assert one.kinds == {} and one.accept().kinds == {"Elevator": ("lift_stopped",)}
    text = write_log(one, Path(one.path).parent / "clean").with_suffix(".toml").read_text("utf-8")
    assert '# "Elevator" = "lift_stopped"' in text and '# "x1" = ""' in text


DAMAGES = {
    "cut short": lambda raw, luck: raw[: luck.randrange(1, len(raw))],
    "without its beginning": lambda raw, luck: raw[luck.randrange(1, len(raw)) :],
    "with noise": lambda raw, luck: bytes(
        luck.randrange(256) if luck.random() < 0.02 else byte for byte in raw
    ),
    "with a hole": lambda raw, luck: raw[: len(raw) // 3] + bytes(200) + raw[len(raw) // 3 + 200 :],
    "twice in a row": lambda raw, luck: raw + raw,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("make", LAYOUTS, ids=lambda make: make.__name__)
def test_a_damaged_log_is_accounted_for_or_ends_in_a_sentence(make, damage, written, monkeypatch, capsys):
    log = make()
    path = written(DAMAGES[damage](log.content, random.Random(f"{make.__name__} {damage}")), log.name)
    try:
        one = read_log(path, **log.flags)
        assert one.rows == len(one.issues) + len(one.rejected) and len(one.issues)
    except UserError as error:
        assert "\n" not in str(error) and len(str(error)) > 20
        words = [
            word for name, values in log.flags.items() for value in values for word in (f"--{name}", value)
        ]
        if "columns" in log.flags:
            words = ["--columns", ",".join(log.flags["columns"])]
        monkeypatch.setattr(sys, "argv", ["cogov", "import", str(path), *words, "--dry-run"])
        with pytest.raises(SystemExit) as left:
            command.main()
        out = capsys.readouterr()
        assert left.value.code == 2 and "Traceback" not in out.err and out.err.startswith("cogov: ")


def test_there_are_a_hundred_damaged_logs_and_some_of_them_are_refused(written):
    refused = 0
    for make in LAYOUTS:
        for damage, spoil in DAMAGES.items():
            log = make()
            try:
                read_log(
                    written(spoil(log.content, random.Random(f"{make.__name__} {damage}")), log.name),
                    **log.flags,
                )
            except UserError:
                refused += 1
    assert len(LAYOUTS) * len(DAMAGES) >= 100 and 20 <= refused < 90
    assert ROWS - OPEN > 40


def test_a_dry_run_says_what_is_understood_and_writes_nothing(written, monkeypatch, capsys, tmp_path):
    log = LAYOUTS[0]()
    written(log.content, log.name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["cogov", "import", log.name, "--dry-run"])
    with pytest.raises(SystemExit) as left:
        command.main()
    said = capsys.readouterr().out
    assert not left.value.code and f"{ROWS} rows read: {ROWS} used, 0 rejected" in said
    assert f"{OPEN} (" in said and [path.name for path in tmp_path.iterdir()] == [log.name]


def test_the_command_line_answers_in_chinese(written, monkeypatch, capsys, tmp_path):
    log = made_up_logs.committee_ledger()
    written(log.content, log.name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["cogov", "import", log.name, "--lang", "zh"])
    with pytest.raises(SystemExit):
        command.main()
    said = capsys.readouterr().out
    assert "读取62行：采用60行，剔除2行" in said and "邻里噪音?" in said and "整理后的台账：" in said
    assert not any(word in said for word in ("rows", "issues", "Tables", "Above the header"))


HEADERS = {  # header -> the columns that are the day of opening, the day of closing and the category
    "工单编号,工单类型,受理时间,派单时间,办理时限,办结时间,回访时间": "受理时间 办结时间 工单类型",
    "序号,登记时间,一级分类,承办单位,要求办结时间,实际办结时间": "登记时间 实际办结时间 一级分类",
    "编号,发现时间,事件大类,事件小类,处置时限,完成时间": "发现时间 完成时间 事件小类",
    "序号,日期,报修内容,报修类型,维修人员,维修时间": "日期 维修时间 报修类型",
    "序号,来访日期,诉求事项,答复时间": "来访日期 答复时间 诉求事项",
    "序号,交办时间,类目,办理完毕时间": "交办时间 办理完毕时间 类目",
    "REQUESTID,SERVICENAME,REQUESTEDDATETIME,EXPECTEDDATETIME,CLOSEDDATETIME": (
        "REQUESTEDDATETIME CLOSEDDATETIME SERVICENAME"
    ),
    "Request_Number,Date_Requested,Date_Completed,Request_Category": (
        "Date_Requested Date_Completed Request_Category"
    ),
}


@pytest.mark.parametrize("header", HEADERS)
def test_columns_are_known_by_the_names_that_people_give_them(header, written):
    names, days = header.split(","), HEADERS[header].split()
    rows = []
    for n in range(40):
        row = [f"{name[:2]}{n % 9}" for name in names]
        for at, name in enumerate(names):
            if name == days[1]:
                row[at] = f"2023-02-{n % 20 + 1:02d}" if n % 4 else ""
            elif name != days[2] and any(word in name for word in ("时间", "日期", "时限", "DATE", "Date")):
                row[at] = f"2023-01-{n % 20 + 1:02d}"
        rows.append(row)
    text = "\n".join(",".join(row) for row in [names, *rows])
    log = read_log(written(text.encode(), "mine.csv"), id="none")
    assert [log.mapping.opened, log.mapping.closed, log.mapping.category] == days and len(log.issues) == 40


def test_merged_cells_of_an_export_are_asked_about_and_both_answers_hold(written):
    rows = "".join(
        f"{'lift_stopped' if n == 0 else 'litter' if n == 20 else ''},2023-01-{n % 28 + 1:02d},\n"
        for n in range(40)
    )
    path = written(("category,opened,closed\n" + rows).encode(), "mine.csv")
    with pytest.raises(LogQuestion, match="empty in 38 of 40 rows.*--blank above"):
        read_log(path)
    assert read_log(path, blank="above").issues["category"].value_counts().to_dict() == {
        "lift_stopped": 20,
        "litter": 20,
    }
    with pytest.raises(UserError, match="38 of 40 rows cannot be used"):
        read_log(path, blank="none")
    with pytest.raises(UserError, match="allowed are above and none"):
        read_log(path, blank="below")


def test_several_words_for_open_are_named_at_once(written):
    rows = "".join(
        f"{n},2023-01-{n % 28 + 1:02d},噪音,{'2023-03-01' if n % 5 else '办理中' if n % 2 else '待处理'}\n"
        for n in range(90)
    )
    path = written(("编号,受理时间,类别,办结时间\n" + rows).encode(), "mine.csv")
    with pytest.raises(LogQuestion, match="--open '(办理中|待处理)' --open '(办理中|待处理)'"):
        read_log(path)
    assert int((~read_log(path, open=("办理中", "待处理")).times()[1]).sum()) == 18


def test_a_day_is_told_from_the_time_of_the_day_beside_it(written):
    rows = "".join(f"2023-01-{n % 28 + 1:02d},08:03,噪音,2023-02-01,17:20\n" for n in range(30))
    log = read_log(written(("受理日期,受理时间,类别,办结日期,办结时间\n" + rows).encode(), "mine.csv"))
    assert (log.mapping.opened, log.mapping.closed) == ("受理日期", "办结日期")


def test_a_date_below_the_table_is_not_the_day_of_extraction(written):
    rows = "".join(f"2023-01-{n % 28 + 1:02d},噪音,\n" for n in range(30))
    path = written(("受理时间,类别,办结时间\n" + rows + "制表人,审核人,2023-12-31\n").encode(), "mine.csv")
    assert f"{read_log(path).drawn:%Y-%m-%d}" == "2023-01-28"
