"""Webhooks: other systems are told when an article is published, replaced, corrected or taken down.

`telling` promises a message in the transaction of the change, `sending` is the job that sends it,
`signing` signs it as Standard Webhooks 1.0.0 says (https://www.standardwebhooks.com). See docs/webhooks.md.
"""
