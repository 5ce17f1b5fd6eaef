"""Names and descriptions of the things in the model: key -> (English, Chinese).

Texts that are defined elsewhere are not repeated here.
"""

GROUPS = {  # purposes of mechanisms, and the levers that belong to each purpose
    "finds": ("Finds out", "发现问题", ("sight", "voice")),
    "works": ("Does the work", "动手办事", ("work", "hurry", "supply")),
    "together": ("Brings people together", "把人聚起来", ("accord", "ties", "trust", "wish")),
    "prevents": ("Prevents", "防患未然", ("ease", "keep")),
    "money": ("Money and consent", "钱和签名", ("money", "consent", "doors")),
}

# name -> group; in Chinese, what it does and how it disappoints (the English is in its own file)
MECHANISMS = {
    "acquaintance": (
        "together",
        "“创熟”：街坊会办社团、过节庆、设婚恋角，把陌生人变成熟人，也让人更守规矩、更愿意出力。",
        "见效慢，习惯要一年的活动才养得成，不办就淡；不常住的业主不来。",
    ),
    "building_captains": (
        "finds",
        (
            "每栋楼有一位楼长：有事有人可说，小事当场办掉，也知道谁家总敲不开门；巷长补缺，"
            "街长盯着反映过的事不被忘记。"
        ),
        "管的户数太多就顾不过来；事情积得太久，楼长会累倒或搬走，岗位空着，直到找到新人。",
    ),
    "chat_groups": (
        "finds",
        "楼栋微信群有人管：问题几分钟就有人说，不在家的人也联系得上。",
        "不在群里的人听不到，尤其是老人；没人管的群谣言伤信任，人也渐渐退群。",
    ),
    "community_company": (
        "money",
        "党组织办的公司在本地卖服务，盈余的一半用于治理。",
        "这是生意：先要投钱、投时间做起来，亏损的月份没有钱可给，还要吃掉本金。",
    ),
    "concurrent_posts": (
        "together",
        "支部书记兼任业委会主任，一个人就能代表两个组织拍板。",
        (
            "一个人的精力有限，排队的事会把人累垮；人一走，两边几个月没有主心骨，越依赖越伤。"
            "没有物业公司的地方也就没有业委会。"
        ),
    ),
    "consent_campaign": (
        "money",
        "发起小组开说明会，逐户上门，为公共工程征集签名。",
        "有的门总敲不开，有的人就是不同意；差几户时停住，再跑也是白跑。",
    ),
    "double_reporting": (
        "works",
        "在职党员到居住地报到，下班后承担一些小事。",
        "只有晚上和周末有空；组织几个月才陆续报到，有的人报了到也不来。事情集中爆发时，会请他们多出力。",
    ),
    "five_party_alliance": (
        "together",
        "党支部、业委会、监委会、物业公司和两新组织结成联盟，几个月盯住一件老大难。",
        (
            "业委会不运转、还没选出来，或业主都住在别处，就什么也定不下来；势头要一次次会攒起来，"
            "不开会就消退。没有物业公司的地方没有联盟。"
        ),
    ),
    "grid_patrol": (
        "finds",
        "网格员每天走一圈，不等人说就看见问题，顺手代办小事，过问纠纷。",
        "户数多、人手少，填表又占去一部分时间；片区的人不在，就没人看见。",
    ),
    "home_visits": (
        "finds",
        "党员到家里、到楼道坐下来谈，听到没人反映的事，也发现身边的党员。",
        "门比晚上多：楼大走不过来，党员不来就更走不了几户。",
    ),
    "incubation": (
        "works",
        "办成一个项目，就留下一个小组，由它接着办下一件：小活、敲门、协商。",
        "没有下一个项目，小组就散；没有人腾出晚上来组建，就根本没有小组。",
    ),
    "joint_council": (
        "together",
        "居委会、业主、物业公司按日历坐到一张桌上议事，任务有人名、有日期。",
        "两次会之间只能排队；来的人太少开不成；开多了人会累，不常住的人来不了。",
    ),
    "mediation_room": (
        "together",
        "有名有姓的调解员，和律师、党员一起，一次次坐下来听双方说。",
        "难的案子要谈许多次，有的谈到放弃，要重新反映才再受理；当事人不在就谈不了。",
    ),
    "one_to_one_care": (
        "prevents",
        "每位独居老人与一个人结对，常来看看，小需要不拖成急事。",
        "没时间，结对就会断；那个人几周不来或搬走，老人就得等下一位愿意又住得近的人。",
    ),
    "partnership": (
        "works",
        "辖区单位和企业结成朋友圈，借人手、开场地、出钱。",
        "承诺松散，会后一周淡一周，没人联络就淡得更快；借来的人还得有人带着干。",
    ),
    "party_volunteers": (
        "works",
        "党员和邻居组成队伍，照护、打扫、小修，每季度一个服务日，假期有学生加入。",
        "队伍老化，少数人扛了大半；总被叫到的人会累。",
    ),
    "project_finance": (
        "money",
        "为任何资金都付不起的账单申请补助、业主分摊和维修资金。",
        "要等几个月；有的被拒，批下来的也只够一部分。钱进了社区资金，别的账单可能先用掉。",
    ),
    "red_property": (
        "works",
        "在有物业公司的小区，红色管家巡楼、接待、有问必答。",
        "没钱就办不下去：管家由社区资金补贴，维修储备低时只能还回一部分工时。",
    ),
    "self_management": (
        "works",
        "没有物业的院子自己管自己：自管委和一份公约。",
        "会有人搭便车：多数人看别人出多少就略少出一点，一路往下，直到开会点名才拉回来。",
    ),
    "service_centre": (
        "together",
        "党群服务中心：有场地让人见面、被邀请出力，有课堂、诊所和修理铺。",
        "住得远的人不来，满了进不去；开办要钱要时间，不管开不开门，租金天天要付。",
    ),
    "social_organisations": (
        "works",
        "枢纽引进专业社会组织，再孵化本地组织，承担照护。",
        "资助和收费断了，走的没人接，孵出来的也枯萎；本地组织要长许多个月。",
    ),
    "study_visits": (
        "money",
        "带居民代表去看办得好的地方，回来相信这里也办得到。",
        "信心会淡；看过的人只带动自己那栋楼，第二次看也不如第一次。",
    ),
    "task_pipeline": (
        "prevents",
        "收件箱、会商室、任务书、反馈：进来的每件事都有人负责、有期限、有答复，不会被忘。",
        "没有人手就不行：每件事天天要花几分钟，居委会只留得出那么多，事一多，每件分到的就少。",
    ),
    "whistle": (
        "works",
        "网格对压在部门的事吹哨，部门到场联合办理。",
        "部门自己也排队：每周应得了几次，重的先办；积压越多，一次吹哨越不顶用，每次还要占网格员的时间。",
    ),
}

LETTERS = {  # one Chinese character per mechanism, shown on its helpers in the town
    "acquaintance": "熟",
    "building_captains": "楼",
    "chat_groups": "群",
    "community_company": "企",
    "concurrent_posts": "挑",
    "consent_campaign": "征",
    "double_reporting": "双",
    "five_party_alliance": "五",
    "grid_patrol": "格",
    "home_visits": "访",
    "incubation": "孵",
    "joint_council": "议",
    "mediation_room": "调",
    "one_to_one_care": "伴",
    "partnership": "友",
    "party_volunteers": "志",
    "project_finance": "筹",
    "red_property": "红",
    "self_management": "自",
    "service_centre": "站",
    "social_organisations": "社",
    "study_visits": "学",
    "task_pipeline": "单",
    "whistle": "哨",
}

FAMILIES_EN = {
    "facility": "facilities",
    "environment": "environment",
    "safety": "safety",
    "dispute": "disputes",
    "care": "care",
    "project": "projects",
    "street": "commercial street",
}

COMPOUNDS = {  # of the shipped cases, by the name in their file
    "block": "街区",
    "changcheng shuijun": "长城水郡",
    "commercial estates": "商品房小区",
    "estate of the worn-out lifts": "电梯老化的小区",
    "estates": "小区",
    "estates of reformed state firms": "改制国企家属区",
    "fangzhi longhuwan": "方直珑湖湾",
    "old quarters": "老旧小区",
    "old streets": "老街",
    "old yards": "老院落",
    "resettlement estate": "安置小区",
    "shuian": "水岸",
    "towers": "高层楼",
    "village blocks of grid four": "四网格村居",
    "village blocks of grid three": "三网格村居",
    "wuzi yard": "物资大院",
    "yards": "院落",
}
SCOPES = {
    "household": ("a home", "家里"),
    "stairwell": ("a stairwell", "楼道"),
    "building": ("a building", "楼栋"),
    "compound": ("a compound", "小区"),
    "street": ("the street", "街面"),
}
ROLES = {
    "property": ("property crews", "物业人员"),
    "committee": ("committee", "居委会"),
    "grid": ("grid workers", "网格员"),
    "member": ("party members", "党员"),
    "volunteer": ("volunteers", "志愿者"),
    "captain": ("captains", "楼长"),
    "departments": ("departments", "部门"),
    "yuan": ("money", "资金"),
}
LEVERS = {
    "sight": ("finds what nobody told", "发现没人说的事"),
    "voice": ("people tell more readily", "更愿意反映"),
    "keep": ("less is forgotten", "不易被忘"),
    "work": ("does the work", "动手办"),
    "accord": ("parties brought round", "促成协商"),
    "hurry": ("departments answer sooner", "部门更快答复"),
    "doors": ("doors called at", "上门征询"),
    "reach": ("households found in", "找得到人"),
    "consent": ("readier to sign", "更愿签名"),
    "ease": ("less arises", "少发生"),
    "wish": ("readier to help", "更愿出力"),
    "trust": ("trust", "信任"),
    "ties": ("acquaintances", "熟人"),
    "supply": ("more hands", "添人手"),
    "money": ("money", "资金"),
}

CASES = {  # short title, and the story in one or two sentences; English, Chinese
    "changcheng_shuijun": (
        (
            "Changcheng Shuijun",
            (
                "Changsha, from 2017. An estate at the foot of a hill had too little water pressure "
                "for four years; thirteen months of a five-party alliance solved it."
            ),
        ),
        ("长城水郡", "长沙，2017年起。山脚下的小区水压不足四年，五方联盟推动十三个月后解决。"),
    ),
    "datianba": (
        (
            "Datianba",
            (
                "Xichong. Town meets country: a community company, a covenant, and members who hold "
                "three roles at once."
            ),
        ),
        ("大田坝", "西充。城乡结合部：社区公司、自管委和公约，党员一人三岗。"),
    ),
    "fangzhi_longhuwan": (
        (
            "Fangzhi Longhuwan",
            (
                "Jiangmen, 2022. Six residents' councils in a year settled the flower beds, the "
                "mosquitoes and hygiene."
            ),
        ),
        ("方直珑湖湾", "江门，2022年。一年六次居民议事会，解决了花坛、蚊虫和卫生。"),
    ),
    "furong_south": (
        (
            "Furong South Road",
            (
                "Changsha, 2019-2021. 557 members, 22 worn-out lifts, no maintenance fund: "
                "rated weak, and exemplary within two years."
            ),
        ),
        ("芙蓉南路", "长沙，2019—2021年。557名党员，22部老旧电梯，没有维修资金；两年内由软弱涣散变为示范。"),
    ),
    "guanyinan": (
        (
            "Guanyinan",
            (
                "Xichong. Over thirty thousand people, 78 members, and a hub that brought in and "
                "raised social organisations."
            ),
        ),
        ("观音庵", "西充。三万多居民、78名党员，枢纽引进并孵化社会组织。"),
    ),
    "guiyuan": (
        (
            "Guiyuan",
            (
                "Foshan, 2019. An old quarter of 16,000 people; "
                "most yards have no property company, many flats are let."
            ),
        ),
        ("桂园", "佛山，2019年。一万六千人的老社区，多数院落没有物业，出租房多，老人多。"),
    ),
    "lianhe": (
        (
            "Lianhe",
            (
                "Jiangmen, 2022. Two grids of young families' estates and two of old village blocks, "
                "with 77 grid workers and a named mediator."
            ),
        ),
        ("联合", "江门，2022年。两个网格是年轻家庭的小区，两个是老村和厂房；77名网格员，一间有名的调解室。"),
    ),
    "pozijie": (
        ("Pozijie", "Changsha. A shopping core: the grid blows the whistle, and departments report."),
        ("坡子街", "长沙。商业核心区：网格吹哨，部门报到。"),
    ),
    "shuian": (
        (
            "Shuian Gongguan",
            (
                "Foshan, 2021. Seven owners in ten live elsewhere most days; "
                "problems piled up, until step by step there was a place where they get solved."
            ),
        ),
        ("水岸公馆", "佛山，2021年。七成业主平时住在别处，问题越积越多，一步步才有了解决问题的地方。"),
    ),
    "wuzi_yard": (
        (
            "Wuzi yard",
            "In Guiyuan, Foshan, 2019. Five old buildings, 78 households: the renewal needs every signature.",
        ),
        ("物资大院", "佛山桂园，2019年。五栋老楼、78户：改造要户户签名。"),
    ),
    "yiduan": (
        (
            "Yiduan",
            (
                "Xichong. An old town core with many quarrels; "
                "twelve who mediate, and a family case settled after eight sittings."
            ),
        ),
        ("一段", "西充。老城区纠纷多；12人的调解队，一桩家事谈了八次才成。"),
    ),
}
