"""What a list of people says, and the plan that is made of it: tables of faults, properties."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pledges.core.rosters import columns, entries, planning, values
from pledges.core.rosters.columns import Field
from pledges.core.rosters.departments import DepartmentNow
from pledges.core.rosters.faults import Fault
from pledges.core.rosters.people import Fate, PersonNow, Reach, Scope
from pledges.core.rosters.planning import Known
from pledges.core.rosters.tables import Note, Row, address

TODAY = date(2026, 11, 23)
HEADS = [
    "工号",
    "姓名",
    "部门",
    "上级部门",
    "邮箱",
    "账号",
    "入职日期",
    "离职日期",
    "是否部门负责人",
    "岗位",
    "部门路径",
    "手机",
]
EVERYBODY = Scope(Reach.EVERYBODY)
ADDITIONS = Scope(Reach.ADDITIONS)


def person(number, name="张三", **facts):
    known = {
        "id": abs(hash(number)) % 10**9,
        "username": f"u{number}",
        "email": "",
        "department": "零售部",
        "position": "",
        "contact": "",
        "language": "zh-hans",
        "entered_on": None,
        "left_on": None,
        "is_active": True,
    }
    return PersonNow(number=number, name=name, **{**known, **facts})


def plan_of(
    rows, people=(), *, scope=EVERYBODY, departments=(), notes=None, omitted=(), actor=None
):
    table = [Row(1, tuple(HEADS))]
    for number, cells in enumerate(rows, 2):
        table.append(Row(number, tuple(cells), (notes or {}).get(number, {})))
    heads = columns.find_heads(table)
    read = list(entries.read_rows(table, heads, heads.mapped))
    known = Known(list(people), list(departments), TODAY, actor)
    return planning.plan(
        read, known, scope, mapped=set(heads.mapped.values()), omitted=frozenset(omitted)
    )


def row(number="E1", name="张三", department="零售部", **cells):
    said = {"工号": number, "姓名": name, "部门": department, **cells}
    return [said.get(head, "") for head in HEADS]


def faults_of(plan):
    return [
        (address(HEADS.index(HEAD_OF[fault.field]), each.row) if fault.field else "", fault.kind)
        for each in plan.people
        for fault in each.faults
    ]


HEAD_OF = {columns.recognise(head): head for head in HEADS}


# --- Columns --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("工号", Field.NUMBER),
        ("*员工编号（必填）", Field.NUMBER),
        ("Employee No.", Field.NUMBER),
        ("姓 名", Field.NAME),
        ("Full name", Field.NAME),
        ("所属部门", Field.DEPARTMENT),
        ("上级部门", Field.PARENT),
        ("部门路径", Field.PATH),
        ("职务", Field.POSITION),
        ("Ｅｍａｉｌ", Field.EMAIL),
        ("手机号码", Field.CONTACT),
        ("入职日期(yyyy-mm-dd)", Field.ENTERED),
        ("离职日期", Field.LEFT),
        ("登录账号", Field.USERNAME),
        ("身份证号", None),
        ("", None),
    ],
)
def test_columns_are_known_by_their_heads(head, field):
    assert columns.recognise(head) is field


def test_heads_below_a_title_and_below_groups_are_found():
    rows = [
        Row(1, ("某公司花名册",)),
        Row(2, ("基本信息", "基本信息", "组织"), {1: Note.MERGED}),
        Row(3, ("工号", "姓名", "部门")),
        Row(4, ("E1", "张三", "零售部")),
    ]
    heads = columns.find_heads(rows)
    assert (heads.row, list(heads.mapped.values())) == (
        3,
        [Field.NUMBER, Field.NAME, Field.DEPARTMENT],
    )


def test_another_companys_shape_has_no_heads():
    assert columns.find_heads([Row(1, ("型号", "单价")), Row(2, ("A-1", "3"))]) is None


def test_the_same_heads_have_the_same_signature_and_others_another():
    assert columns.signature(["工号", "Name ", ""]) == columns.signature(["工号", "ｎａｍｅ"])
    assert columns.signature(["工号", "姓名"]) != columns.signature(["姓名", "工号"])


# --- Values ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05",
        "2026/1/5",
        "2026.1.5",
        "2026年1月5日",
        "20260105",
        "46027",
        "2026-01-05 00:00:00",
    ],
)
def test_dates_as_people_write_them(text):
    assert values.read_date(text) == date(2026, 1, 5)


@pytest.mark.parametrize(
    "text", ["5/1/2026", "2026-13-01", "2026-02-30", "1", "昨天", "20261301", "0000-01-01"]
)
def test_what_is_no_date(text):
    assert values.read_date(text) is None


@given(st.dates(date(1940, 1, 1), date(2100, 12, 31)))
@example(date(2100, 12, 31))
def test_every_day_is_read_back_from_every_form(day):
    serial = str((day - date(1899, 12, 30)).days)
    written = [
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d}",
    ]
    assert {values.read_date(text) for text in [*written, serial]} == {day}


# --- Faults ---------------------------------------------------------------------------------------
FAULTS = {
    "no number": ([row(number="")], {}, [("A2", "missing")]),
    "no name": ([row(name="")], {}, [("B2", "missing")]),
    "no department": ([row(department="")], {}, [("C2", "missing")]),
    "a number that no certificate carries": ([row(number="工1")], {}, [("A2", "bad-number")]),
    "a name that turns the line": ([row(name="张\u202e三")], {}, [("B2", "unfit")]),
    "a name too long": ([row(name="张" * 81)], {}, [("B2", "too-long")]),
    "no address": ([row(邮箱="zhangsan")], {}, [("E2", "bad-email")]),
    "no day": ([row(入职日期="上个月")], {}, [("G2", "bad-date")]),
    "left before coming": (
        [row(入职日期="2026-05-01", 离职日期="2026-04-30")],
        {},
        [("H2", "left-before-entered")],
    ),
    "neither yes nor no": ([row(是否部门负责人="也许")], {}, [("I2", "bad-choice")]),
    "a formula": ([row()], {2: {1: Note.FORMULA}}, [("B2", "formula")]),
    "a merged cell": ([row()], {2: {2: Note.MERGED}}, [("C2", "merged")]),
    "an error": ([row(岗位="#N/A")], {2: {9: Note.ERROR}}, [("J2", "cell-error")]),
    "digits cut off": (
        [row(number="123456789012345680")],
        {2: {0: Note.ROUNDED}},
        [("A2", "rounded")],
    ),
    "a day where none belongs": ([row(岗位="2026-03-05")], {2: {9: Note.DATE}}, [("J2", "a-date")]),
    "the heads again": ([row(), HEADS], {}, [("", "heads-again")]),
    "the same person twice": ([row(), row()], {}, [("A3", "twice")]),
    "one person in two letters' cases": ([row("e1"), row("E1")], {}, [("A3", "twice")]),
    "an address twice": (
        [row(邮箱="a@example.com"), row("E2", 邮箱="A@example.com")],
        {},
        [("E3", "twice")],
    ),
    "a cycle": (
        [row(上级部门="总部"), row("E2", department="总部", 上级部门="零售部")],
        {},
        [("D2", "cycle"), ("D3", "cycle")],
    ),
    "below itself": ([row(上级部门="零售部")], {}, [("D2", "cycle")]),
    "below two": (
        [row(上级部门="北京"), row("E2", 上级部门="上海"), row("E3", 上级部门="上海")],
        {},
        [("D3", "two-parents")],
    ),
    "two heads": (
        [row(是否部门负责人="是"), row("E2", 是否部门负责人="是")],
        {},
        [("I3", "two-heads")],
    ),
    "a number in scientific notation": ([row("１．３２Ｅ＋０２")], {}, [("A2", "scientific")]),
    "a telephone in scientific notation": ([row(手机="1.39E+10")], {}, [("L2", "scientific")]),
    "zeros lost": ([row("0012"), row("13")], {3: {0: Note.NUMBER}}, [("A3", "zeros-lost")]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_at_its_cell(name):
    rows, notes, expected = FAULTS[name]
    plan = plan_of(rows, notes=notes, scope=ADDITIONS)
    assert faults_of(plan) == expected
    assert plan.counts[Fate.FAULTY]


def test_a_number_without_its_zeros_is_nobody_new():
    plan = plan_of([row("1001")], [person("001001")])
    (fate,) = plan.people[:1]
    assert fate.fate is Fate.FAULTY
    assert [(fault.kind, fault.suggested) for fault in fate.faults] == [("zeros-lost", "001001")]


KNOWN_FAULTS = {
    "somebody else's address": (row("E2", 邮箱="a@b.cn"), person("E1", email="A@b.cn"), "taken"),
    "somebody else's user name": (row("E2", 账号="ue1"), person("E1", username="uE1"), "taken"),
    "the number of somebody else who left": (
        row("E1", "李四"),
        person("E1", is_active=False),
        "anothers-number",
    ),
    "an account that was closed without leaving": (
        row("E1"),
        person("E1", is_active=False),
        "never-left",
    ),
    "an officer who comes back": (
        row("E1"),
        person("E1", is_active=False, offices=frozenset({"hr"})),
        "officer-returns",
    ),
    "an officer's address": (
        row("E1", 邮箱="new@example.com"),
        person("E1", email="old@example.com", offices=frozenset({"compliance"})),
        "officers-address",
    ),
}


@pytest.mark.parametrize("name", KNOWN_FAULTS)
def test_what_only_the_known_people_show(name):
    listed, known, kind = KNOWN_FAULTS[name]
    plan = plan_of([listed], [known], scope=ADDITIONS)
    assert [fault.kind for fault in plan.people[0].faults] == [kind]


JOINED = date(2020, 5, 1)


@pytest.mark.parametrize("joined", [JOINED, None])
def test_a_number_with_another_name_and_another_entry_date_is_to_be_decided(joined):
    known = person("00703", "张三", entered_on=joined)
    listed = row("00703", "改丙", 入职日期="2026-01-01")
    plan = plan_of([listed], [known], scope=ADDITIONS)
    cells = [("A2", "another-person"), ("B2", "known-as"), ("G2", "known-as")]
    assert faults_of(plan) == cells[: 3 if joined else 2]
    assert plan.people[0].fate is Fate.FAULTY and not plan.people[0].changes
    assert not plan_of([listed], [known], omitted=["row:2"]).counts[Fate.FAULTY]
    same = plan_of([listed], [known], notes={2: {1: Note.SAME_PERSON}}, scope=ADDITIONS)
    assert [change.fact for change in same.people[0].changes] == ["name", "entered_on"]
    gone = row("00703", "改丙", 入职日期="2026-01-01", 离职日期="2026-02-01")
    assert plan_of([gone], [known], scope=ADDITIONS).counts == {Fate.FAULTY: 1}


@pytest.mark.parametrize("cells", [{"name": "改丙"}, {"入职日期": "2026-01-01"}])
def test_only_another_name_or_only_another_date_is_a_change(cells):
    for unsaid in ({}, {"入职日期": "2020-05-01"}):
        listed = row("00703", **{**unsaid, **cells})
        plan = plan_of([listed], [person("00703", entered_on=JOINED)], scope=ADDITIONS)
        assert plan.counts == {Fate.CHANGED: 1}


TREE = (
    DepartmentNow("总行"),
    DepartmentNow("零售部", "总行"),
    DepartmentNow("华东零售部", "零售部"),
)


def at(number, path, **cells):
    return row(number, department="", 部门路径=path, **cells)


@pytest.mark.parametrize("path", ["零售部", "总行/零售部", "零售部/华东零售部", "零售部／新网点"])
@pytest.mark.parametrize("scope", [ADDITIONS, EVERYBODY])
def test_a_short_path_means_the_department_where_it_stands(path, scope):
    plan = plan_of([at("E1", path)], departments=TREE, scope=scope)
    assert [each.name for each in plan.departments] == (["新网点"] if "新" in path else [])
    assert [each.fate for each in plan.people] == [Fate.NEW]


@pytest.mark.parametrize(
    ("listed", "where", "right"),
    [
        (at("E1", "华东零售部/零售部"), "K2", "总行/零售部"),
        (at("E1", "华东零售部/零售部/网点"), "K2", "总行/零售部/网点"),
        (at("E1", "分行/总行"), "K2", "总行"),
        (row("E1", department="华东零售部", 上级部门="总行"), "D2", "零售部"),
    ],
)
def test_a_list_of_additions_moves_no_department(listed, where, right):
    plan = plan_of([at("E0", "总行/零售部"), listed], departments=TREE, scope=ADDITIONS)
    (fault,) = plan.people[1].faults
    assert (faults_of(plan), fault.suggested) == ([(where.replace("2", "3"), "elsewhere")], right)
    assert not {each.name for each in plan.departments} & {each.name for each in TREE}


def test_a_list_of_everybody_moves_one_and_says_from_where():
    rows = [row("E1", department="华东零售部", 上级部门="总行")]
    (moved,) = plan_of(rows, departments=TREE).departments
    assert (moved.name, moved.parent_before, moved.parent) == ("华东零售部", "零售部", "总行")


@pytest.mark.parametrize("above", ["", "分行"])
@pytest.mark.parametrize(
    "listed",
    [at("E1", "零售部"), row("E1", department="零售部", 上级部门="分行"), at("E1", "零售部/网点")],
)
def test_a_plan_is_another_once_the_tree_was_moved(listed, above):
    places = [DepartmentNow("分行"), *TREE]
    moved = [DepartmentNow("分行", "总行"), TREE[0], DepartmentNow("零售部", above), TREE[2]]
    before, after = (plan_of([listed], departments=each) for each in (places, moved))
    assert before.digest != after.digest


def test_a_row_outside_of_what_the_list_is_of():
    known = [DepartmentNow("零售部"), DepartmentNow("上海零售", "零售部"), DepartmentNow("合规部")]
    scope = Scope(Reach.DEPARTMENTS, frozenset({"零售部"}))
    rows = [row("E1", department="上海零售"), row("E2", department="合规部")]
    assert faults_of(plan_of(rows, departments=known, scope=scope)) == [("C3", "outside")]


# --- Fates ----------------------------------------------------------------------------------------
def test_the_fates():
    people = [
        person("E1", position="经理"),
        person("E2", "李四"),
        person("E3", "王五", is_active=False, left_on=date(2026, 1, 31)),
        person("E4", "赵六"),
        person("E5", "钱七"),
    ]
    rows = [
        row("E1", 岗位="高级经理"),
        row("E2", "李四"),
        row("E3", "王五"),
        row("E4", "赵六", 离职日期="2026-11-20"),
        row("E6", "孙八"),
    ]
    plan = plan_of(rows, people)
    assert [each.fate for each in plan.people] == [
        *(Fate.CHANGED, Fate.UNCHANGED, Fate.RETURNED, Fate.LEFT, Fate.NEW),
        Fate.LEFT,
    ]
    assert plan.people[0].changes[0].to_json() == ["position", "经理", "高级经理"]
    assert (plan.people[-1].row, plan.people[-1].number) == (None, "E5")


def test_an_empty_cell_says_nothing_and_a_dash_says_none():
    known = person("E1", position="经理", email="a@example.com")
    plan = plan_of([row("E1", 岗位="", 邮箱="—")], [known])
    assert [change.to_json() for change in plan.people[0].changes] == [
        ["email", "a@example.com", ""]
    ]


def test_the_last_day_is_a_day_with_the_company():
    plan = plan_of([row("E1", 离职日期="2026-11-23")], [person("E1")])
    assert plan.people[0].fate is Fate.CHANGED


def test_only_within_what_it_is_a_list_of_is_anybody_missing():
    departments = [
        DepartmentNow("零售部"),
        DepartmentNow("上海零售", "零售部"),
        DepartmentNow("合规部"),
    ]
    people = [person("E1"), person("E2", department="上海零售"), person("E3", department="合规部")]
    listed = [row("E1")]

    def missing(scope):
        plan = plan_of(listed, people, departments=departments, scope=scope)
        return [each.number for each in plan.people if each.fate is Fate.LEFT]

    assert missing(EVERYBODY) == ["E2", "E3"]
    assert missing(Scope(Reach.DEPARTMENTS, frozenset({"零售部"}))) == ["E2"]
    assert missing(ADDITIONS) == []


def test_a_faulty_row_or_one_left_out_is_not_missing():
    people = [person("E1"), person("E2", "李四"), person("E3", "王五")]
    rows = [row("E1", 邮箱="no address"), row("", "李四"), row("E3", "王五", 岗位="经理")]
    plan = plan_of(rows, people, omitted=["row:2", "row:3", "row:4"])
    assert [each.fate for each in plan.people] == [Fate.OMITTED] * 3
    assert not plan.counts[Fate.FAULTY]


def test_no_list_ends_the_account_of_an_administrator_or_of_whoever_brings_it():
    people = [
        person("E1"),
        person("E2", is_administrator=True, offices=frozenset({"administrator"})),
    ]
    plan = plan_of([row("E9")], people, actor=people[0].id)
    kinds = {each.number: [fault.kind for fault in each.faults] for each in plan.people}
    assert kinds == {"E9": [], "E1": ["yourself"], "E2": ["administrator-leaves"]}
    kept = plan_of(
        [row("E9")], people, actor=people[0].id, omitted=[f"person:{p.id}" for p in people]
    )
    assert not kept.counts[Fate.FAULTY] and kept.leavers == 0


@pytest.mark.parametrize(
    ("within", "gone", "many"),
    [(1000, 20, False), (1000, 21, True), (100, 5, False), (100, 6, True), (3000, 2900, True)],
)
def test_many_leavers_need_the_number_and_a_second_person(within, gone, many):
    people = [person(f"E{number}") for number in range(within)]
    plan = plan_of([row(f"E{number}") for number in range(gone, within)], people)
    assert (plan.leavers, planning.are_many(plan.leavers, plan.within)) == (gone, many)


# --- Properties -----------------------------------------------------------------------------------
few = settings(max_examples=40)
NUMBERS = st.sampled_from([f"E{number}" for number in range(12)])
NAMES = st.sampled_from(["张三", "李四", "王五"])
PLACES = st.sampled_from(["零售部", "合规部", "总部"])
KNOWN = st.lists(
    st.builds(person, NUMBERS, NAMES, department=PLACES, is_active=st.booleans()),
    unique_by=lambda each: each.number,
    max_size=10,
)
LISTED = st.lists(
    st.builds(
        row,
        st.one_of(NUMBERS, st.just("")),
        NAMES,
        PLACES,
        上级部门=st.sampled_from(["", "总部", "零售部"]),
        离职日期=st.sampled_from(["", "2026-01-31", "2027-01-31", "?"]),
    ),
    max_size=12,
)
SCOPES = st.sampled_from([EVERYBODY, ADDITIONS, Scope(Reach.DEPARTMENTS, frozenset({"零售部"}))])


@few
@given(LISTED, KNOWN, SCOPES)
def test_every_row_and_every_missing_person_has_one_fate(rows, people, scope):
    plan = plan_of(rows, people, scope=scope)
    assert [each.row for each in plan.people if each.row] == list(range(2, len(rows) + 2))
    touched = [
        each.person for each in plan.people if each.fate in (Fate.CHANGED, Fate.LEFT, Fate.RETURNED)
    ]
    assert len(touched) == len(set(touched))
    for each in plan.people:
        assert (each.fate is Fate.FAULTY) == bool(each.faults)
        assert not (each.faults and each.changes)
    assert sum(plan.counts.values()) == len(plan.people)


@few
@given(LISTED, KNOWN, SCOPES)
def test_nobody_who_is_known_becomes_a_new_person(rows, people, scope):
    plan = plan_of(rows, people, scope=scope)
    numbers = {each.key for each in people}
    assert not [
        each for each in plan.people if each.fate is Fate.NEW and each.number.casefold() in numbers
    ]
    assert all(
        each.person is not None
        for each in plan.people
        if each.fate is not Fate.NEW and each.changes
    )


@few
@given(LISTED, KNOWN)
def test_with_additions_only_nobody_is_missing(rows, people):
    plan = plan_of(rows, people, scope=ADDITIONS)
    assert all(each.row is not None for each in plan.people)


@few
@given(LISTED, KNOWN, SCOPES)
def test_leaving_out_what_is_faulty_leaves_a_clean_plan(rows, people, scope):
    omitted = set()
    for _round in range(len(rows) + len(people) + 1):
        plan = plan_of(rows, people, scope=scope, omitted=omitted)
        faulty = {each.key for each in plan.people if each.fate is Fate.FAULTY}
        if not faulty:
            break
        omitted |= faulty
    assert not plan.counts[Fate.FAULTY]


@few
@given(LISTED, KNOWN, SCOPES)
def test_the_same_facts_give_the_same_digest(rows, people, scope):
    assert plan_of(rows, people, scope=scope).digest == plan_of(rows, people, scope=scope).digest


def test_the_digest_tells_another_plan():
    assert plan_of([row("E1")]).digest != plan_of([row("E2")]).digest


def test_a_list_of_hrs_ends_no_account_of_whoever_holds_a_role_and_renames_nobody_who_does():
    hr = person("E1", offices=frozenset({"hr"}))
    admin = person("E2", is_administrator=True, offices=frozenset({"administrator"}))
    officer = person("E3", offices=frozenset({"compliance"}))
    people = [hr, admin, officer, person("E4")]
    by_hr = plan_of([row("E1", hr.name), row("E2", admin.name)], people, actor=hr.id)
    kinds = {each.number: [f.kind for f in each.faults] for each in by_hr.people if each.faults}
    assert kinds == {"E3": ["officer-leaves"]}
    rows = [row("E1", hr.name), row("E2", admin.name)]
    by_admin = plan_of(rows, people, actor=admin.id)
    assert not any(each.faults for each in by_admin.people)
    renamed = plan_of([row("E3", "别人")], people, scope=ADDITIONS, actor=hr.id)
    assert [f.kind for each in renamed.people for f in each.faults] == ["officers-address"]


def ring(number, *, closed):
    """So many departments, each below the next; `closed`: the last one below the first."""
    above = [*range(1, number), 0 if closed else None]
    return [
        row(f"E{each}", department=f"D{each}", 上级部门="" if up is None else f"D{up}")
        for each, up in enumerate(above)
    ]


def test_a_circle_of_thousands_is_told_in_a_few_words_at_each():
    plan = plan_of(ring(4000, closed=True), scope=ADDITIONS)
    told = [fault for each in plan.people for fault in each.faults]
    assert {fault.kind for fault in told} == {"cycle"} and len(told) == 4000
    assert max(len(fault.about) for fault in told) < 100


def test_a_chain_of_thousands_is_planned_from_the_top():
    plan = plan_of(ring(4000, closed=False), scope=ADDITIONS)
    assert not plan.counts[Fate.FAULTY]
    assert [each.name for each in plan.departments] == [f"D{n}" for n in range(3999, -1, -1)]


def test_a_name_that_grows_when_it_is_written_in_one_way_is_no_longer_than_it_may_be():
    grows = values.read(Field.NAME, "\N{MUSICAL SYMBOL HALF NOTE}" * 80)
    assert isinstance(grows, Fault) and grows.kind == "too-long"


@pytest.mark.parametrize("last_day", ["2026-11-23", "2026-11-24", "2030-01-01"])
def test_no_list_ends_by_a_day_to_come_what_it_may_not_end_today(last_day):
    """When that day is over, the worker closes the account, and asks nobody."""
    hr, officer = person("E1", offices=frozenset({"hr"})), frozenset({"compliance"})
    admin = person("E2", is_administrator=True, offices=frozenset({"administrator"}))
    people = [hr, admin, person("E3", offices=officer), person("E4")]
    rows = [row(each.number, 离职日期=last_day) for each in people]
    plan = plan_of(rows, people, scope=ADDITIONS, actor=hr.id)
    kinds = {each.number: [fault.kind for fault in each.faults] for each in plan.people}
    ends = {"E2": ["administrator-leaves"], "E3": ["officer-leaves"]}
    assert kinds == {"E1": [], "E4": [], **ends}
