"""What a rehearsal has shown: what the services have, held against what the store believes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from promoter.core.delivery import RESUME_AT_MOST, Delivery, State
from promoter.core.model import Placement, Post
from promoter.store import creatives, deliveries, posts, showcase
from promoter.store.database import Session
from promoter.store.deliveries import Attempt

DOUBT = ("OutcomeUnknown", "WorkerDied")
"""How an attempt ends of which nobody knows whether it was done."""

NOT_LIVE = frozenset(
    {
        State.WAITING,
        State.DUE,
        State.READY,
        State.MISSED,
        State.FAILED,
        State.CANCELLED,
        State.REJECTED,
        State.WITHDRAWN,
    }
)
SETTLED_WITHIN = timedelta(minutes=40)
"""What is in doubt for longer at the end of a rehearsal is not being settled."""

Copies = Mapping[tuple[str, str], Sequence[tuple[str, str]]]
"""By channel and account: title and text of each public post; only listings have titles."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one post.

    Attributes:
        copies: How many the public sees at its service.
        doubts: How often nobody knew whether it had been sent.
        longest: How long that lasted at most where the service could be read at every look; None
            if it never did.
        seconds: Copies that were taken down after it had been sent again.
    """

    post: Post
    delivery: Delivery
    copies: int
    doubts: int
    longest: timedelta | None
    seconds: int

    @property
    def duplicates(self) -> int:
        """Return how many copies the public sees too many."""
        return max(self.copies - 1, 0)

    @property
    def false_absent(self) -> bool:
        """Tell whether the store thinks that it is not there, and it is."""
        return self.delivery.state in NOT_LIVE and self.copies > 0

    def lost(self, end: datetime) -> bool:
        """Tell whether it is neither live nor in a state that says why."""
        life = self.delivery
        match life.state:
            case State.PUBLISHED:
                return self.copies == 0
            case State.DUE | State.READY | State.SENDING:
                return end > life.latest
            case State.UNKNOWN:
                return life.sent_at is None or end - life.sent_at > SETTLED_WITHIN
            case State.PENDING:
                return life.sent_at is None or end - life.sent_at > RESUME_AT_MOST
            case State.WAITING:
                return end > life.latest
            case State.HELD | State.FAILED | State.MISSED | State.CANCELLED:
                return life.note is None
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rehearsal has shown, post by post.

    Attributes:
        end: When it ended, in the office's time.
        faults: How often each fault struck.
        points: Where the delivering process was killed, in order.
        channels: By account.
        bugs: Rounds of a lane that were ended by a bug; the log of the copy tells which.
    """

    outcomes: Sequence[Outcome]
    channels: Mapping[str, str]
    end: datetime
    seed: str
    faults: Mapping[str, int] = field(default_factory=dict)
    points: Sequence[str] = ()
    bugs: int = 0

    def count(self, state: State) -> int:
        """Return how many posts are in a state."""
        return sum(item.delivery.state is state for item in self.outcomes)

    @property
    def duplicates(self) -> int:
        """Return how many copies the public sees too many."""
        return sum(item.duplicates for item in self.outcomes)

    @property
    def lost(self) -> int:
        """Return how many posts are neither live nor in a state that says why."""
        return sum(item.lost(self.end) for item in self.outcomes)

    @property
    def false_absent(self) -> int:
        """Return how many posts are thought not to be there, and are."""
        return sum(item.false_absent for item in self.outcomes)

    def document(self) -> dict[str, object]:
        """Return the figures; the first ten keys are PRODUCT's."""
        held = [item for item in self.outcomes if item.delivery.state is State.HELD]
        by_channel = Counter(self.channels[item.post.account] for item in held)
        unsettled = (State.UNKNOWN, State.HELD)
        doubtful = [item for item in self.outcomes if item.doubts]
        resolved = [item for item in doubtful if item.delivery.state not in unsettled]
        longest = [item.longest for item in self.outcomes if item.longest is not None]
        return {
            "posts": len(self.outcomes),
            "published": self.count(State.PUBLISHED),
            "duplicates": self.duplicates,
            "lost": self.lost,
            "false_absent": self.false_absent,
            "held": len(held),
            "held_by_channel": dict(by_channel),
            "missed": self.count(State.MISSED),
            "resolved": len(resolved),
            "seed": self.seed,
            "failed": self.count(State.FAILED),
            "waiting": self.count(State.WAITING),
            "doubtful": len(doubtful),
            "doubts": sum(item.doubts for item in self.outcomes),
            "longest_doubt_minutes": round(max(longest).total_seconds() / 60, 1) if longest else 0,
            "second_copies_taken_down": sum(item.seconds for item in self.outcomes),
            "faults": dict(self.faults),
            "kills": len(self.points),
            "bugs": self.bugs,
        }


def outcomes(
    session: Session, keys: Sequence[str], feeds: Copies, site: Mapping[str, int]
) -> list[Outcome]:
    """Return what became of some posts.

    Args:
        feeds: What the stand-ins show to the public.
        site: How many posts of each key our own showcase shows.
    """
    found = []
    for post in posts.posts(session, keys):
        life = deliveries.get(session, post.key)
        if life is None:
            continue
        composed = creatives.get(session, post.key)
        title = composed.creative.title if composed else ""
        tried = deliveries.attempts(session, post.key)
        copies = site.get(post.key, 0) + _copies(post, title, feeds)
        doubts, longest = _doubts(tried)
        seconds = sum(item.verb == "withdraw-copy" and not _failed(item) for item in tried)
        found.append(Outcome(post, life, copies, doubts, longest, seconds))
    return found


def shown(session: Session) -> dict[str, int]:
    """Return how many posts of each key our own showcase shows."""
    return dict(Counter(item.key for item in showcase.published(session, 1_000_000)))


def _copies(post: Post, title: str, feeds: Copies) -> int:
    shown = feeds.get((post.channel, post.account), ())
    if post.placement is Placement.LISTING:
        return sum(name == title for name, _ in shown if title)
    return sum(post.code in text for _, text in shown)


def _doubts(tried: Sequence[Attempt]) -> tuple[int, timedelta | None]:
    """Return how often a post was in doubt, and how long at most with a service that answered."""
    doubts, longest, since, readable = 0, None, None, True
    for item in tried:
        if item.verb == "publish" and item.outcome in DOUBT:
            doubts += 1
            since, readable = item.started_at, True
        elif since is not None and item.verb in ("find", "watch"):
            if _failed(item):
                readable = False
            elif item.outcome != State.UNKNOWN.value and item.ended_at:
                span = item.ended_at - since
                longest = max(longest or span, span) if readable else longest
                since = None
    return doubts, longest


def _failed(item: Attempt) -> bool:
    """Tell whether an attempt brought no answer: its outcome is an error's name, not a state."""
    return item.outcome not in State.__members__
