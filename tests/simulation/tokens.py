"""One access token for all simulated time: to sign one takes longer than a history."""

from __future__ import annotations

from authgear import AccessTokens
from tests.fakes.authgear_server import APP_ID
from tests.fakes.key_pair import KEY_PAIR

TOKENS = AccessTokens(app_id=APP_ID, load_key_pair=lambda: KEY_PAIR, clock=lambda: 0.0)
