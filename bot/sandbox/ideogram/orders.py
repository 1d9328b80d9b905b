"""From request bodies to orders: what is asked for and what it costs, or a refusal.

Unknown fields are accepted and ignored, as the real API does: a misspelt guard costs money.
"""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.sandbox.ideogram.answers import bad_request, not_found, problem
from bot.sandbox.ideogram.prices import LEGACY_USD, PRODUCTS, V2_DEFAULT_TIER, V2_USD, V3_USD

MAX_IMAGES: Final = 8  # documented; older guides say 4
MAX_SEED: Final = 2_147_483_647  # documented
_MAX_DIGITS: Final = len(str(MAX_SEED))  # numbers in forms are text

RESOLUTIONS: Final[Mapping[str, str]] = {
    "1x1": "1024x1024",
    "16x9": "1312x736",
    "9x16": "736x1312",
    "16x10": "1280x800",
    "10x16": "800x1280",
    "4x3": "1152x864",
    "3x4": "864x1152",
    "3x2": "1248x832",
    "2x3": "832x1248",
    "3x1": "1536x512",
    "1x3": "512x1536",
}
"""Aspect ratio -> pixels; which pixels the real API chooses is unverified but for 1x1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One accepted generation request.

    Attributes:
        seed: Of the first image; the next ones count up.
        product: Billing identifier.
        unit_usd: Price per output image.
        model: v2 model name, empty for the other generations.
        asynchronous: The answer comes later, under the generation id (v2 only).
    """

    prompt: str
    images: int
    seed: int
    resolution: str
    style: str
    product: str
    unit_usd: Decimal
    model: str = ""
    asynchronous: bool = False


async def legacy_order(request: web.Request) -> Order:
    """Read `POST /generate`, which takes JSON only."""
    if request.content_type != "application/json":
        raise problem(
            415,
            "Unsupported Media Type",
            f"Invalid Content-type ({request.content_type}), expected JSON data",
        )
    body = (await _json_object(request)).get("image_request")
    if not isinstance(body, dict):
        raise bad_request("'image_request' is a required property")
    model = _choice(body, "model", LEGACY_USD, "V_2")
    _choice(body, "magic_prompt_option", ("AUTO", "ON", "OFF"), "AUTO")
    ratio = _choice(body, "aspect_ratio", [_legacy_ratio(r) for r in RESOLUTIONS], "ASPECT_1_1")
    return Order(
        prompt=_prompt(body),
        images=_whole_number(body, "num_images", 1, 1, MAX_IMAGES),
        seed=_seed(body),
        resolution=RESOLUTIONS[ratio.removeprefix("ASPECT_").replace("_", "x")],
        style=str(body.get("style_type") or "GENERAL"),
        product=f"ideogram_{model.lower()}_generation",
        unit_usd=LEGACY_USD[model],
    )


async def v3_order(request: web.Request) -> Order:
    """Read `POST /v1/ideogram-v3/generate`, JSON or multipart."""
    body = await _fields(request)
    speed = _choice(body, "rendering_speed", V3_USD, "DEFAULT")
    _choice(body, "magic_prompt", ("AUTO", "ON", "OFF"), "AUTO")
    return Order(
        prompt=_prompt(body),
        images=_whole_number(body, "num_images", 1, 1, MAX_IMAGES),
        seed=_seed(body),
        resolution=_resolution(body),
        style=str(body.get("style_type") or "GENERAL"),
        product="ideogram_v3_generation",
        unit_usd=V3_USD[speed],
    )


async def v2_order(request: web.Request) -> Order:
    """Read `POST /v2/image/generate/{model}`; an unknown model is an unknown path."""
    model = request.match_info["model"]
    if model not in V2_USD:
        raise not_found(f"The requested URL was not found: unknown model {model!r}.")
    body = await _fields(request)
    _choice(body, "magic_prompt", ("auto", "on", "off"), "auto")
    return Order(
        prompt=_prompt(body),
        images=_whole_number(body, "num_images", 1, 1, MAX_IMAGES),
        seed=_seed(body),
        resolution=_resolution(body),
        style=str(body.get("style_type") or "GENERAL"),
        product=PRODUCTS[model],
        unit_usd=V2_USD[model][_tier(model, body)],
        model=model,
        asynchronous=body.get("async") in (True, "true") or bool(body.get("webhook_url")),
    )


def _tier(model: str, body: Mapping[str, object]) -> str:
    tiers = V2_USD[model]
    default = V2_DEFAULT_TIER.get(model, "default")
    if model in V2_DEFAULT_TIER:
        tier = str(body.get("quality", default))
        if tier not in tiers:
            raise bad_request("Invalid quality.")  # observed with very_low, which needs a source
        return tier
    return _choice(body, "rendering_speed", tiers, default) if len(tiers) > 1 else default


async def _fields(request: web.Request) -> dict[str, object]:
    if request.content_type == "multipart/form-data":
        return await _form(request)
    return await _json_object(request)


async def _form(request: web.Request) -> dict[str, object]:
    fields: dict[str, object] = {}
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name and part.filename is None:
                fields[part.name] = await part.text()
    except (ValueError, AssertionError):  # what aiohttp raises for a form without boundary or end
        raise bad_request("Request body is not a valid form") from None
    return fields


async def _json_object(request: web.Request) -> dict[str, object]:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise bad_request("Request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise bad_request("Request body is not of type 'object'")
    return body


def _prompt(body: Mapping[str, object]) -> str:
    prompt = body.get("prompt")
    if prompt is None:
        raise bad_request("'prompt' is a required property")
    if not isinstance(prompt, str):
        raise bad_request(f"{prompt!r} is not of type 'string' - 'prompt'")
    return prompt


def _choice(body: Mapping[str, object], name: str, allowed: Collection[str], default: str) -> str:
    value = body.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise bad_request(f"{value!r} is not one of {sorted(allowed)} - {name!r}")
    return str(value)


def _whole_number(
    body: Mapping[str, object], name: str, default: int, least: int, most: int
) -> int:
    value = body.get(name)
    if value is None:
        return default
    digits = isinstance(value, str) and value.isdecimal() and len(value) <= _MAX_DIGITS
    if isinstance(value, bool) or not (isinstance(value, int) or digits):
        raise bad_request(f"{value!r} is not of type 'integer' - {name!r}")
    number = int(str(value))
    if not least <= number <= most:
        raise bad_request(f"{number} is not between {least} and {most} - {name!r}")
    return number


def _seed(body: Mapping[str, object]) -> int:
    return _whole_number(body, "seed", secrets.randbelow(MAX_SEED + 1), 0, MAX_SEED)


def _legacy_ratio(ratio: str) -> str:
    return "ASPECT_" + ratio.replace("x", "_")


def _resolution(body: Mapping[str, object]) -> str:
    if body.get("resolution") is not None and body.get("aspect_ratio") is not None:
        raise bad_request("resolution and aspect_ratio cannot be used together")
    if body.get("resolution") is not None:
        return _choice(body, "resolution", RESOLUTIONS.values(), "1024x1024")
    return RESOLUTIONS[_choice(body, "aspect_ratio", RESOLUTIONS, "1x1")]
