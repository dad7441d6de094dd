"""The database's own share of the promise: no publication without its signatures, no rewritten record."""

from __future__ import annotations

from articles import guards

# Signatures that hold, by different people, under exactly this edition and digest, and whose statement
# did not ask for more of them. The edition must be the article's own.
_SIGNATURES = """
    SELECT COUNT(DISTINCT s.signer_id) FROM reviews_signoff s
    JOIN articles_edition e ON e.id = s.edition_id AND e.article_id = NEW.article_id
    LEFT JOIN reviews_revocation r ON r.sign_off_id = s.id
    WHERE s.edition_id = NEW.edition_id AND s.signed_digest = NEW.signed_digest AND r.id IS NULL
    AND {asked} <= NEW.required_signatures
"""
_SIGNATURES_SQLITE = _SIGNATURES.format(asked="json_extract(s.statement, '$.signatures')")
_SIGNATURES_POSTGRESQL = _SIGNATURES.format(asked="(s.statement::json ->> 'signatures')::int")
_LIVE_ON_THIS = """
    SELECT 1 FROM reviews_signoff s
    JOIN articles_publication p ON p.edition_id = s.edition_id AND p.signed_digest = s.signed_digest
    WHERE s.id = NEW.sign_off_id AND p.status = 'live'
"""
_UNSIGNED = "a publication needs its sign-offs"
_IN_USE = "a live page rests on this sign-off: take it down first"
_NO_RETURN = "a publication that ended does not come back"
# The one change after the end: what was withdrawn may still be retracted.
_RETURNS = (
    "OLD.status <> 'live' AND NEW.status <> OLD.status "
    "AND NOT (OLD.status = 'withdrawn' AND NEW.status = 'retracted')"
)

# On PostgreSQL a publish and a revoke that run at once do not see each other's rows. Both therefore
# write the article's row first, so that one waits for the other (or fails, above READ COMMITTED).
_PUBLISH_FUNCTION = f"""
CREATE OR REPLACE FUNCTION signoff_publication_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE articles_article SET version = version WHERE id = NEW.article_id;
    IF ({_SIGNATURES_POSTGRESQL}) < NEW.required_signatures THEN
        RAISE EXCEPTION '{_UNSIGNED}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608
_REVOKE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION signoff_revocation_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE articles_article a SET version = version
    FROM reviews_signoff s JOIN articles_edition e ON e.id = s.edition_id
    WHERE s.id = NEW.sign_off_id AND a.id = e.article_id;
    IF EXISTS ({_LIVE_ON_THIS}) THEN
        RAISE EXCEPTION '{_IN_USE}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608


def connect() -> None:
    """Register the guards of `reviews`; `articles.guards` has them installed after every `migrate`."""
    for table in (
        "sourcecheck",
        "signoff",
        "revocation",
        "event",
        "policyversion",
        "disclaimerversion",
        "conflict",
        "opinion",
        "settlement",
        "servedcheck",
        "standingchange",
    ):
        guards.immutable(f"reviews_{table}")
    for table in ("review", "claim", "finding", "comment", "attachment", "alert", "message"):
        guards.undeletable(f"reviews_{table}")
    guards.undeletable("reviews_chainhead")
    guards.REGISTRY += [
        guards.Guard(
            "publication_needs_sign_off",
            "articles_publication",
            "CREATE TRIGGER publication_needs_sign_off BEFORE INSERT ON articles_publication "
            f"WHEN ({_SIGNATURES_SQLITE}) < NEW.required_signatures "
            f"BEGIN SELECT RAISE(ABORT, '{_UNSIGNED}'); END",
            "CREATE TRIGGER publication_needs_sign_off BEFORE INSERT ON articles_publication "
            "FOR EACH ROW EXECUTE FUNCTION signoff_publication_signed()",
            _PUBLISH_FUNCTION,
            steps_aside=True,
        ),
        guards.Guard(
            "publication_does_not_return",
            "articles_publication",
            "CREATE TRIGGER publication_does_not_return BEFORE UPDATE ON articles_publication "
            f"WHEN {_RETURNS} BEGIN SELECT RAISE(ABORT, '{_NO_RETURN}'); END",
            "CREATE TRIGGER publication_does_not_return BEFORE UPDATE ON articles_publication FOR EACH ROW "
            f"WHEN ({_RETURNS}) EXECUTE FUNCTION signoff_refuse('{_NO_RETURN}')",
            steps_aside=True,
        ),
        guards.Guard(
            "revocation_needs_no_live_page",
            "reviews_revocation",
            "CREATE TRIGGER revocation_needs_no_live_page BEFORE INSERT ON reviews_revocation "
            f"WHEN EXISTS ({_LIVE_ON_THIS}) BEGIN SELECT RAISE(ABORT, '{_IN_USE}'); END",
            "CREATE TRIGGER revocation_needs_no_live_page BEFORE INSERT ON reviews_revocation "
            "FOR EACH ROW EXECUTE FUNCTION signoff_revocation_free()",
            _REVOKE_FUNCTION,
            steps_aside=True,
        ),
    ]
