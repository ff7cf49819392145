"""One served site and one Chromium for all tests here; a watched browser window for each asker."""

import os
from collections import namedtuple

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from playwright.sync_api import sync_playwright

from tests.e2e.pages import DEVICES, Window
from tests.serving import server

ARGUMENTS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
Site = namedtuple("Site", "address storages")


def pytest_collection_modifyitems(items):
    """All that stands in this folder runs in the browser, against what other processes see."""
    for item in items:
        if "tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def site(django_db_setup, tmp_path_factory):
    """The site in a process of its own, with the files and the database that the tests see."""
    configured = django_settings.STORAGES
    storages = {
        **configured,
        "documents": {
            **configured["documents"],
            "OPTIONS": {"location": str(tmp_path_factory.mktemp("documents"))},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages), server(threads=4) as address:
        yield Site(address, storages)


@pytest.fixture(autouse=True)
def _own_documents_folder(settings, site):
    settings.STORAGES = site.storages


@pytest.fixture(scope="session")
def browser():
    # Playwright runs an event loop in this thread, which Django takes for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(params=list(DEVICES))
def device(request):
    """Each test that names it runs on a desk and on a phone."""
    return request.param


@pytest.fixture
def window(browser, site, transactional_db):
    """Open a browser window as `person` (or nobody); what it complains of fails the test."""
    opened = []

    def open_window(person=None, *, device="desktop", language="zh-hans", **options) -> Window:
        context = browser.new_context(
            base_url=site.address,
            reduced_motion="reduce",
            **{**DEVICES[device], **options},
        )
        cookies = {django_settings.LANGUAGE_COOKIE_NAME: language}
        if person is not None:
            client = Client()
            client.force_login(person)
            name = django_settings.SESSION_COOKIE_NAME
            cookies[name] = client.cookies[name].value
        context.add_cookies(
            [{"name": name, "value": each, "url": site.address} for name, each in cookies.items()]
        )
        opened.append(Window(context))
        return opened[-1]

    yield open_window
    complaints = [complaint for one in opened for complaint in one.close()]
    assert complaints == []
