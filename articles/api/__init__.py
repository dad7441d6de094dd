"""The public API, `/api/v1/`: what is live, as it was signed, for machines. See docs/api.md.

REST framework is imported when somebody first asks: a worker that serves readers only is 15 MB smaller.
"""
