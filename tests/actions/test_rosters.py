"""Rosters through the real database: uploaded, mended, confirmed by a second person, applied."""

from datetime import date

import pytest

from pledges import audit
from pledges.actions.rosters import applying, confirming, uploading
from pledges.core.rosters.people import Reach
from pledges.models import Person, Roster

HEADS = "工号,姓名,部门,上级部门,岗位,邮箱,入职日期,离职日期"
CAST = """E1001,李明,华东零售部,,高级客户经理,liming@example.com,,
E1002,王芳,华东零售部,,客户经理,wangfang@example.com,,
E2001,赵磊,华南对公部,,客户经理,zhaolei@example.com,,
C3001,陈静,合规部,,合规专员,chenjing@example.com,,
C3002,孙浩,合规部,,合规主管,sunhao@example.com,,
H4001,周敏,人力资源部,,人事专员,zhoumin@example.com,,
A5001,吴颖,审计部,,内部审计,wuying@example.com,,
S9001,郑强,信息技术部,,系统管理员,admin@example.com,,"""


@pytest.fixture
def uploaded(zhoumin, now):
    """A roster of the cast with `rows` more, and without the numbers in `without`."""

    def make(*rows, reach=Reach.EVERYBODY, without=(), actor=None, departments=(), heads=HEADS):
        cast = [row for row in CAST.split("\n") if not row.startswith(tuple(without) or ("§",))]
        content = "\n".join([heads, *cast, *rows]).encode("gb18030")
        return uploading.upload(
            content,
            name="花名册.csv",
            reach=reach,
            departments=departments,
            actor=actor or zhoumin,
            at=now,
        )

    return make


def apply(roster, actor, at, leavers=None):
    confirming.confirm(roster, leavers=leavers, actor=actor, at=at)
    applying._apply.__wrapped__(roster.pk, at=at)
    roster.refresh_from_db()
    return roster


def test_a_list_is_planned_and_applied_whole(uploaded, zhoumin, now):
    roster = uploaded(
        "E3001,钱伟,上海分行,总行,客户经理,qianwei@example.com,2026-11-01,",
        "E3002,孙丽,上海分行,总行,,,2026年11月2日,",
    )
    assert roster.state == Roster.State.PLANNED
    assert roster.counts == {"unchanged": 8, "new": 2}
    before = audit.size()
    apply(roster, zhoumin, now)
    assert roster.state == Roster.State.APPLIED
    made = Person.objects.get(employee_number="E3001")
    assert (made.name, made.email, made.username) == ("钱伟", "qianwei@example.com", "E3001")
    assert made.entered_on == date(2026, 11, 1)
    assert made.department.parent.name_zh == "总行"
    assert not made.has_usable_password() and not made.roles
    assert made.posts.get().title == "客户经理"
    told = [entry.event for entry in audit.trail(made)]
    assert told == ["person.created"]
    assert audit.size() > before
    assert not list(audit.verify())
