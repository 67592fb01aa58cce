"""The names that people go by in the record: an id is who somebody is, a name is only what they are called."""

from core.runs.record import NAME_LIMIT, checked
from core.runs.store import RunStore


class People:
    """Everybody who has come in by the door of this home."""

    def __init__(self, store: RunStore):
        self.store = store

    def remember(self, person: str, name: str) -> None:
        """Somebody came in; the name they gave last counts."""
        values = [person, checked(name, "name", NAME_LIMIT)]
        with self.store.writing() as db:
            db.execute("INSERT INTO people (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = ?2", values)

    def names(self) -> dict[str, str]:
        """Per person, their name, in the order in which they came."""
        return dict(self.store.read("SELECT id, name FROM people ORDER BY rowid"))
