"""An endpoint: where it is, what it hears of, and whether it is on. It switches itself off after three days of failures."""

from __future__ import annotations

from typing import Literal, get_args

from lotbook.domain.news.announcements import Announcement, AnnouncementKind
from lotbook.domain.values import ids, instants
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import dataclass, replace

DISABLE_AFTER = 3 * DAY  # of failures without a success between
MAX_ENDPOINTS = 20  # of a deployment: each event is copied to all that want it
ALL = "*"
TYPES: tuple[AnnouncementKind, ...] = get_args(AnnouncementKind)
State = Literal["enabled", "disabled"]
WhyDisabled = Literal["failing", "gone", "by_hand"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. Instants are milliseconds. `failing_since`: of the first failure after the last success."""

    endpoint_id: str
    url: str
    types: tuple[str, ...]
    created_at: int
    email: str | None = None  # who is told when it switches itself off
    state: State = "enabled"
    disabled_reason: WhyDisabled | None = None
    disabled_at: int | None = None
    failing_since: int | None = None
    secret_ends: tuple[int, ...] = ()  # until when the secrets before the newest sign, the newest of them first
    version: int = 1

    @property
    def is_on(self) -> bool:
        """Whether events are sent to it."""
        return self.state == "enabled"

    def wants(self, kind: str) -> bool:
        """Whether it is on and has asked for this type of event."""
        return self.is_on and (ALL in self.types or kind in self.types)


def checked_types(types: tuple[str, ...]) -> tuple[str, ...]:
    """The types in the order of the table, each once. Raises InvalidRequest for one that there is not."""
    if ALL in types:
        return (ALL,)
    unknown = sorted(set(types) - set(TYPES))
    if unknown:
        told = f"types must be {ALL} or of {', '.join(TYPES)}; {', '.join(unknown)} is none of them."
        raise InvalidRequest.of("types", "unknown", told)
    return tuple(kind for kind in TYPES if kind in types)


def switched(endpoint: Endpoint, state: State, now: int) -> Endpoint:
    """On or off by hand; as it is already, nothing changes. Switched on, its failures count anew."""
    if state == endpoint.state:
        return endpoint
    if state == "enabled":
        return replace(endpoint, state=state, disabled_reason=None, disabled_at=None, failing_since=None)
    return replace(endpoint, state=state, disabled_reason="by_hand", disabled_at=now)


def after_success(endpoint: Endpoint) -> Endpoint:
    """It answers."""
    return replace(endpoint, failing_since=None)


def after_failure(endpoint: Endpoint, now: int, *, is_gone: bool) -> Endpoint:
    """One more failure: the first, or one that switches it off. `is_gone`: it answered 410, and wants to hear no more."""
    since = now if endpoint.failing_since is None else endpoint.failing_since
    failing = replace(endpoint, failing_since=since)
    if not endpoint.is_on or not (is_gone or now - since >= DISABLE_AFTER):
        return failing
    return replace(failing, state="disabled", disabled_reason="gone" if is_gone else "failing", disabled_at=now)


def told(endpoint: Endpoint, now: int) -> Announcement:
    """The event of an endpoint that switched itself off. Its id follows from since when it fails: said again, it is the same."""
    because = ids.fingerprint("event", "endpoint.disabled", endpoint.endpoint_id, str(endpoint.failing_since))
    detail = {
        "endpoint_id": endpoint.endpoint_id,
        "url": endpoint.url,
        "reason": endpoint.disabled_reason,
        "failing_since": instants.to_optional_text(endpoint.failing_since),
    }
    return Announcement("evt_" + because, "endpoint.disabled", now, None, detail)
