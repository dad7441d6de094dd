"""The prose editor, set up for exactly the HTML that an article may hold and for a strict CSP.

The package starts itself by an import map, which is an inline script, and lets ProseMirror inject a
<style> element; our policy refuses both. `static/signoff/admin.js` therefore imports its module by
address and starts it without injected styles; without scripts a plain text box remains.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.widgets import Script
from django.templatetags.static import static
from django_prose_editor.widgets import ProseEditorWidget

EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Underline": True,
    "Strike": True,
    "Subscript": True,
    "Superscript": True,
    "Code": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "Link": {"enableTarget": False},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "NoSpellCheck": False,
    "Menu": {
        "groups": [
            {"group": "blockType -lists"},
            {"group": "lists"},
            {"group": "nodes -blockType -lists"},
            {"group": "marks"},
            {"group": "link"},
            {"group": "table"},
            {"group": "history"},
        ]
    },
}
"""What the editor can make; everything in `articles.html.TAGS` but table captions, heads and feet."""


class Editor(ProseEditorWidget):  # type: ignore[misc]
    """A text area that becomes the prose editor where scripts run."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            attrs={"rows": 24, **(attrs or {})}, config={"extensions": EXTENSIONS}, preset="signoff"
        )

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            css={"all": ["django_prose_editor/material-icons.css", "django_prose_editor/editor.css"]},
            js=[Script(f"signoff/{name}.js", type="module") for name in ("admin", "saving")],  # type: ignore[misc]
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["data-editor-module"] = static("django_prose_editor/editor.js")
        return context
