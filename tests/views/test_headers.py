"""Headers that protect what is shown, on every answer of the application."""

import pytest

PAGES = ["/", "/accounts/login/", "/no/such/page/", "/admin/", "/accounts/2fa/", "/language/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["anonymous", "liming", "chenjing"])
def test_no_answer_is_kept_by_a_cache_nor_framed_nor_scripted(client, request, db, who, path):
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who))
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_what_a_page_holds_needs_nothing_inline(client, liming, signed):
    pledge = signed("personal-code")
    client.force_login(liming)
    for path in ("/", f"/pledges/{pledge.pk}/", "/accounts/2fa/", f"/verify/{pledge.pk}/"):
        page = client.get(path).content.decode()
        assert " style=" not in page and "<style" not in page and " onclick=" not in page, path
