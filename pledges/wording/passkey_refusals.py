"""What is said when a passkey was not taken, or not confirmed."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from pledges.core import refusals

PASSKEYS: Final[dict[type[Exception], str | Promise]] = {
    refusals.PasskeyRefused: gettext_lazy(
        "The passkey's answer could not be verified. Please try again. If it happens "
        "again, tell your administrator."
    ),
    refusals.NotIntroduced: gettext_lazy(
        "Your employee number was previously used by another account, so only the system "
        "operator can confirm your passkey. Please tell them the code."
    ),
    refusals.HadPasskey: gettext_lazy(
        "This person has had a passkey before, so only that passkey or the system "
        "operator can confirm another."
    ),
    # Before what it is a kind of.
    refusals.TooManyWrongNumbers: gettext_lazy(
        "A wrong number was entered three times, so the new passkey was removed. Create "
        "another QR code, and scan it with your own phone where nobody else can see it."
    ),
    refusals.PendingGone: gettext_lazy(
        "This is no longer awaiting confirmation: it was confirmed or removed, or has "
        "expired. Please add it again if you need it."
    ),
    refusals.WrongNumber: gettext_lazy(
        "This number does not match the new passkey. Enter the number shown on your own "
        "phone. If your phone shows none, someone else used your QR code: remove this "
        "passkey."
    ),
    refusals.PhoneLinkGone: gettext_lazy(
        "This QR code is no longer valid: it has been used or replaced, or has expired "
        "after five minutes. Please create a new one on your first device."
    ),
    refusals.NoPasskeyYet: gettext_lazy(
        "You do not have a passkey yet that can confirm another device. Please set one up "
        "here first."
    ),
    refusals.TooManyWaiting: gettext_lazy(
        "Several of your passkeys are already awaiting confirmation. Please confirm or remove one."
    ),
    refusals.EnrolmentUnavailable: gettext_lazy(
        "Passkeys cannot be registered here right now. Please tell your administrator."
    ),
}
