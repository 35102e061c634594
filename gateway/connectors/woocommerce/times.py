"""When something was made or changed in a WooCommerce shop.

Older versions of its API tell the shop's own time only. Taken for UTC it is hours off, which is nearer than
not knowing it.
"""

from typing import Final

MADE: Final = ("date_created_gmt", "date_created")
CHANGED: Final = ("date_modified_gmt", "date_created_gmt", "date_modified", "date_created")
