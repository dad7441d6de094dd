"""The rules of the house that no test of behaviour can see, read from the source itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.environment import ROOT

Rule = Callable[[str, ast.Module], Iterator[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef
_WRITES = {
    "create", "update", "save", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "acreate", "aupdate", "asave", "adelete", "abulk_create", "abulk_update", "aget_or_create", "aupdate_or_create",
    "add", "set", "clear", "remove",
}  # fmt: skip
_MIGRATE_SIGNALS = {"pre_migrate", "post_migrate"}  # Django's own, for guards and roles


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every module that is imported, wherever in the file, by statement or by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "house style: imports name their module in full"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and _name(node.func) in ("import_module", "__import__", "get_model"):
            yield from ((str(a.value), node.lineno) for a in node.args[:1] if isinstance(a, ast.Constant))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _chain(node: ast.expr) -> list[str]:
    """The names of `Review.objects.filter(...).update`, from the last to the first."""
    names = []
    while True:
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, (ast.Call, ast.Subscript)):
            node = node.func if isinstance(node, ast.Call) else node.value
        else:
            return [*names, _name(node)]


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    found: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        found = list(node.targets)
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        found = [node.target]
    while found:
        target = found.pop()
        if isinstance(target, (ast.Tuple, ast.List)):
            found += target.elts
        else:
            yield target


def _is_view(function: Function) -> bool:
    first = function.args.args[0].annotation if function.args.args else None
    return first is not None and ast.unparse(first) in ("HttpRequest", "DeskRequest")


# --- The rules: (path, tree) -> a sentence for each breach -----------------------------------------------


def articles_know_no_reviews(path: str, tree: ast.Module) -> Iterator[str]:
    """Content can exist without a review: `articles` never imports `reviews`."""
    if path.startswith("articles/"):
        for module, line in _imports(tree):
            if module.split(".")[0] == "reviews":
                yield f"{path}:{line} imports {module}"


def screening_knows_no_django(path: str, tree: ast.Module) -> Iterator[str]:
    """Screening is text in, hits out; of the rest it may know the document and how HTML is cleaned."""
    if path.startswith("reviews/screening/"):
        for module, line in _imports(tree):
            root = module.split(".")[0]
            ours = module.startswith(("reviews.screening", "articles.documents"))
            if root == "django" or (root in ("articles", "reviews", "config") and not ours):
                yield f"{path}:{line} imports {module}"


def one_writer_of_status(path: str, tree: ast.Module) -> Iterator[str]:
    """`reviews/workflow.py` alone moves a review, `articles/publishing.py` a publication."""
    if path in ("reviews/workflow.py", "articles/publishing.py"):
        return
    for node in ast.walk(tree):
        for target in _targets(node):
            if isinstance(target, ast.Attribute) and target.attr == "status":
                yield f"{path}:{node.lineno} assigns .status"  # type: ignore[attr-defined]
        if not isinstance(node, ast.Call):
            continue
        names = _chain(node.func)
        if names[0] in ("update", "aupdate") and any(k.arg == "status" for k in node.keywords):
            yield f"{path}:{node.lineno} updates status"
        if names[0] in _WRITES and (names[-1] == "Review" or "reviews" in names[1:-1]):
            yield f"{path}:{node.lineno} writes Review"
        if names == ["Review"]:
            yield f"{path}:{node.lineno} makes a Review"
        if names[0] in ("setattr", "bulk_update", "abulk_update") and any(
            isinstance(a, ast.Constant) and a.value == "status" for n in node.args for a in ast.walk(n)
        ):
            yield f"{path}:{node.lineno} sets status by name"


def one_writer_of_publications(path: str, tree: ast.Module) -> Iterator[str]:
    """`articles/publishing.py` alone writes Publication and Notice."""
    if path == "articles/publishing.py":
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        names = _chain(node.func)
        writes = names[0] in _WRITES
        if writes and (
            names[-1] in ("Publication", "Notice") or {"publications", "notices"} & set(names[1:-1])
        ):
            yield f"{path}:{node.lineno} writes {names[-1]}"
        if names[0] in ("save", "asave", "delete") and names[1:] in (
            ["publication"],
            ["page"],
            ["notice"],
            ["live"],
        ):
            yield f"{path}:{node.lineno} saves a {names[1]}"
    for function in (n for n in ast.walk(tree) if isinstance(n, Function)):
        calls = [_chain(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)]
        if {("Publication",), ("Notice",)} & {tuple(c) for c in calls} and any(c[0] == "save" for c in calls):
            yield f"{path}:{function.lineno} {function.name} makes a Publication and saves something"


def no_signals(path: str, tree: ast.Module) -> Iterator[str]:
    """What happens is written where it happens. Only Django's own migrate signals are listened to."""
    for module, line in _imports(tree):
        if module.startswith("django.dispatch") or (
            "signals." in module and module.split(".")[-1] not in _MIGRATE_SIGNALS
        ):
            yield f"{path}:{line} imports {module}"
        if module.endswith(".signals"):
            yield f"{path}:{line} imports all of {module}"


def no_save_of_our_own(path: str, tree: ast.Module) -> Iterator[str]:
    """A model that does something when it is saved does it for some callers only."""
    if "/models/" not in path:
        return
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name in ("save", "delete", "asave", "adelete"):
            yield f"{path}:{node.lineno} overrides {node.name}()"
        if isinstance(node, (ast.Name, ast.Attribute)) and _name(node) == "GenericForeignKey":
            yield f"{path}:{node.lineno} uses a generic foreign key"


def public_functions_say_what_they_promise(path: str, tree: ast.Module) -> Iterator[str]:
    """Every public function has a docstring; every function whatever has its types.

    A view may do without: it parses, makes one call and answers; its URL says what it is for.
    """
    for node in tree.body:
        if not isinstance(node, Function) or node.name.startswith("_") or _is_view(node):
            continue
        if not ast.get_docstring(node):
            yield f"{path}:{node.lineno} {node.name} has no docstring"
    for node in ast.walk(tree):
        if not isinstance(node, Function):
            continue
        a = node.args
        given = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
        bare = [g.arg for g in given if g.annotation is None and g.arg not in ("self", "cls")]
        if bare or node.returns is None:
            yield f"{path}:{node.lineno} {node.name} lacks types: {', '.join(bare) or 'what it returns'}"


RULES: tuple[Rule, ...] = (
    articles_know_no_reviews, screening_knows_no_django, one_writer_of_status, one_writer_of_publications,
    no_signals, no_save_of_our_own, public_functions_say_what_they_promise,
)  # fmt: skip


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for app in ("articles", "reviews", "config"):
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    assert [breach for name, tree in _sources() for breach in rule(name, tree)] == []


def test_there_is_source_to_read() -> None:
    names = {name for name, _ in _sources()}
    assert {"articles/publishing.py", "reviews/workflow.py", "reviews/screening/__init__.py"} <= names


def test_screening_runs_where_there_is_no_django() -> None:
    code = "import sys; import reviews.screening; sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(ROOT), check=False).returncode == 0


WRITER = "def f(r: object) -> None:\n    '''Do it.'''\n    "
BREACHES: list[tuple[Rule, str, str]] = [
    (articles_know_no_reviews, "articles/x.py", "from reviews.models import Review"),
    (articles_know_no_reviews, "articles/x.py", "from reviews import workflow"),
    (articles_know_no_reviews, "articles/admin/x.py", "import reviews.workflow as w"),
    (articles_know_no_reviews, "articles/x.py", WRITER + "from reviews import workflow"),
    (articles_know_no_reviews, "articles/x.py", "if TYPE_CHECKING:\n    import reviews"),
    (articles_know_no_reviews, "articles/x.py", "import_module('reviews.workflow')"),
    (articles_know_no_reviews, "articles/x.py", "apps.get_model('reviews.Review')"),
    (articles_know_no_reviews, "articles/x.py", "apps.get_model('reviews', 'Review')"),
    (screening_knows_no_django, "reviews/screening/x.py", "from django.utils import html"),
    (screening_knows_no_django, "reviews/screening/x.py", "from articles.models import Article"),
    (screening_knows_no_django, "reviews/screening/x.py", "from reviews.models import Claim"),
    (one_writer_of_status, "reviews/desk/x.py", WRITER + "r.status = 'signed_off'"),
    (one_writer_of_status, "reviews/judging.py", WRITER + "r.round, r.status = 1, 'signed_off'"),
    (one_writer_of_status, "articles/x.py", WRITER + "page.status = 'live'"),
    (one_writer_of_status, "reviews/x.py", WRITER + "Review.objects.filter(pk=1).update(status='declined')"),
    (one_writer_of_status, "reviews/x.py", WRITER + "r.article.reviews.update(round=2)"),
    (one_writer_of_status, "reviews/x.py", WRITER + "Review.objects.create(article=r)"),
    (one_writer_of_status, "reviews/x.py", WRITER + "Review(article=r).save()"),
    (one_writer_of_status, "reviews/x.py", WRITER + "setattr(r, 'status', 'declined')"),
    (one_writer_of_status, "reviews/x.py", WRITER + "objects.bulk_update([r], ['status'])"),
    (one_writer_of_publications, "articles/x.py", WRITER + "Publication.objects.create(article=r)"),
    (one_writer_of_publications, "reviews/workflow.py", WRITER + "Publication.objects.filter(pk=1).update(html='')"),
    (one_writer_of_publications, "reviews/workflow.py", WRITER + "r.article.publications.update(html='')"),
    (one_writer_of_publications, "reviews/workflow.py", WRITER + "Publication(article=r).save()"),
    (one_writer_of_publications, "reviews/workflow.py", WRITER + "p = Publication(article=r)\n    p.save()"),
    (one_writer_of_publications, "reviews/workflow.py", WRITER + "publication.save()"),
    (one_writer_of_publications, "reviews/workflow.py", WRITER + "r.notices.create(text='')"),
    (no_signals, "articles/x.py", "from django.dispatch import receiver"),
    (no_signals, "articles/x.py", "from django.db.models.signals import post_save"),
    (no_signals, "reviews/x.py", "from django.db.models import signals"),
    (no_signals, "reviews/x.py", "import django.core.signals"),
    (no_save_of_our_own, "articles/models/x.py", "class A:\n    def save(self) -> None: ..."),
    (no_save_of_our_own, "reviews/models/x.py", "target = GenericForeignKey()"),
    (public_functions_say_what_they_promise, "reviews/x.py", "def f() -> None: ..."),
    (public_functions_say_what_they_promise, "reviews/x.py", "def f(a):\n    '''Do.'''"),
    (public_functions_say_what_they_promise, "reviews/x.py", "def f(a: int):\n    '''Do.'''"),
    (public_functions_say_what_they_promise, "reviews/x.py", "class A:\n    def f(self, *a) -> None: ..."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "path", "source"), BREACHES)
def test_a_breach_is_found(rule: Rule, path: str, source: str) -> None:
    assert list(rule(path, ast.parse(source)))


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [
        (articles_know_no_reviews, "articles/x.py", "import reviewsomething"),
        (articles_know_no_reviews, "reviews/x.py", "from reviews import workflow"),
        (one_writer_of_status, "reviews/workflow.py", WRITER + "r.status = 'signed_off'"),
        (one_writer_of_status, "reviews/x.py", WRITER + "r.status_code = 410"),
        (one_writer_of_status, "reviews/x.py", WRITER + "Review.objects.filter(status='live').first()"),
        (
            one_writer_of_publications,
            "articles/publishing.py",
            WRITER + "Publication.objects.create(article=r)",
        ),
        (no_signals, "articles/guards.py", "from django.db.models.signals import post_migrate, pre_migrate"),
        (no_save_of_our_own, "articles/x.py", "def save() -> None: ..."),
        (public_functions_say_what_they_promise, "reviews/x.py", "def f(request: HttpRequest) -> int: ..."),
        (public_functions_say_what_they_promise, "reviews/x.py", "def _f() -> None: ..."),
    ],
)
def test_what_is_no_breach_is_not(rule: Rule, path: str, source: str) -> None:
    assert list(rule(path, ast.parse(source))) == []
