"""Reading a POSLog's elements: by plain names, children or descendants, nothing but text."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element


def text_at(element: Element | None, *path: str) -> str | None:
    """The text at a path of children; None when there is none or it is blank."""
    for name in path:
        if element is None:
            return None
        element = element.find(name)
    written = (element.text or "").strip() if element is not None else ""
    return written or None


def first_text(element: Element, *names: str) -> str | None:
    """The text of the first descendant that has one of these names, tried in their order."""
    for name in names:
        for found in element.iter(name):
            written = (found.text or "").strip()
            if written:
                return written
    return None


def is_set(element: Element, attribute: str) -> bool:
    """Whether a flag is raised."""
    return element.get(attribute, "").strip().lower() in {"true", "1"}


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The children of a name."""
    return iter(element.findall(name)) if element is not None else iter(())
