"""The judgement about an edition."""

from reviews.models.audit import ChainHead, Event
from reviews.models.disclaimers import Attachment, Disclaimer, DisclaimerVersion, PolicyVersion
from reviews.models.people import Conflict, Reviewer
from reviews.models.review import Claim, Comment, Finding, Review, SourceCheck
from reviews.models.signing import Revocation, SignOff

__all__ = [
    "Attachment",
    "ChainHead",
    "Claim",
    "Comment",
    "Conflict",
    "Disclaimer",
    "DisclaimerVersion",
    "Event",
    "Finding",
    "PolicyVersion",
    "Review",
    "Reviewer",
    "Revocation",
    "SignOff",
    "SourceCheck",
]
