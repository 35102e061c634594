"""Where a command writes, looked at before it begins: no hours of work for a folder that is not there."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import click


def check(outputs: Mapping[str, Path | None], read: Iterable[Path]) -> None:
    """Whether all these files, by the option that names them, can be written: none twice, none in place of a
    file that is read. Raises click's own error.
    """
    taken = {each.resolve(): "is read by this run" for each in read}
    for option, path in outputs.items():
        if path is None:
            continue
        place = path.resolve()
        if place in taken:
            raise click.ClickException(f"{path} {taken[place]}: name another file with {option}.")
        if not os.access(place if place.exists() else place.parent, os.W_OK):
            raise click.ClickException(
                f"{path} cannot be written: name a file with {option} in a folder that is there and yours."
            )
        if place.exists() and not place.is_file():
            continue  # such as /dev/null, which takes what it is given
        taken[place] = f"is written by {option} already"
