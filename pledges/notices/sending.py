"""How a mail is made of its templates and sent: in its receiver's language, tried again if need be.

A task holds the kind of a mail and whom and what it is about by their keys; everything else is
read, and links are made, when it is sent.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr, make_msgid, parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from pledges.core.characters import escape_invisible, escape_lines
from pledges.models import Organisation, Person, RequestCount, organisation_read_once
from pledges.notices import as_html
from pledges.notices.kinds import Kind

logger = logging.getLogger(__name__)
# How long a mail rests after each try in vain: for most of a day in all.
RESTS: Final = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 180, 360, 720))
# A server that does not answer costs each mail its time-out, and the worker has other work too:
# for so long after one of them, the others rest without a try.
SILENT: Final = "mail server silent"
# Parts of a mail that are left out leave their empty lines behind.
_GAP: Final = re.compile(r"\n\s*\n\n+")
SILENT_FOR: Final = timedelta(seconds=50)


@dataclass(frozen=True)
class Attached:
    """A file that goes with a mail; `kind` is its media type."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True)
class Again:
    """The task that sends a mail, as it would be queued once more."""

    task: Any
    arguments: tuple[Any, ...]
    tries: int = 0
    message_id: str = ""

    @property
    def is_last(self) -> bool:
        return self.tries >= len(RESTS)

    def queue(self, at: datetime) -> None:
        later = self.task.using(run_after=at + RESTS[self.tries])
        later.enqueue(*self.arguments, tries=self.tries + 1, message_id=self.message_id)

    def postpone(self, until: datetime) -> None:
        """Queue it for later, though nothing failed."""
        later = self.task.using(run_after=until)
        later.enqueue(*self.arguments, tries=self.tries, message_id=self.message_id)


def queue(task: Any, *arguments: Any) -> None:
    """Queue a mail, in the caller's transaction, under the one Message-ID that it keeps.

    A worker may be killed between sending a mail and noting it, and then sends it once more: by
    its Message-ID (RFC 5322, section 3.6.4) the receiver's programs see that it is the same.
    """
    queue_as(new_message_id(), task, *arguments)


def queue_as(message_id: str, task: Any, *arguments: Any) -> None:
    """The same under a Message-ID that is noted elsewhere too."""
    task.enqueue(*arguments, message_id=message_id)


def new_message_id() -> str:
    # The machine's own name is nobody's business, and to look it up may take long.
    return make_msgid(domain=urlsplit(settings.PUBLIC_URL).hostname)


def send_mail(
    event: str, person: Person, about: dict[str, Any], *, at: datetime, again: Again
) -> None:
    """Send one mail in the person's language; without an address there is nothing to do.

    Raises what the mail server said when that will not change, or when every try was in vain.
    """
    receiver = about.get("to") or person.email
    if not receiver or not person.is_active:
        return
    if not again.is_last and RequestCount.objects.is_counted(SILENT):
        again.queue(at)
        return
    try:
        mail = _compose(event, person, about, receiver)
        for attached in about.get("attached", ()):
            mail.attach(attached.name, attached.content, attached.kind)
        mail.extra_headers["Message-ID"] = again.message_id or new_message_id()
        mail.send()
    except OSError as error:  # as every error of smtplib is
        if again.is_last or _is_final(error):
            raise
        if not isinstance(error, SMTPResponseException | SMTPRecipientsRefused):
            RequestCount.objects.count_one(SILENT, SILENT_FOR)
        logger.warning("A mail could not be sent (%s); it is tried again", type(error).__name__)
        again.queue(at)


def _compose(
    event: str, person: Person, about: dict[str, Any], receiver: str
) -> EmailMultiAlternatives:
    composed = compose(event, person, about)
    mail = EmailMultiAlternatives(
        composed.subject,
        composed.text,
        composed.sender,
        [receiver],
        # Programs that answer for people on leave then keep silent (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
    )
    if composed.html:
        mail.attach_alternative(composed.html, "text/html")
    return mail


@dataclass(frozen=True)
class Composed:
    """A mail as it reads; `html` is empty where a mail is plain text alone."""

    sender: str
    subject: str
    text: str
    html: str


def compose(event: str, person: Person, about: Mapping[str, Any]) -> Composed:
    """The mail about `event` in the language of `person`, under the company's name."""
    with organisation_read_once(), translation.override(person.language):
        organisation = Organisation.current().name_in(person.language)
        context = {
            **about,
            "person": person,
            "organisation": organisation,
            "contact": Organisation.current().pledge_contact,
            "site": settings.PUBLIC_URL.rstrip("/"),
        }
        subject = render_to_string(f"notices/{event}_subject.txt", context)
        text = render_to_string(f"notices/{event}.txt", context).strip()
        body = escape_lines(_GAP.sub("\n\n", text))
        title = escape_invisible(" ".join(subject.split()))
        shown = {"subject": title, "organisation": organisation, "language": person.language}
        html = as_html.render(event, body, shown) if event in set(Kind) else ""
    sender = formataddr((organisation, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]), "utf-8")
    return Composed(sender, title, body + "\n", html)


def _is_final(error: OSError) -> bool:
    """Whether the server refused this mail for good, and not what may change (5xx, RFC 5321)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500
