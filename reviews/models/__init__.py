"""The judgement about an edition."""

from reviews.models.audit import ChainHead, Event
from reviews.models.disclaimers import Attachment, Disclaimer, DisclaimerVersion, PolicyVersion
from reviews.models.drafts import Answer, WriterAnswer
from reviews.models.mail import MailPreference, Message
from reviews.models.people import Conflict, Reviewer
from reviews.models.review import Claim, Comment, Finding, Opinion, Review, Settlement, SourceCheck
from reviews.models.signing import Revocation, ServedCheck, SigningPage, SignOff
from reviews.models.watching import (
    Alert,
    AlertReport,
    LinkCheck,
    Reminder,
    RetractionRecord,
    RetractionSet,
    StandingChange,
)

__all__ = [
    "Alert",
    "AlertReport",
    "Answer",
    "Attachment",
    "ChainHead",
    "Claim",
    "Comment",
    "Conflict",
    "Disclaimer",
    "DisclaimerVersion",
    "Event",
    "Finding",
    "LinkCheck",
    "MailPreference",
    "Message",
    "Opinion",
    "PolicyVersion",
    "Reminder",
    "RetractionRecord",
    "RetractionSet",
    "Review",
    "Reviewer",
    "Revocation",
    "ServedCheck",
    "Settlement",
    "SignOff",
    "SigningPage",
    "SourceCheck",
    "StandingChange",
    "WriterAnswer",
]
