"""The states a run can be in, and what each means in plain words."""

from typing import Literal

State = Literal["queued", "running", "pausing", "paused", "stopping", "done", "stopped", "failed", "diverged", "lost"]

MEANING: dict[State, str] = {
    "queued": "It waits for a free place.",
    "running": "A worker trains it.",
    "pausing": "It was asked to pause and will after its present step.",
    "paused": "It rests with all it knows; it can be resumed.",
    "stopping": "It was asked to stop and will after its present step.",
    "done": "It has ended as its recipe says.",
    "stopped": "Somebody ended it early; its best weights are kept, and it can be resumed.",
    "failed": "It could not go on; the reason says why. Once that is mended it can be resumed.",
    "diverged": "Its loss left all bounds; the last good weights are kept.",
    "lost": "Its worker died without a word; it can be resumed from its last snapshot.",
}
