"""The fences of takeover and consent under any interleaving: from the commit on the bot is silent, staff are heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from core.engine.takeover import ContactOptedOut
from core.stages.consent import Consent
from core.stages.takeover import Takeover
from deskbell import OutboundText

if TYPE_CHECKING:
    from tests.scenario.conftest import Desk, Hand

#: Seconds that a call to the carrier may take.
_DEADLINE = 9

_CARRIER = ("take", "take", "later", "lost", "vanish", "refuse", "block")

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.none()),
        st.tuples(st.just("word"), st.sampled_from(("STOP", "STOP", "START"))),
        st.tuples(st.just("staff"), st.sampled_from(("reply", "reply", "take", "release"))),
        st.tuples(st.just("turn"), st.none()),
        st.tuples(st.just("turn"), st.none()),
        st.tuples(st.just("pipeline"), st.tuples(st.integers(0, 3), st.sampled_from(("pass", "pass", "pass", "fail")))),
        st.tuples(st.just("pipeline"), st.tuples(st.integers(0, 3), st.just("pass"))),
        st.tuples(st.just("carrier"), st.tuples(st.integers(0, 3), st.sampled_from(_CARRIER))),
        st.tuples(st.just("carrier"), st.tuples(st.integers(0, 3), st.sampled_from(_CARRIER))),
        st.tuples(st.just("die"), st.tuples(st.integers(0, 3), st.booleans())),
        st.tuples(st.just("receipt"), st.integers(0, 9)),
        st.tuples(st.just("receipt before the answer"), st.integers(0, 3)),
        st.tuples(st.just("send due"), st.none()),
        st.tuples(st.just("reconcile"), st.none()),
        st.tuples(st.just("tick"), st.sampled_from((1, 5, 50, 100))),
    ),
    min_size=5,
    max_size=40,
)


@dataclass
class Watch:
    """One conversation, what was done to it, and a witness at the carrier's door."""

    desk: Desk
    conversation: int = 0
    texts: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    #: How often staff have come, and how often they had as the turn that answered a text was loaded.
    takeovers: int = 0
    loaded_at: dict[Hand, int] = field(default_factory=dict)
    answered_at: dict[str, int] = field(default_factory=dict)
    #: Keys of the texts that the carrier has sent a receipt for.
    delivered: set[str] = field(default_factory=set)
    handed_over_wrongly: list[str] = field(default_factory=list)
    #: Seconds since calls to the carrier were last given up.
    stood: int = 0

    async def begin(self) -> None:
        self.desk.wire.asks = True
        self.desk.wire.witness = self.witness
        self.desk.use(self.desk.Pause, Consent, Takeover, self.desk.Echo)
        await self.desk.hear("good morning", text_id="first")
        self.conversation = await self.desk.value("SELECT id FROM conversation")

    async def witness(self, text: OutboundText) -> None:
        """By what is committed at the moment in which the text reaches the carrier."""
        [row] = await self.desk.rows(
            """
            SELECT o.author, o.kind, o.epoch, c.epoch AS newest, p.opted_out_at IS NOT NULL AS opted_out
              FROM outbox o JOIN conversation c ON c.id = o.conversation JOIN contact p ON p.id = c.contact
             WHERE o.key::text = $1
            """,
            text.id,
        )
        if row["author"] == "bot" and row["epoch"] != row["newest"]:
            self.handed_over_wrongly.append("a bot text of an older epoch")
        if any(self.answered_at[part] < self.takeovers for part in text.text.split("+") if part in self.texts):
            self.handed_over_wrongly.append("an answer of a turn that began before staff came")
        if row["opted_out"] and row["kind"] != "consent":
            self.handed_over_wrongly.append("a text after an opt-out")

    async def step(self, what: str, which: Any) -> None:
        desk, engine = self.desk, self.desk.engine
        match what:
            case "text":
                self.texts.append(f"question {len(self.texts) + 1} of mine")
                await desk.hear(self.texts[-1])
            case "word":
                await desk.hear(which)
            case "staff":
                await self.staff(which)
            case "turn":
                await self.begin_turn()
            case "pipeline" if standing := desk.standing("turn"):
                await self.end_turn(standing[which[0] % len(standing)], which[1])
            case "carrier" if standing := desk.standing("carrier"):
                await standing[which[0] % len(standing)].let_go(which[1])
            case "die" if standing := [hand for hand in desk.hands if hand.at]:
                hand = standing[which[0] % len(standing)]
                if hand.at == "carrier" and which[1]:
                    desk.wire.taken.append(hand.holding)
                await hand.die()
            case "receipt" if desk.wire.taken:
                await self.receipt(desk.wire.taken[which % len(desk.wire.taken)])
            case "receipt before the answer" if standing := desk.standing("carrier"):
                hand = standing[which % len(standing)]
                desk.wire.taken.append(hand.holding)
                await self.receipt(hand.holding)
                await hand.let_go("vanish")
            case "send due":
                await desk.begin(engine.sweeper.send_due())
            case "reconcile":
                await desk.begin(engine.outbox.reconcile())
            case "tick":
                await self.tick(which)

    async def tick(self, seconds: int) -> None:
        """The engine gives up on a call to a carrier before the lease of its text is over."""
        self.stood += seconds
        if self.stood > _DEADLINE:
            self.stood = 0
            for hand in self.desk.standing("carrier"):
                await hand.let_go("vanish")
        self.desk.clock.advance(seconds)

    async def receipt(self, text: OutboundText) -> None:
        self.delivered.add(text.id)
        await self.desk.receipt(text)

    async def begin_turn(self) -> Hand:
        hand = await self.desk.begin(self.desk.engine.turns.handle("harbor", self.conversation, 0))
        self.loaded_at[hand] = self.takeovers
        return hand

    async def end_turn(self, hand: Hand, how: str = "pass") -> None:
        if how == "pass":
            for text in hand.holding.texts:
                # Of two turns over the same texts the first that passes commits, the other is discarded.
                self.answered_at.setdefault(text.text, self.loaded_at[hand])
        await hand.let_go(how)

    async def staff(self, action: str) -> None:
        takeover = self.desk.engine.takeover
        if action == "release":
            await takeover.release("harbor", self.conversation, "rosa")
            return
        self.takeovers += 1
        if action == "take":
            await takeover.take("harbor", self.conversation, "rosa")
            return
        self.replies.append(f"Rosa's line {len(self.replies) + 1}")
        try:
            await takeover.reply("harbor", self.conversation, "rosa", self.replies[-1])
        except ContactOptedOut:
            # She is told so, and has not come.
            assert await self.desk.value("SELECT opted_out_at IS NOT NULL FROM contact")
            self.replies.pop()
            self.takeovers -= 1

    async def finish(self) -> None:
        """The carrier has recovered, all workers live, and everything comes to its end."""
        self.desk.wire.asks = False
        while standing := [hand for hand in self.desk.hands if hand.at]:
            if standing[0].at == "turn":
                await self.end_turn(standing[0])
            else:
                await standing[0].let_go("take")
        for _ in range(4):
            self.desk.clock.advance(120)
            await self.desk.engine.outbox.reconcile()
            await self.desk.engine.sweeper.send_due()
            await self.run_turn()

    async def run_turn(self) -> None:
        hand = await self.begin_turn()
        if hand.at == "turn":
            await self.end_turn(hand)


async def only_what_may_leave_left(watch: Watch) -> None:
    """Each text at most once and in order; staff's all of them but those that an opt-out or the carrier stopped."""
    desk = watch.desk
    assert watch.handed_over_wrongly == []
    rows = await desk.rows("SELECT key::text, author, kind, text, status, reason FROM outbox ORDER BY id")
    places = {row["key"]: place for place, row in enumerate(rows)}
    taken = [places[text.id] for text in desk.wire.taken]
    assert taken == sorted(set(taken)), "each once, and in order"
    ends = {"sent", "failed", "dropped"} if desk.wire.tells else {"sent", "failed", "dropped", "held"}
    assert {row["status"] for row in rows} <= ends
    for place, row in enumerate(rows):
        if row["status"] != "held":
            assert (place in taken) == (row["status"] == "sent")
        if row["author"] == "staff" and row["status"] == "dropped":
            assert row["reason"] == "the contact has opted out"
    assert all(rows[places[key]]["status"] == "sent" for key in watch.delivered), "a receipt settles what it is for"
    assert [row["text"] for row in rows if row["author"] == "staff"] == watch.replies
    answered = [part for text in desk.wire.taken for part in text.text.split("+") if part in watch.texts]
    assert len(answered) == len(set(answered)), "no text is answered twice"
    confirmed = sum(rows[place]["kind"] == "consent" for place in taken)
    assert confirmed <= await desk.value("SELECT count(*) FROM consent WHERE source NOT LIKE 'carrier%'")


async def the_bot_answers_again(watch: Watch) -> None:
    """Given back by staff, and opted in, the conversation is as on the first day."""
    await watch.desk.engine.takeover.release("harbor", watch.conversation, "rosa")
    await watch.desk.hear("START")
    await watch.run_turn()
    await watch.desk.hear("are you there")
    await watch.run_turn()
    assert watch.desk.wire.taken[-1].text.endswith("are you there")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, tells=st.booleans())
async def test_nothing_passes_a_fence_and_every_staff_text_leaves_once(
    desk: Desk, steps: list[tuple[str, Any]], tells: bool
) -> None:
    await desk.clear(tells=tells)
    watch = Watch(desk)
    await watch.begin()
    for what, which in steps:
        note(f"{what} {which}")
        await watch.step(what, which)
    await watch.finish()
    await only_what_may_leave_left(watch)
    await the_bot_answers_again(watch)
