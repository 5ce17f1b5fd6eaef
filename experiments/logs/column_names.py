"""Usual names of the columns of issue logs, by which they are recognised."""

import re
import tomllib
import unicodedata
from pathlib import Path

from ...engine.texts.errors import Translated

ROLES = ("opened", "closed", "category", "status", "changed", "place", "id")
NEEDED = ("opened", "closed", "category")
FIRST_FILLED = "|"  # between names of columns of which the first that is filled counts

ROLE_WORDS = {
    "opened": Translated("the day of opening", "受理日期"),
    "closed": Translated("the day of closing", "办结日期"),
    "category": Translated("the category", "类别"),
    "status": Translated("the status", "状态"),
    "changed": Translated("the day of the last change", "最后更新日期"),
    "place": Translated("the place", "地点"),
    "id": Translated("the identifier", "编号"),
}
WORDS = tomllib.loads(Path(__file__).with_name("column_words.toml").read_text(encoding="utf-8"))
# role -> usual name of such a column, as `simplify` returns it -> how usual, 0 the most
RANK = {
    role: {name: n for n, names in enumerate(lists) for name in names}
    for role, lists in WORDS["columns"].items()
}

# what a longer name contains, where no column has a usual one: (it must, it must not)
DAY = r"(?:时间|日期|时刻|date|time|day|\bdt\b|datetime| on\b| at\b)"
DUE = r"要求|应|预计|时限|限期|计划|截止|超时|到期|due|expected|target|sla|deadline|estimated"
BEGUN_ZH = "受理|登记|上报|报修|来电|诉求|反映|创建|提交|接收|立案|投诉|接报|陈情|接件|收件"
FOUND_ZH = "发现|来访|来信|信访|接诉|申请|填报|生成"
BEGUN = "open|creat|report|receiv|request|submit|logged|lodged|raised"
ENDED_ZH = "办结|结案|完成|解决|关闭|完工|处结|闭环|销号|化解|修复|办毕|完结|完毕|结束|结单|销案"
ENDED = "clos|resol|complet|finish|fixed"
PARTS = {
    "opened": (
        rf"(?:{BEGUN_ZH}|{FOUND_ZH}|{BEGUN}).*{DAY}|{DAY}.*(?:opened|created|reported|received)",
        rf"{DUE}|办结|结案|完成|结束|完毕|clos|complet|resol|updat",
    ),
    "closed": (
        rf"(?:{ENDED_ZH}|{ENDED}).*{DAY}|{DAY}.*(?:closed|resolved|completed)",
        rf"{DUE}|是否|reason|action",
    ),
    "category": (
        r"类别|类型|分类|种类|小类|大类|categor|\btype\b|(?:issue|complaint|problem|request|service).*(?:type|name)",
        r"来源|来电|渠道|人员|address|location|source|channel|code",
    ),
}

# letters of Traditional Chinese in names of columns, and the ones of Simplified
TRADITIONAL = str.maketrans(
    "陳類別編號時間結處狀態報問題電訴單項種發創關閉決辦畢復錄業區樓層內來現檢測話聯責門務規劃總計備註車費漏燈樹違擾養環衛鬧鄰糾紛",
    "陈类别编号时间结处状态报问题电诉单项种发创关闭决办毕复录业区楼层内来现检测话联责门务规划总计备注车费漏灯树违扰养环卫闹邻纠纷",
)


def tidy(name: str) -> str:
    """Return the name of a column in lower case, without remarks in brackets, in simplified signs."""
    name = unicodedata.normalize("NFKC", name).translate(TRADITIONAL)
    name = re.sub(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>|【[^】]*】", " ", name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower().strip()


def simplify(name: str) -> str:
    """Return the name of a column without blanks and signs, as in `column_words.toml`.

    >>> simplify("Issue Type (see list)"), simplify("案件類別")
    ('issuetype', '案件类别')
    """
    return re.sub(r"[\W_]", "", tidy(name))


def ranked(name: str, role: str) -> int | None:
    """Return how usual a name is for a role, 0 the most; None if it is not."""
    return RANK.get(role, {}).get(simplify(name))


def resembles(name: str, role: str) -> bool:
    """Return whether a longer name says that a column has a role."""
    if role not in PARTS:
        return False
    must, never = PARTS[role]
    text = tidy(name).replace("_", " ")
    return bool(re.search(must, text)) and not re.search(never, text)


def roles_of(names: list[str]) -> set[str]:
    """Return the roles for which one of the names is usual, or resembles a usual one."""
    return {
        role
        for role in RANK
        for name in names
        if name and (ranked(name, role) is not None or resembles(name, role))
    }
