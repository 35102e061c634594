"""What every service of identity works with besides a connection."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from identity.policy import Policy
from identity.vault import Vault
from identity.weigh import Model


@dataclass(frozen=True, slots=True)
class Context:
    """Policy, weights and secrets of this installation, and where new ids (UUIDv7) come from."""

    policy: Policy
    model: Model
    vault: Vault
    new_id: Callable[[], UUID]
