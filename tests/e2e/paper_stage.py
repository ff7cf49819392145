"""Papers in every state, a list of each kind, and the pages that show them."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from pledges.actions.papers import filing, list_work, lists, settling
from pledges.models import PaperBatch, PaperPledge, Person, TemplateVersion
from tests import scans


def build(version: TemplateVersion, now: datetime) -> None:
    """Li Ming's papers: one of each state; a list that is being read, and one with faults."""
    names = ("liming", "zhoumin", "chenjing")
    liming, zhoumin, chenjing = (Person.objects.get(username=name) for name in names)
    hr, officer = {"actor": zhoumin, "at": now}, {"actor": chenjing, "at": now}

    def upload(number: int) -> PaperPledge:
        day = scans.SIGNED_ON.replace(day=number)
        facts = filing.Facts(liming, version, day, note="原件在档案室", file_name="李明.pdf")
        return filing.upload(scans.encoded(mark=number), facts, **hr)

    upload(1)
    filing.file(upload(2), **hr)
    settling.confirm(filing.file(upload(3), **hr), **officer)
    settling.reject(filing.file(upload(4), **hr), reason="缺签名页", **officer)
    late = settling.confirm(filing.file(upload(5), **hr), **officer)
    settling.withdraw(late, reason="原件有误", **officer)
    rows = [scans.row(on="2023-05-05"), scans.row("E9999", "无名", "无.jpg")]
    for _each in range(2):
        batch = lists.begin(
            scans.table(*rows),
            scans.archive({"liming.jpg": scans.encoded(mark=9), "多余.jpg": b"x"}),
            list_name="名单.csv",
            archive_name="扫描件.zip",
            **hr,
        )
    list_work.work(batch.pk, clock=timezone.now)


def _paper(name: str, paper: PaperPledge) -> str:
    return reverse(f"admin:pledges_paperpledge_{name}", args=[paper.pk])


def _own() -> QuerySet[PaperPledge]:
    """Those of `build`: on the stage of tasks others have papers too, and no scans of them."""
    return PaperPledge.objects.filter(batch=None, person__username="liming")


def pages() -> dict[str, list[str]]:
    """Who sees which."""
    papers = {paper.state: paper for paper in _own()}
    listed = reverse("admin:pledges_paperpledge_changelist")
    filed, confirmed = papers["filed"], papers["confirmed"]
    batches = PaperBatch.objects.order_by("pk")
    many = [reverse("admin:pledges_paperbatch_change", args=[each.pk]) for each in batches]
    issued = [papers[state] for state in ("confirmed", "withdrawn")]
    return {
        "": [reverse("verify_paper", args=[each.pk]) for each in issued],
        "liming": [
            reverse("paper", args=[each.pk]) for state, each in papers.items() if state != "draft"
        ],
        "chenjing": [
            *(listed, _paper("change", filed), _paper("reject", filed)),
            *(_paper("change", confirmed), _paper("withdraw", confirmed)),
        ],
        "zhoumin": [
            *(f"{listed}?state=all", reverse("admin:pledges_paperpledge_upload")),
            *(_paper("change", each) for each in papers.values()),
            _paper("withdraw", filed),
            *(reverse(f"admin:pledges_paperbatch_{it}") for it in ("changelist", "upload")),
            *many,
        ],
    }
