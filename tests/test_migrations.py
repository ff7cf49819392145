"""What migrations write into rows that were there before them."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db as session_store
from django.db import connection
from django.db.migrations import RunSQL

from pledges.models import Organisation, SigningIntent

pytestmark = pytest.mark.django_db


def test_sessions_of_before_leave_nothing_behind(liming):
    """They are read no more, so an erasure would not find what they tell."""
    old = session_store.SessionStore()
    old[SESSION_KEY] = str(liming.pk)
    old.save()
    assert old.exists(old.session_key)
    migration = import_module("pledges.migrations.0015_sessions").Migration
    (ends_them,) = [each for each in migration.operations if isinstance(each, RunSQL)]
    with connection.cursor() as cursor:
        cursor.execute(ends_them.sql)
    assert not old.exists(old.session_key)


@pytest.mark.parametrize(
    ("english", "expected"),
    [("Example Bank Co., Ltd.", "Example Bank Co., Ltd."), ("", "示例银行股份有限公司")],
)
def test_intents_of_before_get_the_companys_name_in_their_language(signed, english, expected):
    chinese, other = signed(), signed("contract", language="en")
    Organisation.objects.update(name_zh="示例银行股份有限公司", name_en=english)
    SigningIntent.objects.update(organisation="")
    import_module("pledges.migrations.0013_intent_organisation").as_it_is_called_now(apps, None)
    names = dict(SigningIntent.objects.values_list("pledge_id", "organisation"))
    assert names == {chinese.pk: "示例银行股份有限公司", other.pk: expected}
