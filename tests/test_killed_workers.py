"""Two workers, one killed amid import, launch, notices and closing: all of it is there once."""

import pytest

from benchmarks.load.neighbours import mail_server
from pledges import audit
from tests.counted_jobs import Closing, Import, Launch, MailInHand, Stage
from tests.crews import Crew
from tests.killing import Killing
from tests.mail_servers import settings_for


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_is_killed_and_everything_is_done_once(tmp_path):
    """More of both, ten times each: `python -m benchmarks.kills`."""
    stage = Stage(people=40)
    with mail_server() as mail, Crew(2, tmp_path / "log", **settings_for(mail.port)) as crew:
        killing = Killing(crew, mail)
        done = [killing.amid(job(stage)) for job in (Import, Launch, MailInHand, Closing)]
    assert [each.wrong for each in done] == [[]] * 4
    assert [each.repeated for each in done] == [0, 0, 1, 0]
    assert list(audit.verify()) == []
