"""What the registries say of how a source stands, every night and when it is entered."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from articles.models import Source
from articles.outbox import enqueue_many
from articles.sources import looking_up
from articles.sources.library import UNIQUE
from articles.sources.looking_up import Said
from articles.sources.natures import GRAVITY
from reviews.watching.matching import match_all
from reviews.watching.standings import Notice, Stands, set_standing, standing_of

Standing = Source.Standing


def look_up(source: int) -> list[Said]:
    """Ask the registries about a source (its primary key); have it stand as the gravest of them says.

    It is held against the loaded retraction lists first, whether or not registries are asked.
    """
    match_all(only=Source.objects.filter(pk=source))
    found = Source.objects.get(pk=source)
    if not settings.ASK_REGISTRIES or found.merged_into_id:
        return []
    said = looking_up.look_up(found)
    verdict = gravest(said)
    if verdict and _counts(verdict, found, said):
        notice = verdict.notice
        assert notice is not None
        set_standing(
            found,
            verdict.standing,
            dataset=notice.dataset,
            dataset_digest=notice.dataset_digest,
            notice_doi=notice.notice_doi,
            noted_on=notice.noted_on,
        )
    return said


def gravest(said: list[Said]) -> Stands | None:
    """The worst that a registry whose answer can be used says; None where no answer can be used.

    A registry that knows the work and of no notice says `none`; the notice then only names the registry.
    """
    stands = []
    for one in (one for one in said if one.usable and one.registry != "clinicaltrials"):
        name = looking_up.NAMES[one.registry]
        notices = [Notice(n.kind, n.on, n.doi, name, one.digest) for n in one.notices]
        found = standing_of(notices, silence=Standing.NONE)
        silent = Notice(Standing.NONE, dataset=name, dataset_digest=one.digest)
        stands.append(Stands(found.standing, found.notice or silent))
    return max(stands, key=lambda s: GRAVITY[Standing(s.standing)], default=None)


def _counts(verdict: Stands, source: Source, said: list[Said]) -> bool:
    """“No notice” says something only of what nothing was known of, or when every registry was heard."""
    heard = all(one.usable for one in said if one.registry != "clinicaltrials")
    return verdict.standing != Standing.NONE or source.standing == Standing.UNKNOWN or heard


def promise_look_ups(sources: QuerySet[Source]) -> int:
    """Promise that each of `sources` with a number in a registry is looked up today; returns how many."""
    if not settings.ASK_REGISTRIES:
        return 0
    numbered = reduce(or_, (~Q(**{name: ""}) for name in UNIQUE))
    wanted = sources.filter(numbered, merged_into=None).order_by().values_list("pk", flat=True)
    today = timezone.localdate().isoformat()
    return enqueue_many("look_up_source", ((f"look_up:{pk}:{today}", {"source": pk}) for pk in wanted))
