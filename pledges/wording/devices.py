"""What a device is called by default: by its browser and its system."""

from django.utils.translation import gettext as _

from pledges.core import user_agents


def device(user_agent: str) -> str:
    """Such as “Windows 上的 Chrome”, in the reader's language; empty where it does not say."""
    browser, system = user_agents.parts_of(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system
