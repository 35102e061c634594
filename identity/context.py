"""What every service of identity works with besides a connection."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from identity.policy import Policy
from identity.scoring.registry import OWN, Models
from identity.scoring.weigh import Model
from identity.sealing.vault import Vault


@dataclass(frozen=True, slots=True)
class Context:
    """Policy, weights and secrets of this installation, and where new ids (UUIDv7) come from.

    `model` is what this installation starts with, until another one is activated; whoever writes works with a
    context under the active one (`versions.active`), with its number, and `own` what the installation starts
    with.
    """

    policy: Policy
    model: Model
    vault: Vault
    new_id: Callable[[], UUID]
    models: Models = field(default_factory=Models)
    model_no: int = OWN
    own: Model | None = None
