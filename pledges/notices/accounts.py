"""E-mails that tell people what happened to their account; no setting switches them off."""

from django_tasks import task

from pledges.models import Person
from pledges.notices.sending import send_mail


def tell(event: str, person: Person, **facts: str) -> None:
    """Queue the mail about `event`, in the caller's transaction: both happen, or neither.

    `facts` are kept in the queue, so they are words for the mail (a passkey's name, a browser),
    never a link, a token or a code. The mail's text is `templates/notices/<event>.txt`.
    """
    send.enqueue(event, person.pk, facts)


@task()
def send(event: str, person_id: int, facts: dict[str, str]) -> None:
    """Send one mail to the account's owner."""
    send_mail(event, Person.objects.get(pk=person_id), dict(facts))
