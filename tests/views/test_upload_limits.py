"""What is settled about an upload before it is read: its length, and how many there were."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from pledges.actions import clearing
from pledges.models import RequestCount
from tests.serving import server

URL = "/verify/"


class Unreadable:
    """A body that nobody may touch."""

    def read(self, *_: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.fixture
def send(client, db):
    """Announce an upload of which not a byte can be read."""

    def send(length: str | None, **more: str):
        given = {} if length is None else {"CONTENT_LENGTH": length}
        environment = {"CONTENT_TYPE": "multipart/form-data; boundary=x", **given, **more}
        return client.generic("POST", URL, **{"wsgi.input": Unreadable()}, **environment)

    return send


@pytest.mark.parametrize("length", [None, "", "-1", "many", "１０", "1e3", "+5"])
def test_an_upload_of_no_stated_length_is_not_read(send, length):
    page = send(length)
    assert page.status_code == 411
    assert "未注明文件大小" in page.content.decode()


@pytest.mark.parametrize("length", [str(21 * 1024 * 1024 + 1), "9" * 19, "9" * 5000])
def test_an_upload_that_is_too_large_is_not_read(send, length):
    page = send(length)
    assert page.status_code == 413
    assert "不超过 20 MB" in page.content.decode()


def test_a_refusal_speaks_english_too(send, client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "The file is too large" in send("9" * 12).content.decode()
    settings.VERIFY_PER_MINUTE = 0
    page = send("100")
    assert page.status_code == 429
    assert "Too many requests" in page.content.decode()
    assert "csrfmiddlewaretoken" not in page.content.decode()


@pytest.fixture
def bring(client, db):
    """An upload with nothing in it, which the view answers with 422."""

    def bring(address: str = "192.0.2.1"):
        return client.post(reverse("verify_file"), REMOTE_ADDR=address).status_code

    return bring


def test_one_network_is_braked_and_others_are_not(client, bring, settings):
    settings.VERIFY_PER_MINUTE = 3
    assert [bring() for _ in range(5)] == [422, 422, 422, 429, 429]
    assert bring("192.0.2.2") == 422
    page = client.post(URL, REMOTE_ADDR="192.0.2.1")
    assert page.headers["Retry-After"] == "60"
    assert "请求过于频繁" in page.content.decode()


def test_a_whole_network_of_version_six_is_one(bring, settings):
    settings.VERIFY_PER_MINUTE = 2
    addresses = [f"2001:db8::{each:x}" for each in range(4)]
    assert [bring(each) for each in addresses] == [422, 422, 429, 429]
    assert bring("2001:db8:0:1::1") == 422


def test_all_networks_together_have_a_ceiling(bring, settings):
    settings.VERIFY_PER_MINUTE_IN_ALL = 3
    addresses = [f"198.51.100.{each}" for each in range(5)]
    assert [bring(each) for each in addresses] == [422, 422, 422, 429, 429]


def test_who_asks_too_often_takes_nothing_from_the_others(bring, settings):
    settings.VERIFY_PER_MINUTE, settings.VERIFY_PER_MINUTE_IN_ALL = 2, 4
    assert [bring("192.0.2.1") for _ in range(9)].count(429) == 7
    assert [bring("192.0.2.2"), bring("192.0.2.2")] == [422, 422]


def test_reading_the_page_is_not_counted(client, bring, settings):
    settings.VERIFY_PER_MINUTE = 1
    assert [client.get(URL).status_code for _ in range(4)] == [200] * 4
    assert bring() == 422


def test_a_minute_later_the_count_begins_anew(bring, settings):
    settings.VERIFY_PER_MINUTE = 1
    assert [bring("192.0.2.1"), bring("192.0.2.1"), bring("192.0.2.2")] == [422, 429, 422]
    RequestCount.objects.update(until=F("until") - timedelta(minutes=1))
    assert [bring("192.0.2.1"), bring("192.0.2.1")] == [422, 429]


def test_what_is_over_is_removed_and_nothing_else(bring):
    bring("192.0.2.1")
    RequestCount.objects.update(until=F("until") - timedelta(minutes=1))
    bring("192.0.2.2")
    assert clearing.clear_request_counts(timezone.now()) == 1
    assert set(RequestCount.objects.values_list("key", flat=True)) == {"verify", "verify 192.0.2.2"}
    # By the clock of a machine that is ahead, nothing is removed before its time.
    assert clearing.clear_request_counts(timezone.now() + timedelta(days=9)) == 0


# --- With real processes --------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_two():
    def count(_: int) -> int:
        try:
            return RequestCount.objects.count_one("verify", timedelta(hours=1)).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(count, range(64)))
    assert sorted(found) == list(range(1, 65))


@pytest.mark.django_db(transaction=True)
def test_counting_several_at_once_and_taking_back_loses_nothing_and_waits_in_no_circle():
    hour = timedelta(hours=1)

    def count(number: int) -> None:
        keys = [f"a {number % 3}", f"b {number % 2}", "c"]
        try:
            for _ in range(20):
                RequestCount.objects.count_each(dict.fromkeys(keys, hour))
                RequestCount.objects.take_back(*keys)
            RequestCount.objects.count_each(dict.fromkeys(keys, hour))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(12)))
    found = dict(RequestCount.objects.values_list("key", "count"))
    assert found == {"a 0": 4, "a 1": 4, "a 2": 4, "b 0": 6, "b 1": 6, "c": 12}


def _upload(address: str) -> int:
    name = address.removeprefix("http://")
    connection = http.client.HTTPConnection(name, timeout=60)
    connection.request("POST", URL, body=b"", headers={"Content-Length": "0"})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.django_db(transaction=True)
def test_processes_and_machines_count_together():
    with server(VERIFY_PER_MINUTE="6") as one, server(VERIFY_PER_MINUTE="6") as other:
        found = [_upload(each) for each in (one, other) * 5]
    # 403: let in, and then without the token of a form.
    assert found == [403] * 6 + [429] * 4


@pytest.mark.django_db(transaction=True)
def test_an_upload_in_pieces_is_refused_before_its_end():
    with server() as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        connection.putrequest("POST", URL)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.endheaders()
        connection.send(b"5\r\n--x\r\n\r\n")  # and the rest never
        assert connection.getresponse().status == 411
        connection.close()
