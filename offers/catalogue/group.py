"""The shape of a group of units, as a campaign asks for it: buy-X-get-Y, a bundle, goods with a gift."""

from dataclasses import dataclass

from offers.marketing.campaign_rewards import Cover

BUY, GET = 0, 1


@dataclass(frozen=True, slots=True)
class Group:
    """The shape of a group: how many units of each part.

    `is_bundle`: the reward touches all of it, else only part `GET`. `is_cheapest`: both parts cover the same,
    and got are the cheapest. `most`: so many groups a basket, None without limit.
    """

    units: tuple[int, ...]
    covers: tuple[Cover, ...]
    is_bundle: bool = False
    is_cheapest: bool = False
    most: int | None = None

    @property
    def size(self) -> int:
        """How many units make up one group."""
        return sum(self.units)

    @property
    def touched(self) -> int:
        """How many units of one group the reward touches."""
        return self.size if self.is_bundle else self.units[GET]

    def fits(self, sku: str | None, group: str | None, lineage: tuple[str, ...]) -> tuple[int, ...]:
        """The parts that a product fits."""
        return tuple([i for i, cover in enumerate(self.covers) if cover.has(sku, group, lineage)])
