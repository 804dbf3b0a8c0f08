"""Questions: a labeling config from a short form, for those who do not write Label Studio's XML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias
from xml.sax.saxutils import quoteattr

from tilth.errors import Invalid

Task: TypeAlias = Literal["classification", "boxes", "text"]
TASKS: Final[tuple[Task, ...]] = ("classification", "boxes", "text")
SHOWN: Final = {"image": "Image", "text": "Text", "audio": "Audio", "video": "Video"}
MAX_CLASSES: Final = 1_000
MAX_TEXT: Final = 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def config_for(media: str, task: str, classes: Sequence[str], *, question: str = "", multiple: bool = False) -> str:
    """Return the config of a page that shows one image, text, sound or film and asks one question about it.

    The task's data names it by its kind (`image`, `text`, ...). Raises Invalid for what cannot be asked.
    """
    if media not in SHOWN:
        raise Invalid(f"Items that are {media} cannot be shown to people.", help="Say in the dataset what they show.")
    if task not in TASKS:
        raise Invalid(f"{task!r} is not a question.", help=f"It is one of {', '.join(TASKS)}.")
    if task == "boxes" and media != "image":
        raise Invalid("Boxes are drawn on images only.", help="Ask for a class or a text.")
    names = [_clean(name, "class") for name in classes]
    if task != "text" and not 1 <= len(names) <= MAX_CLASSES:
        raise Invalid(f"{len(names)} classes cannot be asked.", help=f"Give 1 to {MAX_CLASSES:,}.")
    if len(set(names)) != len(names):
        raise Invalid("A class is named twice.", help="Name each once.")
    shown = f"<{SHOWN[media]} name={quoteattr(media)} value={quoteattr(f'${media}')}/>"
    header = f"<Header value={quoteattr(_clean(question, 'question'))}/>" if question.strip() else ""
    if task == "text":
        asked = f'<TextArea name="label" toName={quoteattr(media)} required="true" maxSubmissions="1"/>'
    elif task == "boxes":
        labels = "".join(f"<Label value={quoteattr(name)}/>" for name in names)
        asked = f'<RectangleLabels name="label" toName={quoteattr(media)}>{labels}</RectangleLabels>'
    else:
        choices = "".join(f"<Choice value={quoteattr(name)}/>" for name in names)
        how = "multiple" if multiple else "single"
        asked = f'<Choices name="label" toName={quoteattr(media)} choice="{how}" required="true">{choices}</Choices>'
    return f"<View>{header}{shown}{asked}</View>"


def _clean(text: str, what: str) -> str:
    found = text.strip()
    if not found or len(found) > MAX_TEXT or _CONTROL.search(found):
        raise Invalid(f"{text[:80]!r} cannot be a {what}.", help=f"Use 1 to {MAX_TEXT} characters on one line.")
    return found
