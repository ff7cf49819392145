"""One's authenticator app: setting it up, and having it confirmed for signing documents."""

from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import wording
from pledges.actions import apps, authenticating, sessions
from pledges.actions.pending import Waiting
from pledges.core import refusals, user_agents
from pledges.models import Person
from pledges.views import factors
from pledges.views.accounts import person_of
from pledges.views.posted import only_posted


class ActivateAppView(factors.ActivateAppView):
    """allauth's page; the app signs from then on, or waits until its owner has been met."""

    made: object

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        agent = self.request.headers.get("User-Agent", "")
        return {**super().get_context_data(**kwargs), "on_phone": user_agents.is_phone(agent)}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response = super().form_valid(form)
        except refusals.Refusal as refusal:
            said = _("The authenticator app was not set up.") + " " + wording.refusal(refusal)
            messages.error(self.request, said)
            return redirect("mfa_index")
        _tell(self.request, self.made)
        return response

    def note(self, person: Person) -> None:
        """The other sessions end; what is told depends on whether the app waits."""
        sessions.end_all(person, but=self.request.session.session_key)

    def follow(self, form: Any) -> None:
        person, at = person_of(self.request), timezone.now()
        app = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
        # The code has served: nobody who saw it signs in or signs with it.
        authenticating.use_up(app, form.cleaned_data["code"])
        # It was given a moment ago: what asks who it is need not have the next one.
        post_authentication(self.request, app, reauthenticated=True)
        self.made = apps.register(actor=person, at=at)
        if isinstance(self.made, Waiting):
            super().note(person)  # an enrolment is told by itself: one mail says it all


activate = ActivateAppView.as_view()


@only_posted("mfa_index")
def ask(request: HttpRequest) -> HttpResponse:
    """Has an app that only signs in wait for confirmation once more."""
    try:
        _tell(request, apps.register(actor=person_of(request), at=timezone.now()))
    except refusals.Refusal as refusal:
        messages.error(request, wording.refusal(refusal))
    return redirect("mfa_index")


def _tell(request: HttpRequest, made: object) -> None:
    if isinstance(made, Waiting):
        text = _(
            "You can use your app to sign in. You can use it to sign documents once its code "
            "%(code)s is confirmed."
        )
        messages.info(request, text % {"code": made.record.code})
    else:
        messages.success(request, _("Your authenticator app can now be used to sign documents."))
