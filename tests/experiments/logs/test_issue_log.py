"""A community's own log is read correctly, and rows that cannot be true are set aside with their line."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cogov.cli import main as command
from cogov.engine.texts.errors import UserError
from cogov.experiments.files.csv_tables import escape_formulas
from cogov.experiments.logs import log_summary as W
from cogov.experiments.logs.issue_log import read_log, write_log
from cogov.experiments.logs.log_mapping import read_mapping

REAL = Path(
    os.environ.get(
        "COGOV_LOG", Path(__file__).resolve().parents[4] / "shared" / "data" / "council_casework.csv"
    )
)
HEAD = "id,opened,closed,category,phone\n"
FINE = (
    HEAD
    + "1,2020-01-13,2020-01-14,lamp_out,555\n2,2020-01-15,,litter,556\n3,2020-02-20,2020-03-01,litter,557\n"
)


@pytest.fixture
def write_text(tmp_path):
    """Write text (or bytes) as a log; return its path."""

    def wrote(text, encoding="utf-8", name="mine.csv"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return tmp_path / name

    return wrote


def test_what_has_usual_names_is_guessed_and_said_and_the_rest_is_dropped(write_text):
    one = read_log(write_text(FINE))
    assert list(one.issues.columns) == ["line", "opened", "closed", "category", "id"] and list(
        one.issues["line"]
    ) == [2, 3, 4]
    assert one.kinds == {"lamp_out": ("lamp_out",), "litter": ("litter",)}
    said = " ".join(map(str, one.said))
    assert (
        "'phone'" in said
        and "Columns dropped" in said
        and "Extracted on 2020-03-01" in said
        and "555" not in said
    )


def test_chinese_names_and_gbk_are_understood(write_text):
    text = (
        "工单编号;受理时间;办结时间;问题类别;居民姓名\n"
        "甲1;2021年3月4日 8:05;2021年3月14日;楼道灯不亮;张三\n"
        "甲2;2021年3月5日 9:00;;纠纷;李四\n"
    )
    one = read_log(write_text(text, "gbk"))
    assert (
        one.kinds["楼道灯不亮"] == ("lamp_out",)
        and "neighbour_noise" in one.kinds["纠纷"]
        and "GBK" in " ".join(map(str, one.said))
    )
    assert list(one.issues["opened"].dt.day) == [4, 5] and one.issues["closed"].isna().tolist() == [
        False,
        True,
    ]
    assert list(read_log(write_text(text, "utf-8-sig")).issues["category"]) == list(one.issues["category"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends_are_recognised(write_text, encoding, mark, end):
    one = read_log(
        write_text(
            ("编号,opened,closed,类别\n1,2020-01-13,2020-01-14,乱丢垃圾\n2,2020-01-15,,乱丢垃圾\n")
            .replace(",", mark)
            .replace("\n", end),
            encoding,
        )
    )
    assert one.kinds == {"乱丢垃圾": ("litter",)} and list(one.issues["line"]) == [2, 3]


LOGS = {  # a hundred rows, as others keep them
    "gb18030": ("工单编号,受理时间,办结时间,问题类别\n", "楼道灯不亮"),
    "big5": ("案件編號,受理時間,結案日期,問題類別\n", "電梯停運"),
    "cp1252": ("id,opened,closed,category\n", "Straßenbeleuchtung"),
}


@pytest.mark.parametrize("encoding", LOGS)
def test_an_encoding_that_is_not_unicode_is_recognised_and_named(write_text, encoding):
    head, category = LOGS[encoding]
    rows = "".join(f"{n},2021-03-{n % 28 + 1:02d},,{category}\n" for n in range(100))
    columns = dict(zip(("opened", "closed", "category"), head.strip().split(",")[1:]))
    one = read_log(write_text(head + rows, encoding), **columns)
    assert set(one.issues["category"]) == {category} and len(one.issues) == 100
    assert f"Encoding: {'GBK (GB18030)' if encoding == 'gb18030' else encoding}" in " ".join(
        map(str, one.said)
    )


BAD = HEAD + (
    "1,2020-01-13,2020-01-14,litter,x\n"  # 2
    "2,2020-01-15,2020-01-10,litter,x\n"  # 3 closed before opened
    "3,,2020-01-20,litter,x\n"  # 4 no date
    "4,some day,2020-01-20,litter,x\n"  # 5 unreadable
    "5,2020-01-16,soon,litter,x\n"  # 6 unreadable
    "1,2020-01-17,2020-01-20,litter,x\n"  # 7 the id of line 2
    "6,2020-05-01,,litter,x\n"  # 8 opened after the log was drawn
    "7,2020-01-18,2020-05-02,litter,x\n"  # 9 closed after it
    "8,2020-01-18,2020-01-19,,x\n"  # 10 no category
    "9,2020-01-18,2020-01-19,litter\n"  # 11 too short
    '10,2020-01-19,2020-01-21,"lit\nter",x\n'  # 12, and 13
    + "\n"
    + "".join(f"{n},2020-01-20,2020-01-22,litter,x\n" for n in range(20, 60))
)


def test_rows_that_cannot_be_true_are_set_aside_with_line_and_reason_and_none_is_lost(write_text):
    one = read_log(write_text(BAD), drawn="2020-03-01")
    told = dict(zip(one.rejected["line"], one.rejected["reason"]))
    words = {
        3: "closed before",
        4: "no date in 'opened'",
        5: "unreadable date in 'opened'",
        6: "unreadable date in 'closed'",
        7: "id of line 2",
        8: "opened after",
        9: "closed after",
        10: "no category",
        11: "4 fields, the header has 5",
    }
    assert set(told) == set(words) and all(word in told[line] for line, word in words.items())
    assert one.rows == len(one.issues) + len(one.rejected) == 51
    assert list(one.issues["line"])[:3] == [2, 12, 15]


def test_open_issues_are_censored_on_the_day_the_log_was_drawn(write_text):
    for drawn, days in ((None, 46), ("2020-04-15", 91)):
        time, closed = read_log(write_text(FINE), drawn=drawn).times()
        assert time.tolist() == [1, days, 10] and closed.tolist() == [True, False, True]


BOTH = HEAD + "".join(f"{n},{n % 12 + 1:02d}/04/2020,{n % 12 + 1:02d}/05/2020,litter,x\n" for n in range(30))


def test_dates_with_two_readings_are_refused_with_both_and_the_way_out(write_text):
    with pytest.raises(
        UserError,
        match=(
            r"mine.csv:2.*'01/04/2020' is 2020-04-01 \(day, month, year\) or 2020-01-04 \(month, day, year\)"
            r".*--dates dmy or --dates mdy"
        ),
    ):
        read_log(write_text(BOTH))
    assert read_log(write_text(BOTH), dates="%d/%m/%Y").issues["opened"].dt.month.unique().tolist() == [4]
    assert read_log(write_text(BOTH), dates="%m/%d/%Y", drawn="2021-01-01").issues[
        "opened"
    ].dt.day.unique().tolist() == [4]


def test_one_date_that_has_only_one_reading_settles_all(write_text):
    assert read_log(write_text(BOTH + "99,31/03/2020,,litter,x\n")).issues[
        "opened"
    ].dt.month.unique().tolist() == [
        4,
        3,
    ]


def test_a_column_with_two_readings_takes_the_one_that_the_other_column_has(write_text):
    assert read_log(write_text(BOTH + "99,01/04/2020,31/05/2020,litter,x\n")).issues[
        "opened"
    ].dt.month.unique().tolist() == [4]


WRONG = {
    "no file": ("none.csv", None, {}, ["none.csv", "cannot be read"]),
    "an empty file": ("mine.csv", "", {}, ["empty"]),
    "one column only": ("mine.csv", "opened\n2020-01-13\n", {}, ["--delimiter"]),
    "a workbook that is none": ("mine.csv", b"PK\x03\x04xx", {}, ["workbook", "save it again"]),
    "bytes that are no text": (
        "mine.csv",
        b"opened,closed\n\x81 \x8d \x8f \x90 \x9d\xff\n",
        {},
        ["mine.csv:2", "--encoding"],
    ),
    "a column that is not there": ("mine.csv", FINE, {"opened": "opend"}, ["'opend'", "'opened'"]),
    "no column for it": ("mine.csv", FINE.replace("closed", "fin"), {}, ["closed", "--closed", "fin"]),
    "two columns for it": (
        "mine.csv",
        FINE.replace("phone", "kind"),
        {},
        ["'category', 'kind' could each be the category", "--category"],
    ),
    "one column for two things": (
        "mine.csv",
        FINE,
        {"opened": "opened", "closed": "opened"},
        ["'opened'", "two roles"],
    ),
    "twice the same header": (
        "mine.csv",
        FINE.replace("phone", "id"),
        {"id": "id"},
        ["'id'", "more than one"],
    ),
    "dates that no format reads": (
        "mine.csv",
        FINE.replace("2020-", "MMXX-"),
        {},
        ["mine.csv:2", "'opened'", "--dates"],
    ),
    "a format that reads nothing": (
        "mine.csv",
        FINE,
        {"dates": "%d/%m/%Y"},
        ["mine.csv:2", "'2020-01-13'", "%d/%m/%Y"],
    ),
    "a day that is none": ("mine.csv", FINE, {"drawn": "yesterday"}, ["'yesterday'", "2025-01-09"]),
    "a lonely date": (
        "mine.csv",
        FINE.replace("2020-03-01", "2202-03-01"),
        {},
        ["mine.csv:4", "2202-03-01", "--drawn 2020-02-20"],
    ),
    "a quote left open": (
        "mine.csv",
        FINE + '4,2020-02-20,2020-02-21,"litter,x\n' + "5,2020-02-20,2020-02-21,litter,x\n" * 40_000,
        {},
        ["mine.csv:5", "quote"],
    ),
    "residents below none": ("mine.csv", FINE, {"residents": -3}, ["residents", "-3"]),
    "a category of ours that is none": (
        "mine.csv",
        FINE,
        {"categories": {"litter": "liter"}},
        ["'liter'", "'litter'"],
    ),
    "a category of theirs that is none": (
        "mine.csv",
        FINE,
        {"categories": {"liter": "litter"}},
        ["'liter'", "'litter'"],
    ),
    "an encoding that is none": ("mine.csv", FINE, {"encoding": "utf-9"}, ["utf-9", "gbk"]),
    "nothing that can be used": (
        "mine.csv",
        HEAD + "1,2020-01-13,2020-01-12,litter,5\n",
        {},
        ["mine.csv:2", "closed before"],
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_read_is_refused_with_place_and_way_out(write_text, tmp_path, wrong):
    name, text, said, hints = WRONG[wrong]
    path = write_text(text) if text is not None else tmp_path / name
    with pytest.raises(UserError) as refused:
        read_log(path, **said)
    assert all(hint in str(refused.value) for hint in hints), str(refused.value)


def test_a_mapping_file_says_it_once_for_all_and_is_checked_with_its_lines(write_text, tmp_path):
    path = write_text(FINE.replace("opened", "a").replace("closed", "b").replace("lamp_out", "lights"))
    (tmp_path / "m.toml").write_text(
        'opened = "a"\nclosed = "b"\nresidents = 500\n[categories]\nlights = ["lamp_out", "camera_dead"]\n',
        encoding="utf-8",
    )
    one = read_log(path, tmp_path / "m.toml")
    assert (
        one.kinds == {"lights": ("camera_dead", "lamp_out"), "litter": ("litter",)}
        and one.mapping.residents == 500
    )
    (tmp_path / "m.toml").write_text('opened = "a"\nclosd = "b"\n', encoding="utf-8")
    with pytest.raises(UserError, match="m.toml:2: closd is unknown; did you mean 'closed'"):
        read_mapping(tmp_path / "m.toml")


def test_what_is_written_is_clean_says_what_it_means_and_reads_as_the_same_log(write_text, tmp_path):
    one = read_log(
        write_text(FINE.replace("lamp_out", "=cmd|' /C calc'!A0") + "4,2020-02-20,2020-02-19,@sum,558\n"),
        residents=500,
        categories={"litter": "environment"},
    )
    folder = tmp_path / "clean"
    again = read_log(write_log(one, folder))
    assert (
        again.kinds == one.kinds
        and again.drawn == one.drawn
        and again.mapping.residents == 500
        and len(again.rejected) == 0
    )
    assert np.array_equal(np.stack(again.times()), np.stack(one.times()))
    text = (folder / "log.csv").read_text("utf-8-sig") + (folder / "rejected.csv").read_text("utf-8-sig")
    assert (
        "'=cmd" in text and ",=cmd" not in text and "'@sum" in text and "55" not in text.replace("2020", "")
    )


def test_formulas_are_defused_and_numbers_are_left_alone():
    table = escape_formulas(
        pd.DataFrame({"a": ["=1", "+1", "-1", "@a", "\tx", "fine"], "b": [-1.0, 2, 3, 4, 5, 6]})
    )
    assert [cell[0] for cell in table["a"]] == ["'"] * 5 + ["f"] and table["b"].tolist() == [
        -1.0,
        2,
        3,
        4,
        5,
        6,
    ]


def test_quartiles_and_means_are_those_of_the_closed_form(write_text):
    """Without censoring, Kaplan-Meier is one minus the share that is done, and its mean the mean."""
    waits = np.random.default_rng(3).integers(0, 90, 400)
    opened = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(400) % 365, "D")
    frame = pd.DataFrame(
        {"opened": opened, "closed": opened + pd.to_timedelta(waits, "D"), "category": "litter"}
    )
    row = W.summarise_log(read_log(write_text(frame.to_csv(index=False)), residents=2000)).loc["litter"]
    assert [row["q25"], row["median"], row["q75"]] == np.quantile(
        waits, [0.25, 0.5, 0.75], method="inverted_cdf"
    ).tolist()
    assert row["restricted_mean"] == pytest.approx(waits.mean()) and row["closed"] == 1.0
    assert row["per_1000_year"] == pytest.approx(400 / 2 / (365 / 365.25))


def test_months_and_weekdays_add_up(write_text):
    one = read_log(write_text(BAD), drawn="2020-03-01")
    assert W.months(one).to_numpy().sum() == len(one.issues)
    days = W.weekdays(one)[W.ALL]
    # one on the 13th and forty on the 20th: two Mondays in that week and a day
    assert days["Monday"] == pytest.approx(41 / 2)


def test_large_logs_are_read(write_text):
    """Not timed; but a loop over dates or quadratic work would be noticed."""
    row = "{},2020-{:02d}-{:02d} 08:00,2021-01-0{} 09:30,litter,x\n"
    one = read_log(
        write_text(HEAD + "".join(row.format(n, n % 12 + 1, n % 28 + 1, n % 9 + 1) for n in range(150_000)))
    )
    assert len(one.issues) == one.rows == 150_000


def test_the_command_line_imports(monkeypatch, capsys, tmp_path, write_text):
    monkeypatch.chdir(tmp_path)
    write_text(BAD)
    for words in (["--drawn", "2020-03-01", "--json"], ["--drawn", "2020-03-01", "--out", "mine"]):
        monkeypatch.setattr(sys, "argv", ["cogov", "import", "mine.csv", *words])
        with pytest.raises(SystemExit) as left:
            command.main()
        out = capsys.readouterr().out
        assert not left.value.code
        if "--json" in words:
            told = json.loads(out)
            assert (told["rows"], told["used"], told["rejected"]) == (51, 42, 9) and told["summary"][0][
                "issues"
            ] == 42
    assert "51 rows read: 42 used, 9 rejected" in out and "'phone'" in out
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {
        "log.csv",
        "log.toml",
        "rejected.csv",
        "summary.csv",
        "months.csv",
        "weekdays.csv",
        "log.png",
        "log.svg",
        "manifest.json",
    }


def kaplan_meier_by_hand(time, closed):
    """Compute Kaplan-Meier a second time: day by day, without sorting."""
    left, out = 1.0, []
    for day in range(int(time.max()) + 1):
        left *= 1.0 - np.sum(closed & (time == day)) / max(np.sum(time >= day), 1)
        out.append(left)
    return np.array(out)


@pytest.mark.skipif(not REAL.exists(), reason="the log is not on this machine")
def test_a_real_log_is_read_whole_and_its_quartiles_are_right():
    """Some seven thousand requests to four council offices.

    Kaplan-Meier by hand, day by day, straight from the file.
    """
    one = read_log(REAL, drawn="2025-01-09")
    raw = pd.read_csv(REAL, parse_dates=["opendate", "closedate"])
    assert one.rows == len(raw) == len(one.issues) + len(one.rejected) and len(one.issues) > 6000
    closed = raw["closedate"].notna().to_numpy()
    time = (raw["closedate"].fillna(pd.Timestamp("2025-01-09")) - raw["opendate"]).dt.days.to_numpy()
    left = kaplan_meier_by_hand(time, closed)
    row = W.summarise_log(one).loc[W.ALL]
    assert [row[q] for q in ("q25", "median", "q75")] == [
        int(np.argmax(left <= 1 - share + 1e-12)) for share in (0.25, 0.5, 0.75)
    ]
    assert row["restricted_mean"] == pytest.approx(left[:180].sum())
