"""Claims that several reports make in the same form."""

from typing import Any


def measured(names: list[str], measure: str, text: str) -> dict[str, Any]:
    """What is told of members side by side, without a verdict."""
    return {"kind": "measure", "further": True, "names": names, "measure": measure, "text": text}


def excels(pretrained: str, scratch: str, shares: list[str], text: str) -> list[dict[str, Any]]:
    """That what was pretrained wins, on each share of the pictures; names and text have a place for the share."""
    return [
        {
            "kind": "order",
            "further": True,
            "winner": pretrained.format(share),
            "loser": scratch.format(share),
            "text": f"Transfer learning excels when data is limited: {text.format(share)}",
        }
        for share in shares
    ]
