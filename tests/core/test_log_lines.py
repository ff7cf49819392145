"""What a log leaves out of the addresses that it tells."""

import logging

import pytest

from pledges.core.log_lines import KeysLeftOut

PK = "9b02a303-2da4-479d-a485-cada509a866e"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"/phone/{PK}/SP3rua-LBLn6_/", f"/phone/{PK}/…/"),
        (f"/accounts/invitation/{PK}/-a_b=/", f"/accounts/invitation/{PK}/…/"),
        ("/accounts/password/reset/key/2b-d0c5x-8f3a/", "/accounts/password/reset/key/2b-…/"),
        (f"/pledges/{PK}/sign/{PK}/", f"/pledges/{PK}/sign/{PK}/"),
        ("/100%/", "/100%/"),
    ],
)
def test_the_keys_of_links_are_left_out(address, told):
    for words, given in (("Not Found: %s", (address,)), (f"Gone: {address}", ())):
        record = logging.LogRecord("django.request", 30, "", 0, words, given, None)
        assert KeysLeftOut().filter(record)
        assert record.getMessage() == words.replace("%s", told).replace(address, told)
