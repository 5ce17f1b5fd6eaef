"""Texts of the page itself: key -> (English, Chinese).

Names in braces are filled in by `words.translate`, or by the browser for texts of the town.
"""

PAGE = {
    # the frame
    "title": (
        "cogov: same community, same luck, other institutions",
        "共治：同一个社区，同样的运气，不同的制度",
    ),
    "language": ("中文", "English"),
    "start": (
        (
            "A simulated neighbourhood lives the same year twice: "
            "the same people, the same troubles, only the institutions differ. Left: {left}. Right: "
            "{right}. Press play under the picture, switch mechanisms at the side, click a house."
        ),
        (
            "同一个社区，同样的人，同样的事，把一年模拟两遍，只有治理机制不同。左边：{left}；右边："
            "{right}。按图下的播放键，在侧栏开关机制，点一栋楼看看。"
        ),
    ),
    "computing": (
        "Living through the year ... (some 20 seconds the first time)",
        "正在过这一年……（首次约需20秒）",
    ),
    "side": ("{side}: {what}", "{side}：{what}"),
    "left": ("Left", "左边"),
    "right": ("Right", "右边"),
    "both": ("Both", "两边"),
    "nothing on": ("no mechanism", "没有机制"),
    # choosing
    "case": ("Community", "社区"),
    "luck": ("Luck (another number is another year)", "运气（换个数，就是另一年）"),
    "luck.wrong": (
        "A whole number, 0 or more. The year on show is still that of luck {n}.",
        "请填0或正整数；图上仍是运气{n}的那一年。",
    ),
    "source": ("What the report says, and what is assumed", "报道了什么，假设了什么"),
    "source.given": ("As reported: {what}.", "报道所载：{what}。"),
    "source.assumed": (
        "Every other number is assumed, as `docs/parameters.md` says one by one.",
        "其余数字都是假设，逐项说明见docs/parameters.md。",
    ),
    "layer": ("Colour buildings by", "楼栋着色"),
    "layer.none": ("nothing", "不着色"),
    "layer.unknown": ("issues nobody knows of", "无人知晓的问题"),
    "layer.trust_committee": ("trust in the committee", "对居委会的信任"),
    "layer.trust_company": ("trust in the property company", "对物业的信任"),
    "layer.trust_neighbours": ("trust in neighbours", "对邻居的信任"),
    "layer.satisfaction": ("satisfaction", "满意度"),
    "layer.acquaintances": ("acquaintances", "熟人"),
    "mechanisms": ("Mechanisms", "机制"),
    "mechanisms.hint": (
        "Tick a box: on at that side. Click a name: what it does, what it cost, its numbers.",
        "打勾：在那一边启用。点名称：看它做什么、花多少、有哪些参数。",
    ),
    "preset.nothing": ("Nothing", "全关"),
    "preset.reported": ("As reported", "照报道"),
    "preset.everything": ("Everything", "全开"),
    "preset.affordable": ("Everything affordable", "人手经费够用的全开"),
    "preset.affordable.now": (
        "Living through the year again and again, with one mechanism less each time ...",
        "正在一遍遍过这一年，每遍少开一个机制……",
    ),
    "preset.affordable.about": (
        (
            "Lives through this year with everything on, and switches off what asks most of the "
            "scarcest hands or money, until all get {least:.0%} of what they ask for."
        ),
        "先全部打开过一年，再逐个关掉最占用紧缺人手或资金的机制，直到其余的都能得到所需的{least:.0%}。",
    ),
    "copy": ("Make it like the other side", "照另一边设置"),
    # one mechanism
    "mechanism.disappoints": ("How it disappoints", "可能怎样落空"),
    "mechanism.pulls": ("What it moves", "推动什么"),
    "mechanism.year": (
        "The whole year: {got:,.0f} of {asked:,.0f} hours it asked for, {yuan:,.0f} yuan",
        "全年：要{asked:,.0f}小时，得到{got:,.0f}小时；花{yuan:,.0f}元",
    ),
    "mechanism.day": (
        "Day {day}: {got:,.1f} of {asked:,.1f} hours, {yuan:,.0f} yuan",
        "第{day}天：要{asked:,.1f}小时，得到{got:,.1f}小时；花{yuan:,.0f}元",
    ),
    "mechanism.short": (
        "It falls short that day: it gets {share:.0%} of what it asks for. Scarce: {roles}",
        "这一天不够用：只得到所需的{share:.0%}。紧缺的是：{roles}",
    ),
    "mechanism.enough": ("It gets all that it asks for that day.", "这一天要的都得到了。"),
    "mechanism.idle": ("It asks for nothing that day.", "这一天它没有要求什么。"),
    "mechanism.moved": ("Moved that day: {what}", "这一天推动了：{what}"),
    "mechanism.moved.year": ("Moved in the year: {what}", "全年推动了：{what}"),
    "mechanism.still": ("nothing that an issue shows", "事项上看不出什么"),
    "mechanism.numbers": ("Its numbers", "它的参数"),
    # the numbers of the community
    "numbers": ("Numbers of the community", "社区的参数"),
    "numbers.for": ("They are turned for", "改动用于"),
    "numbers.of": ("Whose", "哪一方面的"),
    "numbers.back": ("Turn all back", "全部还原"),
    "number.range": ("{low} to {high} {unit}; {source}", "{low}到{high}{unit}；出处：{source}"),
    "number.wrong": ("allowed is {low} to {high}", "允许{low}到{high}"),
    "number.assumed": ("assumed", "假设"),
    "number.given": ("reported, or chosen", "报道或选定"),
    "owner.residents": ("Residents", "居民"),
    "owner.community": ("Who lives here", "住着谁"),
    "owner.projects": ("Projects and signatures", "项目与签名"),
    "owner.committee": ("Committee", "居委会"),
    "owner.property_managers": ("Property company", "物业公司"),
    "owner.calendar": ("Calendar", "日历"),
    "owner.grid_workers": ("Grid workers", "网格员"),
    "owner.party_members": ("Party members", "党员"),
    "owner.volunteers": ("Volunteers", "志愿者"),
    "owner.departments": ("Departments", "职能部门"),
    "owner.issues": ("What goes wrong", "会出什么事"),
    "issue.which": ("Which kind", "哪一类"),
    # looking inside
    "look": ("Click a flat, a building or a mark to look inside.", "点击一户、一栋楼或一个标记，看看里面。"),
    "building": (
        "{compound}, building {n} (number {b} of the community)",
        "{compound}·{n}号楼（全社区第{b}栋）",
    ),
    "flat": ("flat {f} on floor {floor}", "{floor}楼，第{f}户"),
    "owner": ("owner", "业主"),
    "tenant": ("tenant", "租户"),
    "away": ("mostly away", "常年不在"),
    "knows": ("neighbours known: {n}", "认识{n}位邻居"),
    "made up": ("Everybody here is made up.", "这里的人都是虚构的。"),
    "issues here": (
        "Issues here: {open} open, {settled} settled by day {day}",
        "这里的问题：到第{day}天未办结{open}件，已办结{settled}件",
    ),
    "issue": ("{kind}, since day {born}", "{kind}，第{born}天起"),
    "another day": ("The same kind of trouble came here on another day.", "同样的问题，这边发生在另一天。"),
    "no issues": ("No issue arose here.", "这里没有发生过问题。"),
    "child": ("child", "孩子"),
    "adult": ("adult", "成年人"),
    "elder": ("elder", "老人"),
    "migrant": ("migrant", "外来"),
    "party member": ("party member", "党员"),
    "volunteer": ("volunteer", "志愿者"),
    "housebound": ("housebound", "行动不便"),
    # what came of it
    "replicates": ("Living the same years again with other luck ...", "换一份运气，把同样的日子再过一遍……"),
    "more pairs": ("Up to {n} pairs", "做到{n}对"),
    "rate": (
        "In this year (luck {luck}): {rate:.0%} of issues resolved within 30 days",
        "这一年（运气{luck}）：30天内解决{rate:.0%}",
    ),
    "cost": (
        "{hours:,.0f} hours of work and {yuan:,.0f} yuan in {days} days",
        "{days}天共用工{hours:,.0f}小时、{yuan:,.0f}元",
    ),
    "budget": ("Whose hours and whose money", "谁的时间，谁的钱"),
    "budget.of": ("{who}: {used:,.0f} of {there:,.0f} hours", "{who}：{there:,.0f}小时中用了{used:,.0f}小时"),
    "budget.fund": (
        "the community's fund: {used:,.0f} of {there:,.0f} yuan",
        "社区资金：{there:,.0f}元中花了{used:,.0f}元",
    ),
    "budget.funds": (
        "the compounds' repair funds: {used:,.0f} of {there:,.0f} yuan",
        "小区维修资金：{there:,.0f}元中花了{used:,.0f}元",
    ),
    "budget.granted": (
        "mechanisms got {share:.0%} of the hours they asked for",
        "各机制得到所要工时的{share:.0%}",
    ),
    "budget.by": ("What each took", "各自用了多少"),
    "hours of": ("{name}: {hours:,.0f} hours, {yuan:,.0f} yuan", "{name}：{hours:,.0f}小时，{yuan:,.0f}元"),
    "desks": ("desks", "各部门日常"),
    # saving and restoring
    "save": ("Save and open", "保存与打开"),
    "save.state": ("State of this page", "本页状态"),
    "save.case": ("Case file, {side}", "案例文件（{side}）"),
    "save.link": (
        "The address of this page holds all of this: copy it, or reload it.",
        "本页的网址已包含以上全部：可以复制，也可以刷新。",
    ),
    "open state": ("Open a saved state", "打开已保存的状态"),
    # errors
    "wrong": ("That cannot be: {why}", "无法这样设置：{why}"),
    "wrong.inside": (
        "Something went wrong inside ({why}). What you see is as it was before.",
        "内部出错（{why}）。画面保持原样。",
    ),
    "wrong.casefile": (
        "this is a case file: open it with `cogov serve FILE.toml`; a saved state ends in .json",
        "这是案例文件，请用cogov serve FILE.toml打开；本页状态的文件以.json结尾",
    ),
    "wrong.json": ("the saved state is not JSON: {why}", "保存的状态不是JSON：{why}"),
    "wrong.state": (
        'this is no saved state of the page, or of another version; one begins with "cogov": {latest}',
        '这不是本页保存的状态，或出自别的版本；应以"cogov": {latest}开头',
    ),
    "wrong.link": ("the link is broken: copy all of it", "链接不完整：请复制全部"),
    "wrong.text": ("the saved state's {name} = {value} is not text", "保存的状态里{name} = {value}不是文字"),
    "wrong.number": (
        "the saved state's {name} = {value} is not a whole number",
        "保存的状态里{name} = {value}不是整数",
    ),
    "wrong.lesson": (
        "no lesson is called {value}; there are {there}",
        "没有名为{value}的课程，现有：{there}",
    ),
    "wrong.value": (
        "the saved state's {name} = {value} is none of these: {there}",
        "保存的状态里{name} = {value}不在允许范围：{there}",
    ),
    "wrong.case": (
        "the saved state's case {value} is not here{guess}",
        "保存的状态所用的案例{value}这里没有{guess}",
    ),
    "wrong.side": (
        'the saved state\'s {side} is not {{"on": [names], "knobs": {{path: value}}}}',
        '保存的状态里{side}不是{{"on": [名称], "knobs": {{参数: 数值}}}}',
    ),
    # lessons
    "lessons": ("Lessons", "课程"),
    "lesson.next": ("Next", "下一步"),
    "lesson.previous": ("Back", "上一步"),
    "lesson.leave": ("Leave the lesson", "退出课程"),
    "lesson.finish": ("Finish; try it yourself", "完成，自己试试"),
    "lesson.step": ("Step {n} of {of}", "第{n}步，共{of}步"),
    "lesson.reference": ("The real case", "真实案例"),
    "lesson.predict": ("What do you expect?", "你预计会怎样？"),
    "lesson.commit": ("This is my prediction", "这是我的预测"),
    "lesson.committed": ("You predicted: {choice}", "你的预测：{choice}"),
    "lesson.commit.about": ("A prediction that is made stands.", "预测一旦作出就不能改。"),
    "lesson.right": ("As you predicted.", "和你预测的一样。"),
    "lesson.wrong": ("You predicted: {mine}. It was: {choice}", "你预测：{mine}；实际：{choice}"),
    "lesson.none": ("No answer fits what was measured.", "测得的结果不符合任何答案。"),
    "lesson.result": ("What happened", "结果"),
    "lesson.twist": ("A twist", "换个条件"),
    "lesson.watch": ("Play", "播放"),
    "lesson.waits.prediction": ("Make your prediction first.", "请先作出预测。"),
    "lesson.waits.facts": ("The years are being lived through ...", "正在过这些年……"),
    "lesson.waits.score": ("Have a design scored first.", "请先给一个方案评分。"),
    "game.budget": ("Spent {spent} of {budget} yuan", "已花{spent}元，共{budget}元"),
    "game.over": ("That is {over} yuan too much.", "超出{over}元。"),
    "game.score": ("Score it on fresh luck", "用新运气评分"),
    "game.result": (
        "{points} percentage points (95 % interval {low} to {high})",
        "{points}个百分点（95%区间{low}到{high}）",
    ),
    "game.best": ("Your best so far: {points} points", "你目前最好：{points}个百分点"),
    "game.price": ("{price} yuan", "{price}元"),
}

TOWN = {  # texts of the town, by its own keys; {n} and similar names are filled in by the browser
    "play": ("Play", "播放"),
    "pause": ("Pause", "暂停"),
    "back": ("One day back", "上一天"),
    "forward": ("One day forward", "下一天"),
    "speed": ("Days a second", "速度（天/秒）"),
    "speed_n": ("{n} days a second", "每秒{n}天"),
    "timeline": ("Time line: the day on show", "时间轴：当前日期"),
    "timeline_about": (
        "open issues through the year, each line one community",
        "全年的未办结事项，每条线一个社区",
    ),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "缩小"),
    "fit": ("Show everything", "显示全部"),
    "day": ("Day {day} of {days}", "第{day}天，共{days}天"),
    "open": ("open", "未办结"),
    "unknown_now": ("nobody told of", "无人反映"),
    "resolved": ("settled so far", "已解决"),
    "spoken": (
        "{title}: {open} open, {unknown} of them nobody told of, {resolved} settled.",
        "{title}：{open}件未办结，其中{unknown}件无人反映，{resolved}件已解决。",
    ),
    "map": (
        (
            "Town of {title}. Arrow keys step a day, space plays, plus and minus zoom, shift with "
            "arrows moves, brackets choose a building, enter picks it."
        ),
        "{title}的社区图。方向键换一天，空格播放，加减号缩放，Shift加方向键移动，方括号选楼，回车确认。",
    ),
    "empty": ("Nothing to show yet.", "还没有可看的。"),
    "office": ("Community office", "社区服务中心"),
    "building": ("{compound}, building {n}", "{compound}·{n}号楼"),
    "home": ("stairwell {stairwell}, floor {floor}, flat {flat}", "{stairwell}单元{floor}层{flat}户"),
    "stairwell": ("stairwell {stairwell}", "{stairwell}单元"),
    "age": ("{n} days old", "已{n}天"),
    "settled": ("settled {n} days ago", "{n}天前解决"),
    "settled_today": ("settled today", "今天解决"),
    "today": ("arose today", "今天发生"),
    "more": ("and {n} more here", "这里还有{n}件"),
    "nothing": ("nothing open here", "这里没有未办结的事"),
    "open_here": ("{n} open in this building", "本楼{n}件未办结"),
    "value": ("{layer}: {value}", "{layer}：{value}"),
    "people_away": ("its people are mostly away", "这户平时不在家"),
    "legend": ("What the marks mean", "图例"),
    "families": ("Kind of issue", "事项类别"),
    "families_about": ("Press to show these only", "点一下只看这一类"),
    "states": ("Where it stands", "办到哪一步"),
    "differences": ("Beside the other community", "与另一边相比"),
    "places": ("Where it is", "在哪里"),
    "helpers": ("Helpers at work that day", "当天出力的人"),
    "layer": ("Tint of the buildings", "楼栋颜色"),
    "low": ("low", "低"),
    "high": ("high", "高"),
    "old": ("open over 30 days", "超过30天未办结"),
    "resolved_mark": ("settled just now", "刚刚解决"),
    "away": ("flat mostly empty", "平时空着的住户"),
    "place.household": ("a window: a home", "窗：家里"),
    "place.stairwell": ("on the stairs", "楼梯上：楼道"),
    "place.building": ("on the roof: the building", "楼顶：整栋楼"),
    "place.compound": ("in the yard", "院子里：小区"),
    "place.street": ("on the street", "街上：街面"),
    "difference.sooner": ("settled sooner here", "这边解决得早"),
    "difference.later": ("settled later here", "这边解决得晚"),
    "difference.behind": ("open here, settled there", "那边已解决，这边未办结"),
    "difference.only": ("never arose there", "那边没有发生"),
}
