"""What a picture costs, in USD per output image.

Source: https://ideogram.ai/features/api-pricing, as of 2026-11-16; the v2 models that the page does
not list: dry-run quotes of 2026-10-10 (qmediat/ideogram-mcp).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

LEGACY_USD: Final[Mapping[str, Decimal]] = {
    "V_1": Decimal("0.06"),
    "V_1_TURBO": Decimal("0.02"),
    "V_2": Decimal("0.08"),
    "V_2_TURBO": Decimal("0.05"),
    "V_2A": Decimal("0.04"),
    "V_2A_TURBO": Decimal("0.025"),
    "V_3": Decimal("0.06"),
    "AUTO": Decimal("0.06"),  # no price is published: taken as 3.0 Default
}
V3_USD: Final[Mapping[str, Decimal]] = {
    "FLASH": Decimal("0.03"),
    "TURBO": Decimal("0.03"),
    "BALANCED": Decimal("0.06"),
    "DEFAULT": Decimal("0.06"),
    "QUALITY": Decimal("0.09"),
}

_BY_SPEED = {"turbo": Decimal("0.03"), "default": Decimal("0.06"), "quality": Decimal("0.10")}
V2_USD: Final[Mapping[str, Mapping[str, Decimal]]] = {
    "ideogram-2": {"default": Decimal("0.08")},
    "ideogram-3": {**_BY_SPEED, "quality": Decimal("0.09")},
    "ideogram-4": _BY_SPEED,
    "ideogram-4-5": {"low": Decimal("0.03"), "medium": Decimal("0.06"), "high": Decimal("0.10")},
    "p-image-ideogram": {"default": Decimal("0.01")},
    "z-image": {"default": Decimal("0.005")},
}
"""v2 model -> its speed or quality -> price; a model with one price has only `default`."""

V2_DEFAULT_TIER: Final[Mapping[str, str]] = {"ideogram-4-5": "high"}  # quotes: "default high"

PRODUCTS: Final[Mapping[str, str]] = {
    "ideogram-2": "ideogram_v2_generation",
    "ideogram-3": "ideogram_v3_generation",
    "ideogram-4": "ideogram_v4_generation",
    "ideogram-4-5": "ideogram_v4_5_generation",
    "p-image-ideogram": "p_image_ideogram_generation",
    "z-image": "z_image_generation",
}
"""v2 model -> billing identifier; those of 3 and 4 are documented, the others follow them."""


def quote(model: str, unit_usd: Decimal, images: int) -> dict[str, object]:
    """Return the answer to a dry run of a v2 generation.

    Args:
        model: A key of `V2_USD`.
        unit_usd: Price of one image.
        images: How many were asked for, 1-8.
    """
    micros = int(unit_usd * images * 1_000_000)
    return {
        "object": "price_quote",
        "billing_identifier": PRODUCTS[model],
        "quantity": images,
        "usd_micros": micros,
        "credit_millis": micros // 10,
        "qualifier": "exact",
    }
