"""How a deployment's billing page looks like its product's: a name, a colour, a logo, whom to ask, and who may frame it.

A brand's colour is made darker, or lighter in the dark, until what is written on it and in it can be read (WCAG 2.2: 4.5 to 1).
"""

from __future__ import annotations

import re
from fractions import Fraction
from urllib.parse import urlsplit

from lotbook.domain.values.light_dataclasses import dataclass

LEAST_CONTRAST = Fraction(19, 4)  # what is asked for is 4.5; the rest is for what is rounded
WHITE, NIGHT = "#ffffff", "#16181d"  # the paper, by day and by night
STEPS = 40  # each takes a twentieth of the way to black or to white
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LINEAR_BELOW = 10  # a channel of 255: under it sRGB is straight
_WEIGHTS = (Fraction(2126, 10_000), Fraction(7152, 10_000), Fraction(722, 10_000))
_AMBIENT = Fraction(5, 100)


@dataclass(frozen=True, slots=True)
class Brand:
    """`url`: where the page is, without a slash at the end; empty: wherever it was asked for. `pages`: the gateway's origins."""

    name: str
    colour: str
    logo: str = ""
    support: str = ""
    frames: tuple[str, ...] = ()
    url: str = ""
    pages: tuple[str, ...] = ()

    @property
    def logo_origin(self) -> str:
        """The origin that the logo is loaded from; empty without one."""
        parts = urlsplit(self.logo)
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme == "https" and parts.netloc else ""

    @property
    def support_url(self) -> str:
        """What the support link leads to: an e-mail address becomes one."""
        return f"mailto:{self.support}" if "@" in self.support and "/" not in self.support else self.support

    @property
    def by_day(self) -> str:
        """The colour on white paper."""
        return _readable(self.colour, WHITE, "#000000")

    @property
    def by_night(self) -> str:
        """The colour on dark paper."""
        return _readable(self.colour, NIGHT, WHITE)


def contrast(one: str, other: str) -> Fraction:
    """The contrast of two colours `#rrggbb`, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + _AMBIENT) / (dark + _AMBIENT)


def _readable(colour: str, paper: str, towards: str) -> str:
    mixed = colour if _COLOUR.fullmatch(colour) else towards
    for _ in range(STEPS):
        if contrast(mixed, paper) >= LEAST_CONTRAST:
            return mixed.lower()
        mixed = _mixed(mixed, towards)
    return towards


def _mixed(colour: str, towards: str) -> str:
    parts = zip(_channels(colour), _channels(towards), strict=True)
    return "#" + "".join(f"{(19 * here + there + 19 * (there > here)) // 20:02x}" for here, there in parts)


def _luminance(colour: str) -> Fraction:
    return sum((weight * _linear(each) for weight, each in zip(_WEIGHTS, _channels(colour), strict=True)), Fraction(0))


def _linear(channel: int) -> Fraction:
    """sRGB to linear light, by a rational fit of the curve: within 0.005 of it everywhere."""
    value = Fraction(channel, 255)
    if channel <= _LINEAR_BELOW:
        return value / Fraction(1292, 100)
    return value * (value * (value * Fraction(305306, 10**6) + Fraction(682171, 10**6)) + Fraction(12523, 10**6))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
