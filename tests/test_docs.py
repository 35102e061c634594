"""The documentation, read as a stranger reads it: what it tells to type can be typed."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.commands import COMMANDS, group

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

CODE = re.compile(r"`[^`\n]+`|^(?:    .*\n)+|^```\w*\n[\s\S]*?```", re.MULTILINE)
"""A span, an indented block, a fenced one."""

COMMAND = re.compile(r"\bo2o ([a-z](?:\\\n|[^`#\n])*)")
"""What is typed behind `o2o`, until the line, the span or a remark begins."""


def told() -> Iterator[tuple[str, str]]:
    """What a page tells to type."""
    for page in PAGES:
        for code in CODE.findall(page.read_text(encoding="utf-8")):
            for typed in COMMAND.findall(code):
                yield from ((page.name, one.strip()) for one in typed.split(" | "))


def meant(typed: str) -> list[click.Command | None]:
    """The commands that these words reach; `a|b` reaches both. None for a word that no group knows."""
    context, reached = click.Context(group), list[click.Command | None]([group])
    for word in typed.split():
        groups = [each for each in reached if isinstance(each, click.Group)]
        if not groups:
            break  # what is left, the command is given
        reached = [each.get_command(context, name) for each in groups for name in word.split("|")]
    return reached


@pytest.mark.parametrize(("page", "typed"), sorted(set(told())))
def test_every_command_in_the_documentation_exists(page: str, typed: str) -> None:
    """With its options: a renamed one would send a newcomer away."""
    del page  # it stands in the test's name
    reached = meant(typed)
    assert None not in reached
    known = {option for one in reached if one is not None for each in one.params for option in each.opts}
    assert set(re.findall(r"(?<!\S)--[a-z-]+", typed)) <= known | {"--help"}


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("settings.py", r"\bO2O_[A-Z_]+"),
        ("metrics.py", r"\bo2o_[a-z_]+"),
        ("serving/watch.py", r"\bo2o_[a-z_]+"),
    ],
)
def test_operators_are_told_of_every_setting_and_metric(module: str, names: str) -> None:
    """One that stands in the sources alone is found by nobody."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    in_use = set(re.findall(names, (ROOT / "gateway" / module).read_text(encoding="utf-8")))
    assert in_use
    assert not {name for name in in_use if name not in page}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_keeps_its_lines(name: str) -> None:
    """A list stays a list, and no mark meant for click is shown to people."""
    told = CliRunner().invoke(group, [name, "--help"])
    assert told.exit_code == 0
    assert "\\b" not in told.output


def test_links_lead_somewhere() -> None:
    """Those within the project, from every page and decision."""
    pages = (*PAGES, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs" / "decisions").glob("*.md")))
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken
