"""Users for the local system, each with every kind of attribute a profile can have."""

from __future__ import annotations

import re
import unicodedata

from local.authgear import Authgear, User

# A profile picture's update must leave all of these alone.
BIRTHDATES = ("1989-11-19", "0000-02-29", "1975-06-01")


def create_person(authgear: Authgear, name: str, *, user_id: str | None = None) -> User:
    """Create a user whose attributes follow from given name and family name."""
    number = len(authgear.users)
    username = _plain(name) or "somebody"
    return authgear.users.create(
        email=f"{username}@example.com",
        username=username,
        phone=f"+852512{number:05}",
        standard_attributes=_standard_attributes(name, username, number),
        custom_attributes={"member_number": f"M-{1000 + number}", "newsletter": True},
        user_id=user_id,
    )


def _standard_attributes(name: str, username: str, number: int) -> dict[str, object]:
    """Return what a user may have filled in about himself."""
    given_name, _, family_name = name.partition(" ")
    return {
        "name": name,
        "given_name": given_name,
        "family_name": family_name or given_name,
        "nickname": given_name[:3],
        "gender": ("female", "male", "nonbinary")[number % 3],
        "birthdate": BIRTHDATES[number % len(BIRTHDATES)],
        "zoneinfo": "Asia/Hong_Kong",
        "locale": "zh-HK",
        "profile": f"https://www.example.com/{username}",
        "website": f"https://{username}.example.com/",
        "address": {
            "street_address": f"{number + 1} Nathan Road",
            "locality": "Hong Kong",
            "postal_code": "999077",
            "country": "HK",
        },
    }


def _plain(name: str) -> str:
    """Return a name as it can stand in an address: letters, digits and dots."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return ".".join(re.findall(r"[a-z0-9]+", letters.lower()))
