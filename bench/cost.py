"""The price of 1,000 pictures at Lambda."""

from __future__ import annotations

# us-east-1, arm64, first tier, as AWS' price list was quoted in 2024
# (cloudchipr.com/blog/aws-lambda-pricing): compare with aws.amazon.com/lambda/pricing.
USD_PER_GB_SECOND = 0.0000133334
USD_PER_REQUEST = 0.20 / 1_000_000
FULL_CORE = 1769  # MB of memory with which a function has one core, by AWS' documents

MEMORY = 1024  # MB, as in template.yaml
REQUESTS = 9  # to S3 and Authgear, one after the other; a tenth goes on in parallel
ROUND_TRIP = 0.05  # seconds, assumed for each


def per_thousand(picture_ms: float, memory: int = MEMORY) -> dict[str, float]:
    """
    Return GB-seconds and US dollars for 1,000 pictures.

        seconds = picture on one core / share of a core + requests x round trip

    Args:
        picture_ms: Time that one picture takes on a core of its own.

        memory: MB that the function has.
    """
    share = min(1.0, memory / FULL_CORE)
    seconds = picture_ms / 1000 / share + REQUESTS * ROUND_TRIP
    gb_seconds = 1000 * seconds * memory / 1024
    return {
        "memory MB": memory,
        "s per picture": round(seconds, 3),
        "GB-seconds": round(gb_seconds, 1),
        "USD": round(gb_seconds * USD_PER_GB_SECOND + 1000 * USD_PER_REQUEST, 5),
    }
