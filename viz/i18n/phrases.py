"""Phrases of stories: every sentence and word that `stories` uses, in the order of LANGUAGES."""

LANGUAGES = ("en", "zh")
SAID = {  # event of the history, with its actor if that matters -> sentence
    "arose": ("it arose in {place}: {category}", "{place}有了新情况：{category}"),
    "reported": ("a passer-by told {whose}", "一位路人告诉了{whose}"),
    "reported, by": ("the {by} found it", "{by}发现了这件事"),
    "reported, person": ("{person} told {whose}", "{person}告诉了{whose}"),
    "reported again": ("a neighbour said so too", "又有邻居反映此事"),
    "reported again, often": (
        "neighbours said so too, {times} times until day {last}",
        "又有邻居反映此事，到第{last}天共{times}次",
    ),
    "taken in": ("{whose} took it in", "{whose}受理了"),
    "agreed": (
        "the parties agreed, in the end by telephone, after {amount:.1f} sittings' worth of talks",
        "最后经电话沟通，各方谈妥了，前后相当于坐下来谈了{amount:.1f}次",
    ),
    "agreed, by": (
        "the {by} brought the parties together, after {amount:.1f} sittings' worth of talks",
        "经{by}撮合，各方谈妥了，前后相当于坐下来谈了{amount:.1f}次",
    ),
    "consented": (
        "there were signatures enough, with nobody going from door to door",
        "无人上门征求，签名也够了",
    ),
    "consented, by": (
        "there were signatures enough: the {by} had gone from door to door",
        "经{by}逐户上门，签名够了",
    ),
    "paid": ("{amount:,.0f} yuan were paid from {whose}", "{whose}支付了{amount:,.0f}元"),
    "answered by a department": ("the department answered, and its work began", "主管部门答复，开始办理"),
    "begun on the spot": ("it was seen to on the spot", "当场着手处理"),
    "begun on the spot, by": ("the {by} saw to it on the spot", "{by}当场着手处理"),
    "resolved": ("{whose} got it done, in {amount:.1f} hours of work", "{whose}办好了，用了{amount:.1f}小时"),
    "resolved, by": (
        "the {by} got it done, in {amount:.1f} hours of work",
        "{by}办好了，用了{amount:.1f}小时",
    ),
    "verified": ("a check found it done", "回访核实，确已办好"),
    "reopened": ("a check found it not really done, and work began again", "回访发现没有真正办好，重新办理"),
    "forgotten": ("it was forgotten", "这件事被遗忘了"),
    "withdrawn": ("it was given up", "无人再过问，此事作罢"),
    "withdrawn, person": ("{person} gave up", "{person}放弃了"),
    "lapsed": ("it ceased by itself", "事情自行消失了"),
    "left alone": ("whoever had found it gave up; it was still there", "发现的人不再过问，问题仍在"),
    "left alone, person": ("{person} gave up; it was still there", "{person}放弃了，问题仍在"),
    "voted down": ("the vote failed for want of signatures", "签名不够，表决未通过"),
}
WAITED = {  # state that an issue was in for some days before the next line
    "unknown": ("For {n} nobody said so.", "{n}里没有人说起。"),
    "reported": ("For {n} it lay with {whose}.", "在{whose}搁了{n}。"),
    "at the table": ("It waited {n} at the table for the parties.", "等各方谈妥，等了{n}。"),
    "signatures": ("It waited {n} for signatures.", "等签名，等了{n}。"),
    "money": ("It waited {n} for money.", "等经费，等了{n}。"),
    "passed upward": ("It waited {n} for the department.", "等主管部门，等了{n}。"),
    "in work": ("It waited for hands and was worked on for {n}.", "排队和办理用了{n}。"),
    "resolved": ("For {n} it waited to be checked.", "等回访，等了{n}。"),
}
ENDED = {  # state at the end; "" if the issue never arose
    "": ("It never arose here.", "在这里，这件事没有发生。"),
    "unknown": ("At the end nobody had said so, for {n}.", "到最后没有人说起，已有{n}。"),
    "reported": (
        "At the end it still lay there, told and not taken in, for {n}.",
        "到最后还没有受理，已有{n}。",
    ),
    "at the table": ("At the end it was still at the table, for {n}.", "到最后各方还没有谈妥，已有{n}。"),
    "signatures": ("At the end it still waited for signatures, for {n}.", "到最后还在等签名，已有{n}。"),
    "money": ("At the end it still waited for money, for {n}.", "到最后还在等经费，已有{n}。"),
    "passed upward": (
        "At the end it was still with the department, for {n}.",
        "到最后还在主管部门，已有{n}。",
    ),
    "in work": ("At the end it was still in work, for {n}.", "到最后还在办理，已有{n}。"),
    "resolved": (
        "Resolved {total} after it arose; the check was still to come.",
        "从发生到办好共{total}，尚待回访。",
    ),
    "verified": ("Resolved {total} after it arose.", "从发生到办好共{total}。"),
    "withdrawn": ("It was never resolved.", "这件事始终没有解决。"),
    "lapsed": ("Nobody resolved it.", "没有人解决它。"),
}
STATE = {  # state in a table
    "": ("never arose", "没有发生"),
    "unknown": ("unknown", "无人知晓"),
    "reported": ("told", "已反映"),
    "at the table": ("at the table", "协商中"),
    "signatures": ("signatures", "等签名"),
    "money": ("money", "等经费"),
    "passed upward": ("passed upward", "等部门"),
    "in work": ("in work", "办理中"),
    "resolved": ("resolved", "已办好"),
    "verified": ("verified", "已核实"),
    "withdrawn": ("withdrawn", "已放弃"),
    "lapsed": ("lapsed", "自行消失"),
}
PLACES = {  # by scope
    "household": ("building {b}, stairwell {s}, floor {f}, household {h}", "{b}号楼{s}单元{f}层{h}户"),
    "stairwell": ("building {b}, stairwell {s}", "{b}号楼{s}单元"),
    "building": ("building {b}", "{b}号楼"),
    "compound": ("the compound of building {b}", "{b}号楼所在的小区"),
    "street": ("the street by building {b}", "{b}号楼旁的街面"),
}
WHOSE = {  # desks and funds
    "committee": ("the committee", "居委会"),
    "company": ("the property company", "物业公司"),
    "department": ("the department", "主管部门"),
    "compound": ("the compound's repair fund", "小区维修资金"),
    "community": ("the community's fund", "社区资金"),
    "both": ("the compound's repair fund and the community's", "小区维修资金和社区资金"),
}
TRAIT = {
    "child": ("child", "孩子"),
    "adult": ("adult", "成年人"),
    "elder": ("elder", "老人"),
    "owner": ("owner", "业主"),
    "tenant": ("tenant", "租户"),
    "migrant": ("migrant", "外来人口"),
    "party member": ("party member", "党员"),
    "volunteer": ("volunteer", "志愿者"),
    "housebound": ("housebound", "行动不便"),
    "mostly away": ("mostly away", "平时不住这里"),
}
FRAME = {
    "neighbour": ("a neighbour ({traits}; {place})", "一位邻居（{traits}，{place}）"),
    "family": ("someone of that household ({traits})", "这户的一位居民（{traits}）"),
    "day": ("Day {day}: {said}.", "第{day}天：{said}。"),
    "days": ("{n} days", "{n}天"),
    "one day": ("1 day", "1天"),
    "comma": (", ", "、"),
    "colon": (": ", "："),
    "semicolon": ("; ", "；"),
    "title": ("{issue} ({id}): {category}, in {place}", "{issue}（{id}）：{place}，{category}"),
    "made": (
        (
            "{case}, {days} days: the first pair of `cogov compare` with seed {seed}. "
            "Places and people are made up."
        ),
        "{case}，{days}天：`cogov compare` 种子{seed}的第一对。地点和人物均为虚构。",
    ),
    "without": ("Without {names}:", "没有{names}时："),
    "with": ("With {names}:", "有{names}时："),
    "same": ("The two histories are the same.", "两段经历完全相同。"),
    "parts": (
        "They part on day {day}, at {place}. Without: {a}. With: {b}.",
        "两段经历从第{day}天、{place}起分开。没有时：{a}。有时：{b}。",
    ),
    "nothing": ("nothing happened that day", "这一天没有动静"),
    "issue": ("issue", "事项"),
    "arm without": ("without", "没有"),
    "arm with": ("with", "有"),
    "between": ("difference", "相比"),
    "took": ("{n}, {state}", "{n}，{state}"),
    "open": ("open after {n}, {state}", "{n}仍未解决，{state}"),
    "sooner": ("{n} sooner", "早{n}"),
    "later": ("{n} LATER", "晚{n}（更慢）"),
    "alike": ("no difference", "一样"),
    "done without": ("resolved ONLY WITHOUT", "只在没有时解决"),
    "done with": ("resolved only with", "只在有时解决"),
    "only without": ("arose only without", "只在没有时发生"),
    "only with": ("arose ONLY WITH", "只在有时发生"),
    "most": (
        "{case}, {days} days, seed {seed}: without and with {names}",
        "{case}，{days}天，种子{seed}：没有与有{names}",
    ),
    "counts": (
        (
            "Days to resolution; what is not resolved counts to the end. Of all issues of this pair, "
            "{sooner} are resolved sooner or only with, {later} LATER or only without, "
            "{alike} alike or in neither; {a} arose only without, {b} only with."
        ),
        (
            "解决所用天数，未解决的计到最后。这一对的全部事项中，有时更早或只在有时解决的{sooner}件，"
            "更晚或只在没有时解决的{later}件，一样或都未解决的{alike}件；只在没有时发生的{a}件，"
            "只在有时发生的{b}件。"
        ),
    ),
}
