"""One served site and one Chromium for all tests here; a watched browser window for each asker."""

import os
import shutil
from collections import namedtuple
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from playwright.sync_api import sync_playwright

from tests import browsers
from tests.e2e.pages import DEVICES, Window
from tests.fresh import prove
from tests.pools import pools
from tests.serving import server

ASYNC_UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
Site = namedtuple("Site", "address storages checkpoints pools")


def pytest_collection_modifyitems(items):
    """All that stands in this folder runs in the browser, against what other processes see."""
    for item in items:
        if "tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def site(django_db_setup, judging_service, tmp_path_factory):
    """The site and its pools as processes, with the files and the database that the tests see."""
    configured = django_settings.STORAGES
    storages = {
        **configured,
        "documents": {
            **configured["documents"],
            "OPTIONS": {"location": str(tmp_path_factory.mktemp("documents"))},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    checkpoints = tmp_path_factory.mktemp("checkpoints")
    with (
        override_settings(STORAGES=storages, CHECKPOINTS_DIR=checkpoints),
        pools(tmp_path_factory.mktemp("pools")) as running,
        server(threads=4, **running.named) as address,
    ):
        yield Site(address, storages, checkpoints, running)


@pytest.fixture(autouse=True)
def _own_documents_folder(settings, site):
    settings.STORAGES = site.storages
    settings.PUBLIC_URL = site.address
    # People have the same keys in each test's database, and enrolments outlast it.
    for name in ("enrolments", "pending"):
        folder = site.storages["documents"]["OPTIONS"]["location"]
        shutil.rmtree(Path(folder) / name, ignore_errors=True)


@pytest.fixture(autouse=True)
def _own_checkpoints_folder(settings, site):
    settings.CHECKPOINTS_DIR = site.checkpoints
    # Each test's ledger begins anew: what was published of another would contradict it.
    for published in site.checkpoints.iterdir():
        published.unlink()


class _Chromium:
    """The browser, for as long as tests here follow one another on this worker.

    Playwright keeps an event loop running in this thread, which Django takes for an asynchronous
    caller and which forbids every other test its own loop: neither may outlast these tests.
    """

    _closing: ExitStack | None = None

    def opened(self):
        if self._closing is None:
            self._closing = ExitStack()
            before = os.environ.get(ASYNC_UNSAFE)
            os.environ[ASYNC_UNSAFE] = "true"
            self._closing.callback(_put_back, before)
            playwright = self._closing.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(**browsers.launch_options())
            self._closing.callback(self._browser.close)
        return self._browser

    def close(self):
        if self._closing is not None:
            closing, self._closing = self._closing, None
            closing.close()


def _put_back(value):
    if value is None:
        del os.environ[ASYNC_UNSAFE]
    else:
        os.environ[ASYNC_UNSAFE] = value


_chromium = _Chromium()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    if nextitem is None or nextitem.get_closest_marker("e2e") is None:
        _chromium.close()


@pytest.fixture
def browser():
    return _chromium.opened()


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
            prove(client, person)
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
