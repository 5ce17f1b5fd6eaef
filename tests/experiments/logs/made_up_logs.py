"""Made-up issue logs in the layouts that people have, and what is true of them: rows, open, rejected."""

import csv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from xml.sax.saxutils import escape

import numpy as np
import xlsxwriter

ZH = ("电梯故障", "噪音扰民", "垃圾清运", "水管漏水", "违章停车")
EN = ("Street Light Condition", "Noise - Residential", "Elevator", "Illegal Parking", "Water Leak")
ROWS = 60


def issues(words=ZH, year=2023, count=ROWS):
    """Return made-up issues: (number, opened, category, closed or None); every seventh is open."""
    rng = np.random.default_rng(7)
    out = []
    for n in range(count):
        opened = date(year, 1, 3) + timedelta(int(rng.integers(300)))
        closed = None if n % 7 == 3 else opened + timedelta(int(rng.integers(1, 30)))
        out.append((n + 1, opened, words[n % len(words)], closed))
    return out


OPEN = sum(closed is None for *_, closed in issues())


@dataclass
class MadeUp:
    """A log, how it must be asked for, and what must come out."""

    name: str
    content: bytes
    flags: dict = field(default_factory=dict)  # what the message names, if it asks
    used: int = ROWS
    open: int = OPEN
    rejected: int = 0
    said: tuple = ()  # parts of what must be said
    reasons: tuple = ()  # why rows are rejected


def text(rows, encoding="utf-8", delimiter=",", end="\r\n"):
    """Return rows as delimited text."""
    file = StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    return file.getvalue().encode(encoding)


def book(fill: Callable) -> bytes:
    """Return a workbook that `fill(workbook)` writes."""
    file = BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    fill(workbook)
    workbook.close()
    return file.getvalue()


def us(day, clock=" 07:31:55 AM"):
    return f"{day:%m/%d/%Y}{clock}" if day else ""


def nyc():
    head = "Unique Key,Created Date,Closed Date,Agency,Complaint Type,Descriptor,Address,Status,Due Date"
    rows = [
        [57000000 + n, us(o), us(c), "HPD", what, "x", "1 SOME STREET", "Closed" if c else "Open", us(o)]
        for n, o, what, c in issues(EN)
    ]
    return MadeUp("nyc.csv", text([head.split(","), *rows]))


def chicago():
    head = (
        "SR_NUMBER,SR_TYPE,OWNER_DEPARTMENT,STATUS,CREATED_DATE,LAST_MODIFIED_DATE,CLOSED_DATE,STREET_ADDRESS"
    )
    rows = [
        [f"SR{n:08d}", what, "CDOT", "Completed" if c else "Open", us(o), us(c or o), us(c), "1 N X ST"]
        for n, o, what, c in issues(EN)
    ]
    return MadeUp("chicago.csv", text([head.split(","), *rows]))


def boston():
    head = (
        "case_enquiry_id,open_dt,sla_target_dt,closed_dt,on_time,case_status,closure_reason,case_title,type"
    )
    rows = [
        [101 + n, f"{o} 07:31:55", f"{o} 17:00:00", f"{c} 03:21:21" if c else "", "ONTIME",
         "Closed" if c else "Open", "Case Closed.\nResolved, see photo", "A street, a light", what]
        for n, o, what, c in issues(EN)
    ]  # fmt: skip
    return MadeUp("boston.csv", text([head.split(","), *rows]))


def los_angeles():
    head = (
        "SRNumber,CreatedDate,UpdatedDate,ActionTaken,Owner,RequestType,Status,ServiceDate,ClosedDate,Address"
    )
    rows = [
        [
            f"1-{n}",
            us(o),
            us(c or o),
            "SR Created",
            "BOS",
            what,
            "Closed" if c else "Open",
            us(c),
            us(c),
            "1 ST",
        ]
        for n, o, what, c in issues(EN)
    ]
    return MadeUp("la.csv", text([head.split(","), *rows]))


def fixmystreet():
    head = "Report ID,Title,Detail,User Name,Category,Created,Confirmed,Acknowledged,Fixed,Closed,Status,Ward"
    rows = [
        [n, "t", "d, with comma", "N. N.", what, f"{o}T07:31:55", f"{o}T08:00:00", "",
         f"{c}T03:21:21" if c and n % 2 else "", f"{c}T20:13:37" if c and not n % 2 else "",
         "confirmed" if not c else "fixed - council" if n % 2 else "closed", "W"]
        for n, o, what, c in issues(EN)
    ]  # fmt: skip
    return MadeUp("fixmystreet.csv", text([head.split(","), *rows]), said=("'Fixed|Closed'",))


def open311():
    head = "service_request_id,status,service_name,description,requested_datetime,updated_datetime,address"
    rows = [
        [n, "closed" if c else "open", what, "", f"{o}T07:31:55-05:00", f"{c or o}T09:00:00-05:00", ""]
        for n, o, what, c in issues(EN)
    ]
    return MadeUp("open311.csv", text([head.split(","), *rows]), said=("the day of the last change",))


def hotline_gbk():
    head = ["工单编号", "受理时间", "诉求类型", "诉求内容", "承办单位", "地址", "状态", "办结时间"]
    rows = [
        [f"2023{n:010d}", f"{o.year}/{o.month}/{o.day} 8:03", what, "x", "街道", "某路1号",
         "已办结" if c else "办理中", f"{c.year}/{c.month}/{c.day} 17:20" if c else ""]
        for n, o, what, c in issues()
    ]  # fmt: skip
    return MadeUp("hotline.csv", text([head, *rows], "gbk"), said=("GBK",))


def hotline_words():
    head = ["工单编号", "受理时间", "类别", "办结时间"]
    rows = [
        [n, f"{o:%Y年%m月%d日}", what, f"{c:%Y年%m月%d日}" if c else "办理中"] for n, o, what, c in issues()
    ]
    return MadeUp("words.csv", text([head, *rows], "gb18030"), {"open": ("办理中",)}, said=("'办理中'",))


def hotline_forever():
    head = ["工单编号", "受理时间", "类别", "办结时间"]
    rows = [[n, o, what, c or "2099-12-31"] for n, o, what, c in issues()]
    return MadeUp("forever.csv", text([head, *rows], "utf-16", "\t"), {"open": ("2099-12-31",)})


def taiwan_big5():
    head = ["案件編號", "陳情日期", "案件類別", "結案日期"]
    rows = [
        [f"A{n:05d}", f"{o.year - 1911}/{o.month}/{o.day}", ("電梯", "噪音", "停車", "漏水", "垃圾")[n % 5],
         f"{c.year - 1911}/{c.month}/{c.day}" if c else ""]
        for n, o, _, c in issues()
    ]  # fmt: skip
    return MadeUp("taiwan.csv", text([head, *rows], "big5"), said=("big5", "1911"))


def german():
    head = ["Nr", "Eingangsdatum", "Kategorie", "Straße", "Erledigt am", "Kosten"]
    rows = [
        [n, f"{o:%d.%m.%Y}", ("Müllablagerung", "Gehweg/Fußweg", "Grünfläche")[n % 3], "Lärmweg",
         f"{c:%d.%m.%Y}" if c else "", "12,50"]
        for n, o, _, c in issues()
    ]  # fmt: skip
    return MadeUp("german.csv", text([head, *rows], "cp1252", ";"), said=("cp1252",))


def committee_ledger():
    """A title, a header of two rows with merged cells, a total, and a remark at the end."""

    def fill(workbook):
        day = workbook.add_format({"num_format": "yyyy/m/d"})
        sheet = workbook.add_worksheet("台账")
        sheet.merge_range(0, 0, 0, 5, "幸福社区2023年诉求办理台账")
        sheet.write_row(1, 0, ["填报单位：幸福社区", "", "", "填报日期：2023/12/31"])
        for column, name in ((0, "序号"), (1, "诉求类别")):
            sheet.merge_range(2, column, 3, column, name)
        sheet.merge_range(2, 2, 2, 3, "办理情况")
        sheet.merge_range(2, 4, 2, 5, "居民")
        sheet.write_row(3, 2, ["受理时间", "办结时间", "姓名", "电话"])
        for row, (n, o, what, c) in enumerate(issues(), 4):
            sheet.write_row(row, 0, [n, what])
            sheet.write_datetime(row, 2, datetime(o.year, o.month, o.day, 9), day)
            if c:
                sheet.write_datetime(row, 3, datetime(c.year, c.month, c.day), day)
            sheet.write_row(row, 4, ["某居民", "13800000000"])
        sheet.write_row(4 + ROWS, 0, ["合计", "", ROWS])
        sheet.write(5 + ROWS, 0, "注：数据截至年底")

    return MadeUp(
        "ledger.xlsx",
        book(fill),
        rejected=2,
        said=("'姓名', '电话'",),
        reasons=("is a total", "holds nothing but '注：数据截至年底'"),
    )


def two_header_rows():
    """A header of two rows as a spreadsheet exports it: what was merged is only in the first cell."""
    head = [["序号", "诉求类别", "办理情况", "", "备注"], ["", "", "受理时间", "办结时间", ""]]
    rows = [[n, what, o, c or "", ""] for n, o, what, c in issues()]
    return MadeUp(
        "heads.csv", text([["某社区诉求台账", "", "", "", ""], *head, *rows]), said=("two rows, 2 and 3",)
    )


def monthly_sheets():
    """A sheet a month, with days without a year, and one sheet that is no log."""

    def fill(workbook):
        note = workbook.add_worksheet("说明")
        note.write_column(0, 0, ["本表由社区填写", "每月一张"])
        for month in sorted({o.month for _, o, _, _ in issues()}):
            sheet = workbook.add_worksheet(f"{month}月")
            sheet.write(0, 0, f"2023年{month}月台账")
            sheet.write_row(1, 0, ["序号", "登记日期", "问题类别", "完成日期"])
            rows = [issue for issue in issues() if issue[1].month == month]
            for row, (_, o, what, c) in enumerate(rows, 2):
                shown = f"{c.month}月{c.day}日" if c else ""
                sheet.write_row(row, 0, [row - 1, f"{o.month}月{o.day}日", what, shown])

    return MadeUp("monthly.xlsx", book(fill), said=("'说明'", "2023, as the title"))


def serials_in_text():
    head = ["序号", "登记日期", "事项类别", "处理情况", "完成日期"]
    day = date(1899, 12, 30)
    rows = [
        [n, f"{(o - day).days}.31383", what, "已处理", f"{(c - day).days}" if c else "", ""]
        for n, o, what, c in issues()
    ]
    return MadeUp("serials.csv", text([head, *rows]), said=("day numbers of Excel",))


def web_page():
    head = ["工单编号", "受理时间", "类别", "办结时间"]
    rows = [head, *([n, f"{o}", what, c or ""] for n, o, what, c in issues())]
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    page = f"<html><meta charset=gbk><body><table border=1>{cells}</table></body></html>"
    return MadeUp("export.xls", page.encode("gbk"), said=("web page",))


def open_document():
    """The least that an .ods needs."""
    rows = [["编号", "受理日期", "类别", "办结日期"], *([n, o, what, c or ""] for n, o, what, c in issues())]
    cells = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(str(cell))}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="台账">{cells}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return MadeUp("ledger.ods", file.getvalue())


def broken_bytes():
    """A GBK export of which a column was cut in the middle of a sign."""
    head = ["工单编号", "受理时间", "类别", "承办单位", "办结时间"]
    rows = text(
        [
            head,
            *([n, f"{o:%Y/%m/%d}", what, "街道", f"{c:%Y/%m/%d}" if c else ""] for n, o, what, c in issues()),
        ],
        "gbk",
    )
    return MadeUp(
        "cut.csv", rows.replace("街道,".encode("gbk"), "街道".encode("gbk")[:3] + b",", 3), said=("3 broken",)
    )


def no_header():
    rows = [[n, o, what, c or ""] for n, o, what, c in issues()]
    return MadeUp("bare.csv", text(rows), {"columns": ("column_1", "opened", "category", "closed")})


def rounded_ids():
    head = ["工单编号", "受理时间", "类别", "办结时间"]
    rows = [["2.02E+13", o, what, c or ""] for _, o, what, c in issues()]
    return MadeUp("rounded.csv", text([head, *rows]), said=("rounded by a spreadsheet",))


def mixed_dates():
    """A day written in six ways, full-width figures and Chinese numerals among them."""
    ways = (
        lambda day: f"{day.year}/{day.month}/{day.day}",
        lambda day: f"{day}",
        lambda day: f"{day.year}年{day.month}月{day.day}日",
        lambda day: f"{day.year}.{day.month}.{day.day}",
        lambda day: f"{day:%Y%m%d}",
        lambda day: f"{day.year}年{day.month}月{day.day}日".translate(
            str.maketrans("0123456789", "０１２３４５６７８９")
        ),
    )
    head = ["登记日期", "类别", "完成日期"]
    rows = [[ways[n % 6](o), what, ways[(n + 1) % 6](c) if c else ""] for n, o, what, c in issues()]
    return MadeUp("mixed.csv", text([head, *rows]))


LAYOUTS = (
    nyc,
    chicago,
    boston,
    los_angeles,
    fixmystreet,
    open311,
    hotline_gbk,
    hotline_words,
    hotline_forever,
    taiwan_big5,
    german,
    committee_ledger,
    two_header_rows,
    monthly_sheets,
    serials_in_text,
    web_page,
    open_document,
    broken_bytes,
    no_header,
    rounded_ids,
    mixed_dates,
)
