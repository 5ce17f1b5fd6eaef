"""Usual names of the columns of issue logs, by which they are recognised."""

import re
import unicodedata

ROLES = ("opened", "closed", "category", "status", "changed", "place", "id")
NEEDED = ("opened", "closed", "category")
FIRST_FILLED = "|"  # between names of columns of which the first that is filled counts

# role -> usual names of such a column, as `simplify` returns them; an earlier line is preferred to a later one
TEXTS = {
    "opened": (
        "opened opendate dateopened openedat openedon openeddate opendt openeddatetime opendatetime "
        "reported reportdate reporteddate datereported reportedat reportedon received receiveddate "
        "datereceived receivedat requested requestdate requesteddatetime requesteddate daterequested told "
        "上报时间 上报日期 报修时间 报修日期 来电时间 来电日期 诉求时间 诉求日期 反映时间 反映日期 陈情日期 陈情时间 "
        "投诉时间 投诉日期 发生时间 发生日期 通报日期 通报时间",
        "created createddate datecreated createdat createdon creationdate creationtime createdtime submitted "
        "submitteddate datesubmitted submittedat logged datelogged loggeddate "
        "受理时间 受理日期 登记时间 登记日期 创建时间 创建日期 提交时间 提交日期 接收时间 接收日期 立案时间 立案日期 "
        "接件时间 接件日期 收件日期 收件时间 受理登记时间 录入时间 接报时间 接报日期 派单时间 派单日期",
        "日期 时间 date day",
    ),
    "closed": (
        "closed closedate closeddate dateclosed closedat closedon closeddt closedt closeddatetime resolved "
        "resolveddate dateresolved resolvedat resolvedon resolutiondate completed completeddate datecompleted "
        "completiondate completedat finished finisheddate fixed fixeddate "
        "办结时间 办结日期 结案时间 结案日期 完成时间 完成日期 关闭时间 关闭日期 解决时间 解决日期 完工时间 完工日期 "
        "处结时间 处结日期 办毕日期 销号时间 销号日期 办理完成时间 闭环时间 闭环日期 化解时间 化解日期 整改完成时间 "
        "整改完成日期 修复时间 修复日期",
        "办理时间 处理时间 办理日期 处理日期 回复时间 回复日期 答复时间 反馈时间",
    ),
    "category": (
        "category complainttype issuetype issuecategory requesttype requestcategory casetype problemtype "
        "problemcategory servicename srtype servicetype complaintcategory kind "
        "类别 分类 问题类别 问题类型 问题分类 诉求类别 诉求类型 诉求分类 事件类别 事件类型 事件分类 事项类别 事项类型 "
        "事项分类 案件类别 案件类型 案件分类 工单类型 工单类别 工单分类 报修类型 报修类别 纠纷类型 纠纷类别 隐患类别 "
        "陈情类别 诉求小类 问题小类 事件小类 报修项目",
        "type 类型 事由",
    ),
    "status": (
        "status casestatus ticketstatus requeststatus srstatus currentstatus state "
        "状态 工单状态 办理状态 案件状态 处理状态 当前状态 状态名称 办结状态 事件状态 是否办结 是否完成 是否解决",
    ),
    "changed": (
        "updateddatetime updateddate lastupdated lastmodifieddate updatedat updated lastupdate modifieddate "
        "更新时间 更新日期 最后更新时间 最后更新日期 修改时间",
    ),
    "id": (
        "id uniquekey uniqueid caseid casenumber caseno caseenquiryid requestid requestnumber "
        "servicerequestid servicerequestnumber srnumber ticket ticketid ticketnumber issueid reportid "
        "reference referencenumber "
        "编号 工单编号 工单号 案件编号 案件号 事件编号 诉求编号 单号 流水号 受理编号",
    ),
}
RANK = {
    role: {name: n for n, line in enumerate(lines) for name in line.split()} for role, lines in TEXTS.items()
}

# what a longer name contains, where no column has a usual one: (it must, it must not)
DAY = r"(?:时间|日期|时刻|date|time|day|\bdt\b|datetime| on\b| at\b)"
DUE = r"要求|应|预计|时限|限期|计划|截止|超时|到期|due|expected|target|sla|deadline|estimated"
PARTS = {
    "opened": (
        rf"(?:受理|登记|上报|报修|来电|诉求|反映|创建|提交|接收|立案|投诉|接报|陈情|接件|收件).*{DAY}|"
        rf"(?:open|creat|report|receiv|request|submit|logged|lodged|raised).*{DAY}|{DAY}.*(?:opened|created|reported|received)",
        DUE + "|办结|结案|clos|complet|resol|updat",
    ),
    "closed": (
        rf"(?:办结|结案|完成|解决|关闭|完工|处结|闭环|销号|化解|修复|办毕).*{DAY}|"
        rf"(?:clos|resol|complet|finish|fixed).*{DAY}|{DAY}.*(?:closed|resolved|completed)",
        DUE + "|是否|reason|action",
    ),
    "category": (
        r"(?:类别|类型|分类|种类|小类)|(?:categor|type of|issue|complaint|problem|request|service).*(?:type|categor|name)|"
        r"categor|\btype\b",
        r"来源|来电|渠道|人员|address|location|source|channel|code",
    ),
}

# letters of Traditional Chinese in names of columns, and the ones of Simplified
TRADITIONAL = str.maketrans(
    "陳類別編號時間結處狀態報問題電訴單項種發創關閉決辦畢復錄檔業區樓層內來現檢測繫話聯責門務規劃總計備註",
    "陈类别编号时间结处状态报问题电诉单项种发创关闭决办毕复录档业区楼层内来现检测系话联责门务规划总计备注",
)


def tidy(name: str) -> str:
    """Return the name of a column in lower case, without remarks in brackets, in simplified signs."""
    name = unicodedata.normalize("NFKC", name).translate(TRADITIONAL)
    name = re.sub(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>|【[^】]*】", " ", name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower().strip()


def simplify(name: str) -> str:
    """Return the name of a column without blanks and signs, as in `TEXTS`.

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
        for role in TEXTS
        for name in names
        if name and (ranked(name, role) is not None or resembles(name, role))
    }
