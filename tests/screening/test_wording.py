"""Rules that read one sentence: doses, promises, unnamed authority, selling, figures, benefits.

Each case is a sentence and the one rule that must fire, or must stay silent, on it.
"""

from __future__ import annotations

import pytest

from articles.documents import document
from reviews.screening import Hit, Rule, rules, screen
from reviews.screening.hits import hit


def found(sentence: str, rule: str, tag: str = "p") -> list[Hit]:
    article = document(title="Title", body=f"<{tag}>{sentence}</{tag}>", authors=("Jo",), references=(1, 2))
    return [hit for hit in screen(article) if hit.rule == rule]


FIRES = [
    ("dosing.amount", "Take 0.1 to 0.3 g of dried mushroom."),
    ("dosing.amount", "An initial dose of 0.1–0.3 grams is advised."),
    ("dosing.amount", "Start with 10 µg of LSD."),
    ("dosing.amount", "Start with 10 mcg of LSD."),
    ("dosing.amount", "A dose of 200 micrograms is usual."),
    ("dosing.amount", "Adults take 1,000 IU of vitamin D."),
    ("dosing.amount", "Swallow two capsules with water."),
    ("dosing.amount", "He takes half a tablet before bed."),
    ("dosing.amount", "Put 5 drops under the tongue once, then wait for the medicine to act."),
    ("dosing.amount", "The dose is 0.3 mg/kg."),
    ("dosing.schedule", "Take a capsule every third day."),
    ("dosing.schedule", "Microdose one day on, two days off."),
    ("dosing.schedule", "The dose is taken twice daily."),
    ("dosing.schedule", "Take the tablets every 4 to 6 hours."),
    ("dosing.schedule", "He recommends microdosing every three days."),
    ("dosing.protocol", "The Fadiman Protocol is a popular technique."),
    ("dosing.protocol", "Many follow the Stamets stack."),
    ("dosing.protocol", "James Fadiman's original protocol is well liked."),
    ("dosing.fraction", "Often it is 1/10th to 1/20th of a typical dose."),
    ("dosing.fraction", "A microdose is about a tenth of a full dose."),
    ("dosing.fraction", "It is typically 10% or less of a full dose."),
    ("attribution.vague", "Studies show that it works."),
    ("attribution.vague", "Several recent studies have suggested a link."),
    ("attribution.vague", "Research also suggests that sleep helps."),
    ("attribution.vague", "Experts agree on this."),
    ("attribution.vague", "Scientists believe that it acts quickly."),
    ("anecdote.testimony", "Many users report more energy."),
    ("attribution.vague", "It is said to be an old remedy."),
    ("attribution.vague", "According to experts, the effect is real."),
    ("attribution.vague", "It has been linked to lower stress."),
    ("attribution.vague", "Studies show that it works [9]."),
    ("absolute.safety", "Microdosing is completely safe."),
    ("absolute.safety", "There are no side effects."),
    ("absolute.safety", "You get the benefits without any side effects."),
    ("absolute.safety", "A risk-free way to feel better."),
    ("absolute.safety", "Not only is it cheap, it is 100% safe."),
    ("absolute.certainty", "The treatment is 100% effective."),
    ("absolute.certainty", "Relief is guaranteed."),
    ("absolute.certainty", "It always works."),
    ("absolute.certainty", "This tea never fails."),
    ("absolute.certainty", "Turmeric cures arthritis."),
    ("absolute.certainty", "The herb is proven to help."),
    ("promotion.call_to_action", "Buy now while it lasts."),
    ("promotion.call_to_action", "Order your first tin today."),
    ("promotion.call_to_action", "Click here to read our offer."),
    ("promotion.call_to_action", "Contact us for a free session."),
    ("promotion.call_to_action", "Sign up today."),
    ("promotion.call_to_action", "Book a consultation with our team."),
    ("promotion.call_to_action", "Use code SUNRISE at the till."),
    ("promotion.own_wares", "We offer a complete programme."),
    ("evidence.statistic", "About 70% of participants felt better."),
    ("evidence.statistic", "Seven per cent dropped out, or 7 per cent in all."),
    ("evidence.statistic", "It helped 8 out of 10 people."),
    ("evidence.statistic", "The trial had 191 participants."),
    ("evidence.statistic", "All three participants improved."),
    ("evidence.statistic", "It affects millions of individuals worldwide."),
    ("evidence.statistic", "One in five adults sleeps badly."),
    ("evidence.statistic", "It makes relapse twice as likely."),
    ("evidence.unsupported", "Microdosing reduces anxiety."),
    ("evidence.unsupported", "It may improve mood and focus."),
    ("evidence.unsupported", "Yoga offers relief from pain."),
    ("evidence.unsupported", "While more research is needed, it eases chronic pain."),
    ("evidence.unsupported", "Microdosing reduces anxiety [9]."),
]

SILENT = [
    # a citation that resolves answers for the sentence
    ("dosing.amount", "Participants took 25 mg of psilocybin [1]."),
    ("dosing.schedule", "The dose was taken twice daily for four weeks [1]."),
    ("dosing.fraction", "A microdose is a tenth of a full dose [2]."),
    ("attribution.vague", "Studies show that it works [1, 2]."),
    ("evidence.statistic", "About 70% of participants felt better [1]."),
    ("evidence.unsupported", "Microdosing reduces anxiety [1]."),
    # numbers that are no dose
    ("dosing.amount", "The wound was rinsed with 0.9% saline."),
    ("dosing.amount", "Volunteers took part in a 30-day trial."),
    ("dosing.amount", "The dose-response curve was flat."),
    ("dosing.amount", "She took a walk of 5 km after her medicine."),
    ("dosing.amount", "Take the tablet 20 minutes before a meal."),
    ("dosing.amount", "The drug lowered glucose to 126 mg/dL."),
    ("dosing.amount", "Take no more than 6 g of salt a day."),
    ("dosing.amount", "The parcel weighed 500 g."),
    ("dosing.schedule", "Go for a run three times a week."),
    ("dosing.schedule", "The clinic meets every other week."),
    ("dosing.protocol", "James Fadiman wrote a book about it."),
    ("dosing.protocol", "The trial protocol was published."),
    ("dosing.fraction", "A tenth of the readers wrote to us."),
    # protective or refuted
    ("absolute.safety", "It is not completely safe."),
    ("absolute.safety", "No treatment is risk-free."),
    ("absolute.safety", "That does not mean there are no side effects."),
    ("absolute.safety", "It is a myth that herbs are completely safe."),
    ("absolute.safety", "Sellers call it “completely safe”, which is misleading."),
    ("absolute.safety", "Is it completely safe?"),
    ("absolute.certainty", "This is not a cure for arthritis."),
    ("absolute.certainty", "Nothing is guaranteed."),
    ("absolute.certainty", "It has not been proven to help."),
    ("absolute.certainty", "There is no cure for the condition."),
    ("absolute.certainty", "Never start without medical advice."),
    # authority that is named, absent or asked about
    ("attribution.vague", "The Cochrane review found a small effect."),
    ("attribution.vague", "No studies have shown that it works."),
    ("attribution.vague", "It is unclear whether research supports this."),
    ("attribution.vague", "What does research show?"),
    ("attribution.vague", "That study followed 34 people, and these researchers found no effect."),
    ("attribution.vague", "Scientific research on it is still in its infancy."),
    # not selling
    ("promotion.call_to_action", "Do not buy online from sellers you cannot check."),
    ("promotion.call_to_action", "Ask for a consultation with your GP."),
    ("promotion.call_to_action", "The order of the sections was changed."),
    ("promotion.call_to_action", "The shop closed, and the law followed the genetic code."),
    # not a figure
    ("evidence.statistic", "It gained ground during the 2000s."),
    ("evidence.statistic", "Interest grew in the mid-20th century."),
    ("evidence.statistic", "A solution of 0.9% saline was used."),
    ("evidence.statistic", "It is typically 10% or less of a full dose."),
    ("evidence.statistic", "It is 100% effective."),
    # no benefit claimed
    ("evidence.unsupported", "Chronic pain is commonly associated with sadness and anxiety."),
    ("evidence.unsupported", "It did not reduce anxiety."),
    ("evidence.unsupported", "More research is needed on whether it improves mood."),
    ("evidence.unsupported", "Some users experience emotional sensitivity, particularly during initial use."),
    ("evidence.unsupported", "Talk to your doctor about treating pain."),
    ("evidence.unsupported", "Improved mood: Chronic pain can have a negative impact on well-being."),
]


REMEDY = "Microdosing psilocybin"


def told(rule: str, body: str) -> list[str]:
    """What a rule marks in an article about an unproven remedy."""
    article = document(title=REMEDY, body=body, authors=("Jo",), references=(1, 2))
    return [hit.quote for hit in screen(article) if hit.rule == rule]


def test_a_story_goes_on_with_her_and_him() -> None:
    story = "One reader, a nurse, told us that microdosing changed her mornings."
    body = f"<p>{story} She sleeps through the night.</p><p>Her pills are in the bin.</p>"
    assert told("anecdote.testimony", body) == [
        story,
        "She sleeps through the night.",
        "Her pills are in the bin.",
    ]
    assert told("anecdote.testimony", "<p>She is the lead author of the trial.</p>") == []


def test_a_story_of_harm_is_no_praise() -> None:
    body = "<p>One reader, a nurse, told us that it helped. She had a panic attack in the second week.</p>"
    assert told("anecdote.testimony", body) == ["One reader, a nurse, told us that it helped."]


def test_items_under_a_promise_of_benefits_are_claims() -> None:
    items = "<ul><li>Sleep through the night</li><li>Patience with family</li></ul>"
    assert told("evidence.unsupported", f"<p>The benefits of microdosing include:</p>{items}") == [
        "Sleep through the night",
        "Patience with family",
    ]
    assert told("evidence.unsupported", f"<p>Write down each day:</p>{items}") == []


def test_what_acts_is_a_mechanism_and_no_second_claim() -> None:
    acts = "<p>Psilocybin binds to serotonin receptors, which are involved in mood.</p>"
    assert told("evidence.mechanism", acts) and not told("evidence.unsupported", acts)
    eases = "<p>By acting on serotonin receptors, psilocybin relieves anxiety.</p>"
    assert told("evidence.mechanism", eases) and told("evidence.unsupported", eases)


ELSEWHERE = [rule for rule in rules().values() if rule.elsewhere]


@pytest.mark.parametrize("rule", ELSEWHERE, ids=lambda rule: rule.id)
def test_a_rule_weighs_less_elsewhere(rule: Rule) -> None:
    """In an article about asthma, whatever the sentence."""
    sentences = {
        "promotion.own_wares": "Our team of nurses will see you.",
        "dosing.amount": "Take 5 mg of the tablet.",
        "dosing.schedule": "Take the tablet every third day.",
        "dosing.protocol": "Some follow the Fadiman protocol.",
    }
    body = sentences.get(rule.id) or rule.fires[0].replace("psilocybin", "the inhaler").replace(
        "Psilocybin", "It"
    )
    article = document(title="Asthma", body=f"<p>{body}</p>", authors=("Jo",), references=(1,))
    assert {hit.severity for hit in screen(article) if hit.rule == rule.id} <= {rule.elsewhere}
    with pytest.raises(TypeError):
        hit(rule.id, article)


def test_a_shop_is_no_source() -> None:
    dose = "Take 0.3 g of dried mushrooms every third day, see"
    assert told("dosing.amount", f"<p>{dose} https://shroomshop.example/buy.</p>")
    assert told("promotion.link", f"<p>{dose} https://shroomshop.example/buy.</p>")
    assert not told("dosing.amount", f"<p>{dose} https://doi.org/10.1000/1.</p>")
    assert not told("promotion.link", f"<p>{dose} https://doi.org/10.1000/1.</p>")


@pytest.mark.parametrize(
    "sentence",
    [
        "It is a myth that psilocybin cures depression.",
        "Patients who were told that psilocybin is a cure for depression were misled.",
        "There is no evidence that psilocybin is completely safe.",
    ],
)
def test_what_is_refuted_is_not_claimed(sentence: str) -> None:
    for rule in ("evidence.unsupported", "absolute.safety", "absolute.certainty", "anecdote.testimony"):
        assert told(rule, f"<p>{sentence}</p>") == []


def test_a_plain_promise_about_a_remedy() -> None:
    assert told("absolute.safety", "<p>Psilocybin is harmless.</p>")
    assert told("absolute.safety", "<p>Doctors agree that psilocybin is completely safe.</p>")
    assert not found("The vaccine is safe.", "absolute.safety")


def test_side_effects_want_a_source() -> None:
    listed = "Common side effects include headache and nausea"
    assert told("safety.side_effects", f"<p>{listed}.</p>")
    assert not told("safety.side_effects", f"<p>{listed} [1].</p>")


@pytest.mark.parametrize(("rule", "sentence"), FIRES)
def test_rule_fires(rule: str, sentence: str) -> None:
    (hit,) = found(sentence, rule)
    assert hit.quote in sentence and len(hit.quote) > 8
    assert hit.message.endswith(".") and hit.remedy.endswith(".")


@pytest.mark.parametrize(("rule", "sentence"), SILENT)
def test_rule_is_silent(rule: str, sentence: str) -> None:
    assert found(sentence, rule) == []


@pytest.mark.parametrize(
    ("rule", "severity"),
    [("dosing.amount", "critical"), ("absolute.safety", "critical"), ("promotion.call_to_action", "critical"),
     ("dosing.fraction", "resolve"), ("absolute.certainty", "resolve"), ("attribution.vague", "resolve"),
     ("evidence.statistic", "resolve"), ("evidence.unsupported", "resolve")],
)  # fmt: skip
def test_weight_of_a_rule_in_an_article_about_an_unproven_remedy(rule: str, severity: str) -> None:
    sentence = next(sentence for name, sentence in FIRES if name == rule)
    assert found(f"{sentence} Psilocybin is a drug.", rule)[0].severity == severity


@pytest.mark.parametrize(
    ("rule", "severity"),
    [("dosing.amount", "resolve"), ("attribution.vague", "advise"), ("evidence.statistic", "advise"),
     ("absolute.safety", "critical"), ("evidence.unsupported", "resolve")],
)  # fmt: skip
def test_weight_of_a_rule_elsewhere(rule: str, severity: str) -> None:
    sentence = next(sentence for name, sentence in FIRES if name == rule and "shroom" not in sentence)
    sentence = sentence.replace("Microdosing", "Walking").replace("LSD", "the medicine")
    assert found(sentence, rule)[0].severity == severity


@pytest.mark.parametrize("apostrophes", ["It's 100% safe – for everyone", "It’s 100% safe — for everyone"])
def test_typography_makes_no_difference(apostrophes: str) -> None:
    assert found(apostrophes + ".", "absolute.safety")


def test_headings_promise_too_but_hold_no_figures() -> None:
    assert found("Completely safe and natural", "absolute.safety", tag="h2")
    assert not found("How 70% of people feel better", "evidence.statistic", tag="h2")


def test_one_hit_for_a_sentence_however_often_the_rule_matches() -> None:
    assert len(found("Take 5 mg, then 10 mg, then 20 mg of the drug.", "dosing.amount")) == 1
