from __future__ import annotations

from django.urls import path

from articles.public import (
    attestations,
    corrections,
    explaining,
    feeds,
    history,
    lists,
    reporting,
    search,
    sitemap,
    views,
)

app_name = "public"
urlpatterns = [
    path("articles/<slug:slug>/", views.article, name="article"),  # the first, since it is asked for most
    path("", lists.home, name="home"),
    path("topics/", lists.topics, name="topics"),
    path("topics/<slug:slug>/", lists.topic, name="topic"),
    path("series/<slug:slug>/", lists.series, name="series"),
    path("articles/<slug:slug>/references.<slug:ending>", views.references, name="references"),
    path("reviewers/<slug:slug>/", lists.reviewer, name="reviewer"),
    path("feeds/articles.<slug:form>", feeds.articles, name="articles_feed"),
    path("feeds/corrections.<slug:form>", feeds.corrections, name="corrections_feed"),
    path("feeds/topics/<slug:slug>.<slug:form>", feeds.topic, name="topic_feed"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemap.page, name="sitemap_page"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("articles/<slug:slug>/report/", reporting.form, name="report"),
    path("articles/<slug:slug>/report/thanks/", reporting.thanks, name="report_thanks"),
    path("search/", search.results, name="search"),
    path("articles/<slug:slug>/history/", history.history, name="history"),
    path("articles/<slug:slug>/history/<int:number>/", history.edition_changes, name="edition_changes"),
    path("articles/<slug:slug>/attestation.json", attestations.attestation, name="attestation"),
    path(
        "articles/<slug:slug>/history/<int:number>/attestation.json",
        attestations.edition_attestation,
        name="edition_attestation",
    ),
    path(".well-known/signoff-keys.json", attestations.keys, name="keys"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("how-we-review/", explaining.how_we_review, name="how_we_review"),
    path("check-this-page/", explaining.check_page, name="check_page"),
    path("healthz", views.healthz, name="healthz"),
]
