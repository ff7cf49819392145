"""What is said when a passkey was not taken, or not confirmed."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from pledges.core import refusals

PASSKEYS: Final[dict[type[Exception], str | Promise]] = {
    refusals.PasskeyRefused: gettext_lazy(
        "The passkey's answer does not confirm this. Please try again; if it happens again, tell "
        "your administrator."
    ),
    refusals.NotIntroduced: gettext_lazy(
        "Your employee number was used by another account before, so only whoever runs this "
        "installation can confirm your passkey. Please tell them the code."
    ),
    refusals.HadPasskey: gettext_lazy(
        "This person had a passkey before, so only that one, or whoever runs this installation, "
        "can confirm another."
    ),
    # Before what it is a kind of.
    refusals.TooManyWrongNumbers: gettext_lazy(
        "Three wrong numbers were entered, so the new passkey was removed. Make another QR code, "
        "and scan it with your own phone while nobody else sees it."
    ),
    refusals.PendingGone: gettext_lazy(
        "This waits for confirmation no more: it was confirmed or removed, or its time has "
        "passed. Please add it again if you need it."
    ),
    refusals.WrongNumber: gettext_lazy(
        "This is not the number that belongs to the new passkey. Enter the one that your own phone "
        "shows. If it shows none, somebody else used your QR code: remove this passkey."
    ),
    refusals.PhoneLinkGone: gettext_lazy(
        "This QR code is no longer valid: it has been used or replaced by another, or its five "
        "minutes have passed. Please make a new one on your first device."
    ),
    refusals.NoPasskeyYet: gettext_lazy(
        "You have no passkey yet that could confirm another device. Please set one up here first."
    ),
    refusals.TooManyWaiting: gettext_lazy(
        "Several passkeys of yours wait for confirmation already. Please confirm or remove one."
    ),
    refusals.EnrolmentUnavailable: gettext_lazy(
        "This installation cannot register passkeys at present. Please tell your administrator."
    ),
}
