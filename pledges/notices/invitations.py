"""The mail that invites somebody; its link is made when it is sent, and is in no queue."""

from django.utils import timezone
from django_tasks import task

from pledges.models import Invitation, Person
from pledges.notices.sending import send_mail


@task()
def send(person_id: int) -> None:
    """Send the link of the invitation that is open now, if one is."""
    invitation = Invitation.objects.open_at(timezone.now()).filter(person_id=person_id).first()
    if invitation is None:
        return
    about = {"pk": invitation.pk, "key": invitation.key(), "until": invitation.expires_at}
    send_mail("invitation", Person.objects.get(pk=person_id), about)
