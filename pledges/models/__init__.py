"""The tables: people, templates, pledges, ledger."""

from pledges.models.accounts import EnrolledApp, Invitation
from pledges.models.batches import AcceptanceBatch, AcceptanceItem
from pledges.models.calendar import CalendarDay
from pledges.models.employment import Leave, Post
from pledges.models.excuses import Excuse
from pledges.models.housekeeping import BackgroundWorker, ChoreRun
from pledges.models.invitation_runs import InvitationItem, InvitationRun
from pledges.models.ledger import LedgerCheckpoint, LedgerEntry, LedgerOpening
from pledges.models.notice_claims import NoticeClaim, NoticeSwitch
from pledges.models.organisation import Organisation, organisation_read_once
from pledges.models.paper_batches import PaperBatch, PaperItem
from pledges.models.papers import PaperPage, PaperPledge
from pledges.models.people import Department, Person
from pledges.models.phone_links import PhoneLink
from pledges.models.pledge_numbers import SerialCounter
from pledges.models.pledge_parts import Commitment, ReturnReason
from pledges.models.pledges import Pledge
from pledges.models.proposals import Proposal
from pledges.models.readings import Reading
from pledges.models.records import IssuedRecord, RecordFile
from pledges.models.rendered_ahead import RenderedAhead
from pledges.models.request_counts import RequestCount
from pledges.models.review_claims import ReviewClaim
from pledges.models.rosters import Roster, RosterColumns, RosterRow
from pledges.models.sessions import Session
from pledges.models.signatures import Document, Signature, SigningIntent
from pledges.models.signing_tasks import SigningTask, TaskVersion
from pledges.models.task_members import TaskMember
from pledges.models.templates import PledgeTemplate, TemplateVersion, VersionFont
from pledges.models.version_steps import VersionStep

__all__ = [
    "AcceptanceBatch",
    "AcceptanceItem",
    "BackgroundWorker",
    "CalendarDay",
    "ChoreRun",
    "Commitment",
    "Department",
    "Document",
    "EnrolledApp",
    "Excuse",
    "Invitation",
    "InvitationItem",
    "InvitationRun",
    "IssuedRecord",
    "Leave",
    "LedgerCheckpoint",
    "LedgerEntry",
    "LedgerOpening",
    "NoticeClaim",
    "NoticeSwitch",
    "Organisation",
    "PaperBatch",
    "PaperItem",
    "PaperPage",
    "PaperPledge",
    "Person",
    "PhoneLink",
    "Pledge",
    "PledgeTemplate",
    "Post",
    "Proposal",
    "Reading",
    "RecordFile",
    "RenderedAhead",
    "RequestCount",
    "ReturnReason",
    "ReviewClaim",
    "Roster",
    "RosterColumns",
    "RosterRow",
    "SerialCounter",
    "Session",
    "Signature",
    "SigningIntent",
    "SigningTask",
    "TaskMember",
    "TaskVersion",
    "TemplateVersion",
    "VersionFont",
    "VersionStep",
    "organisation_read_once",
]
