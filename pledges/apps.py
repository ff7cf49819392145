"""Application configuration: the app itself and the admin site that reviewing happens in."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PledgesConfig(AppConfig):
    name = "pledges"
    verbose_name = _("Conduct pledges")

    def ready(self) -> None:
        # They register the system checks.
        from pledges.system_checks import accounts, installation, sealing  # noqa: F401


class PledgesAdminConfig(AdminConfig):
    default_site = "pledges.admin.site.ReviewSite"
