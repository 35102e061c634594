"""The mapping file of an import: which column of a line becomes what of a record.

    key: customer_no                  # names the record
    observed_at: changed_at           # optional: when the source wrote it, RFC 3339
    attributes:
      family_name: surname            # attribute: column
      x_club: club
    identifiers:
      - {type: email, column: mail, assurance: verified}
      - {type: phone, column: mobile} # typed, unless said otherwise
    consents:
      - {purpose: cross_channel, column: newsletter, granted: ["yes", "1"], at: consent_date}

Invariant: a layout that loads names attributes and identifier types that the policy knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from marshmallow import ValidationError, fields, validate

from gateway.imports.lines import Value
from gateway.wire.records import ASSURANCES
from gateway.wire.refusals import problem_of
from gateway.wire.shapes import Strict
from identity.canonical.attributes import EXTRA_NAME
from identity.model import ADDRESS_LINE, ATTRIBUTES
from identity.policy import Policy


class LayoutError(Exception):
    """The mapping file is not valid."""


class LineError(Exception):
    """A line does not hold what the mapping asks for."""


class _IdentifierSchema(Strict):
    type = fields.String(required=True)
    column = fields.String(required=True)
    assurance = fields.String(load_default="typed", validate=validate.OneOf(list(ASSURANCES)))


class _ConsentSchema(Strict):
    purpose = fields.String(required=True)
    column = fields.String(required=True)
    granted = fields.List(fields.String(), load_default=lambda: ["yes", "true", "1", "y"])
    at = fields.String(required=True)


class _LayoutSchema(Strict):
    key = fields.String(required=True)
    observed_at = fields.String(load_default=None)
    attributes = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    identifiers = fields.List(fields.Nested(_IdentifierSchema), load_default=list)
    consents = fields.List(fields.Nested(_ConsentSchema), load_default=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping file, checked; `document` is what it says."""

    document: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The column that names a record."""
        return str(self.document["key"])

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read, each once, the key's first."""
        shown = (each["column"] for each in self.document["identifiers"])
        return tuple(dict.fromkeys((*self.single, *shown)))

    @property
    def single(self) -> tuple[str, ...]:
        """The columns that may hold one value only: all but those of identifiers alone."""
        document = self.document
        found = [document["key"], document["observed_at"], *document["attributes"].values()]
        found += [each[name] for each in document["consents"] for name in ("column", "at")]
        return tuple(dict.fromkeys(column for column in found if column))

    def key_of(self, line: Mapping[str, Value]) -> str:
        """What names the record of a line, "" where nothing does."""
        return "".join(_texts(line, self.key)[:1])

    def body(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """The line as `PUT /v1/records/{source}/{key}` takes a record; what is empty is left out.

        Raises LineError where it holds several values and may hold one.
        """
        if many := [column for column in self.single if isinstance(values.get(column), tuple)]:
            raise LineError(f"{many[0]!r} holds several values: only an identifier may have several.")
        line = {column: value for column, value in values.items() if isinstance(value, str)}
        found: dict[str, Any] = {
            "attributes": {
                name: line[column] for name, column in self.document["attributes"].items() if line.get(column)
            },
            "identifiers": [
                {"type": each["type"], "value": text, "assurance": each["assurance"]}
                for each in self.document["identifiers"]
                for text in _texts(values, each["column"])
            ],
            "consents": [
                {
                    "purpose": each["purpose"],
                    "granted": line[each["column"]].strip().lower() in map(str.lower, each["granted"]),
                    "at": line.get(each["at"], ""),
                }
                for each in self.document["consents"]
                if line.get(each["column"])
            ],
        }
        observed = self.document["observed_at"]
        return found | ({"observed_at": line[observed]} if observed and line.get(observed) else {})


def _texts(line: Mapping[str, Value], column: str) -> tuple[str, ...]:
    """The values of a column, without empty ones."""
    said = line.get(column, "")
    return tuple(text for text in (said if isinstance(said, tuple) else (said,)) if text)


def load(path: Path, policy: Policy) -> Layout:
    """The layout in a file. Raises LayoutError with a sentence that names file and field."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if not isinstance(said, dict):
            raise LayoutError(f"{path.name} holds no mapping: docs/bulk.md shows one.")
        found: dict[str, Any] = _LayoutSchema().load(said)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise LayoutError(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        places = problem_of(error).places
        wrong = "; ".join(f"{place.pointer.removeprefix('/')} {place.detail}" for place in places)
        raise LayoutError(f"{path.name}: {wrong}. docs/bulk.md shows a mapping.") from error
    sent = (*ATTRIBUTES, ADDRESS_LINE)
    unknown = [name for name in found["attributes"] if name not in sent and not EXTRA_NAME.fullmatch(name)]
    unknown += [each["type"] for each in found["identifiers"] if each["type"] not in policy.identifiers]
    if unknown:
        known = ", ".join((*sent, *policy.identifiers))
        raise LayoutError(
            f"{path.name}: {unknown[0]!r} is not known. Known are {known}, and x_<name>, in a-z, 0-9 and _."
        )
    return Layout(found)
