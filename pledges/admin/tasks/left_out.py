"""Whom the rule of a task leaves out, reason by reason, as the preview counts and lists them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from pledges.actions.tasks import audience
from pledges.core.audiences import AudienceRule, Clause, Kind
from pledges.models import Person, PledgeTemplate, TemplateVersion


@dataclass(frozen=True)
class LeftOut:
    """People whom the rule names and leaves out again, and by what."""

    reason: str
    people: QuerySet[Person]


def left_out(
    rule: AudienceRule,
    template: PledgeTemplate,
    versions: Collection[TemplateVersion],
    day: date,
) -> list[LeftOut]:
    """Each reason with its people; somebody for whom two hold stands under both."""

    def those(*clauses: Clause) -> QuerySet[Person]:
        return audience.members_of(AudienceRule(clauses), template, versions, day)

    named = those(*rule.named)
    reasons = [
        LeftOut(
            audience.in_words(AudienceRule((clause,))), named.filter(pk__in=_keys(those(clause)))
        )
        for clause in rule.exclude
    ]
    if rule.only_without_pledge:
        without = those(*rule.named, Clause(Kind.WITHOUT_PLEDGE))
        valid = named.exclude(pk__in=_keys(without))
        reasons.append(LeftOut(_("already have a valid pledge of this kind"), valid))
    return reasons


def _keys(people: QuerySet[Person]) -> Any:
    return people.order_by().values("pk")
