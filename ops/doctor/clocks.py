"""Three clocks: this machine's, AWS's, which the function uses, and Authgear's."""

from __future__ import annotations

from dataclasses import dataclass

from ops.doctor.check import Check, fine, unknown, warning, wrong

SAME = 5  # seconds; a Date header is cut to the second, and an answer takes time
MOST_SKEW = 60  # seconds; tokens are valid for 300 (contract: presign.expired_*)


@dataclass
class Clocks:
    """
    How far the clocks are apart.

    Args:
        skew: Seconds that this clock is ahead of Authgear's.

        aws_skew: Seconds that it is ahead of AWS's.
    """

    skew: float | None = None
    aws_skew: float | None = None

    def note(self, now: float, authgear: float | None, aws_skew: float | None) -> None:
        """Note the time in an answer."""
        self.skew = None if authgear is None else now - authgear
        self.aws_skew = aws_skew

    def check(self, *, is_refused: bool) -> Check:
        """
        Tell whose clock is wrong.

        Args:
            is_refused: Whether Authgear takes tokens by its own clock only.
        """
        if self.skew is None:
            return unknown("clock", "Authgear's answer does not have the time")
        if not is_refused and abs(self.skew) <= MOST_SKEW:
            return fine(
                "clock", f"within {max(1, round(abs(self.skew)))} s of Authgear's"
            )
        finding, remedy = self._blame(self.skew)
        if is_refused:
            return wrong("clock", f"{finding}, which therefore refuses tokens", remedy)
        return warning("clock", finding, remedy)

    def _blame(self, skew: float) -> tuple[str, str]:
        """Return which clock differs, and what to do."""
        direction = "ahead of" if skew > 0 else "behind"
        finding = f"this machine's clock is {abs(skew):.0f} s {direction} Authgear's"
        if self.aws_skew is None:
            return finding, "Set the clock that is wrong: this machine's or Authgear's."
        if abs(self.aws_skew) > SAME:
            remedy = "Set this machine's clock. The function uses AWS's."
            return finding, remedy
        other = "behind" if skew > 0 else "ahead of"
        finding = f"Authgear's clock is {abs(skew):.0f} s {other} AWS's"
        return finding, "Set the clock of the Authgear server; NTP keeps it right."
