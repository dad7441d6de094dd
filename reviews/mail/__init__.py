"""Mail about what happened: to those it concerns, at once or in one mail a day, and never twice."""

from reviews.mail.again import perhaps_sent, send_again
from reviews.mail.announcing import announce
from reviews.mail.digests import send_due
from reviews.mail.sending import send

__all__ = ["announce", "perhaps_sent", "send", "send_again", "send_due"]
