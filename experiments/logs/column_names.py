"""Usual names of the columns of issue logs, by which an import recognises them."""

ROLES = ("opened", "closed", "category", "place", "id")
NEEDED = ("opened", "closed", "category")

# role -> usual names of such a column, in lower case, without blanks and signs
TEXTS = {
    "opened": "opened opendate dateopened openedat openedon openeddate created createddate datecreated "
    "createdat createdon creationdate reported reportdate reporteddate datereported reportedat received "
    "receiveddate datereceived submitted submitteddate datesubmitted logged datelogged requested requestdate "
    "requesteddatetime told "
    "上报时间 上报日期 受理时间 受理日期 登记时间 登记日期 创建时间 创建日期 报修时间 报修日期 来电时间 "
    "来电日期 诉求时间 提交时间 提交日期 接收时间 立案时间 立案日期 反映时间 反映日期",
    "closed": "closed closedate closeddate dateclosed closedat closedon resolved resolveddate dateresolved "
    "resolvedat resolutiondate completed completeddate datecompleted completiondate completedat finished "
    "办结时间 办结日期 结案时间 结案日期 完成时间 完成日期 关闭时间 关闭日期 解决时间 解决日期 完工时间 "
    "完工日期 处结时间 处结日期",
    "category": "category type complainttype issuetype issuecategory requesttype requestcategory casetype "
    "problemtype problemcategory servicename kind "
    "类别 分类 类型 问题类别 问题类型 问题分类 诉求类别 诉求类型 诉求分类 事件类别 事件类型 事件分类 "
    "事项类别 事项类型 案件类别 案件类型 工单类型 工单类别 报修类型",
    "id": "id uniquekey uniqueid caseid casenumber caseno requestid requestnumber servicerequestid ticket "
    "ticketid ticketnumber issueid reference referencenumber "
    "编号 工单编号 工单号 案件编号 案件号 事件编号 诉求编号 单号 流水号 受理编号",
}
USUAL = {role: set(names.split()) for role, names in TEXTS.items()}
