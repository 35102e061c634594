"""What differs between two versions of a campaign's document, as sentences a marketer reads."""

from collections.abc import Iterator, Mapping

MOST_NAMED = 5


def between(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """One line for each place that changed, in the order of the newer document."""
    return tuple(_walk("", before, after))


def _walk(path: str, before: object, after: object) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*after, *before)):
            inner = f"{path}.{name}" if path else str(name)
            yield from _walk(inner, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and _is_plain(before) and _is_plain(after):
        yield from _lists(path, before, after)
    elif before is None:
        yield f"{path}: added {_show(after)}"
    elif after is None:
        yield f"{path}: removed {_show(before)}"
    else:
        yield f"{path}: {_show(before)} becomes {_show(after)}"


def _lists(path: str, before: list[object], after: list[object]) -> Iterator[str]:
    for word, more, less in (("added", after, before), ("removed", before, after)):
        changed = [value for value in more if value not in set(less)]
        if changed:
            named = ", ".join(str(value) for value in changed[:MOST_NAMED])
            rest = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
            yield f"{path}: {word} {named}{rest}"


def _is_plain(values: list[object]) -> bool:
    return all(isinstance(value, str | int) for value in values)


def _show(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_show(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        named = ", ".join(_show(one) for one in value[:MOST_NAMED])
        return named + (f" and {len(value) - MOST_NAMED} more" if len(value) > MOST_NAMED else "")
    return str(value)
