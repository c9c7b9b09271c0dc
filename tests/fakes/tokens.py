"""One access token for all time: to sign one takes longer than most tests."""

from __future__ import annotations

from authgear import AccessTokens
from tests.fakes.key_pair import KEY_PAIR

APP_ID = "demo"
TOKENS = AccessTokens(app_id=APP_ID, load_key_pair=lambda: KEY_PAIR, clock=lambda: 0.0)
