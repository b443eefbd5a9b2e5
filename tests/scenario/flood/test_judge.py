"""The judge of a flood sees every kind of harm: each is done to a record that was good, and found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

import pytest

from tests.scenario.flood.judge import Diary, Line, Row, Verdict, judge
from tests.scenario.flood.patients import Exchange, Patient, crowd

ANNA, BERT = "+12125550101", "+12125550102"


@dataclass
class Record:
    diaries: list[Diary]
    phones: dict[str, list[Line]]
    outbox: list[Row]
    waiting: dict[str, int]

    def judged(self) -> Verdict:
        return judge(self.diaries, self.phones, self.outbox, self.waiting)


def good() -> Record:
    """Two patients who ask and are answered, and one of them leaves."""
    anna = Patient(ANNA, "clinic", "botox", "Anna", [Exchange(("price?",), "answer"), Exchange(("hours?",), "answer")])
    bert = Patient(BERT, "clinic", "botox", "Bert", [Exchange(("STOP",), "goodbye"), Exchange(("hm",), "silence")])
    lines = {
        ANNA: [
            Line("i1", "contact", "price?"),
            Line("m1", "clinic", "It is $13, Anna."),
            Line("i2", "contact", "hours?"),
            Line("m2", "clinic", "Until five."),
        ],
        BERT: [
            Line("i3", "contact", "STOP"),
            Line("m3", "clinic", "You are unsubscribed."),
            Line("i4", "contact", "hm"),
        ],
    }
    outbox = [Row(1, ANNA, "sent", "m1"), Row(2, ANNA, "sent", "m2"), Row(3, BERT, "sent", "m3")]
    return Record([Diary(anna, [(0, 2), (2, 4)]), Diary(bert, [(0, 2), (2, 3)])], lines, outbox, {"texts": 0})


def test_a_good_record_is_found_good() -> None:
    verdict = good().judged()
    assert (verdict.wrong, verdict.answered, verdict.held) == ([], 2, 0)


def lose_an_answer(record: Record) -> None:
    del record.phones[ANNA][3], record.outbox[1]
    record.diaries[0].spans[1] = (2, 3)


def double_a_text(record: Record) -> None:
    record.phones[ANNA].append(Line("m9", "clinic", "Until five."))


def write_after_a_stop(record: Record) -> None:
    record.phones[BERT].append(Line("m4", "clinic", "Still there?"))
    record.outbox.append(Row(4, BERT, "sent", "m4"))
    record.diaries[1].spans[1] = (2, 4)


def confirm_twice(record: Record) -> None:
    record.phones[BERT].insert(2, Line("m4", "clinic", "You are unsubscribed."))
    record.outbox.append(Row(4, BERT, "sent", "m4"))
    record.diaries[1].spans = [(0, 3), (3, 4)]


def mix_two_patients(record: Record) -> None:
    record.phones[ANNA][1] = replace(record.phones[ANNA][1], text="It is $13, Bert.")


def turn_the_order_round(record: Record) -> None:
    record.outbox[0], record.outbox[1] = replace(record.outbox[0], id=2), replace(record.outbox[1], id=1)


def lose_a_text_that_was_taken(record: Record) -> None:
    record.outbox.append(Row(9, ANNA, "sent", "m9"))


def leave_something_waiting(record: Record) -> None:
    record.waiting["texts"] = 1


def give_up(record: Record) -> None:
    del record.diaries[0].spans[1]


def talk_too_much(record: Record) -> None:
    record.phones[ANNA] += [Line("m8", "clinic", "And"), Line("m9", "clinic", "so on")]
    record.outbox += [Row(8, ANNA, "sent", "m8"), Row(9, ANNA, "sent", "m9")]
    record.diaries[0].spans[1] = (2, 6)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lose_an_answer, "not answered"),
        (double_a_text, "a second time"),
        (write_after_a_stop, "after an opt-out"),
        (confirm_twice, "more than one confirmation"),
        (mix_two_patients, "another patient's name"),
        (turn_the_order_round, "out of order"),
        (lose_a_text_that_was_taken, "should have left"),
        (leave_something_waiting, "1 texts"),
        (give_up, "gave up"),
        (talk_too_much, "too often"),
    ],
)
def test_every_harm_is_seen(harm: Callable[[Record], None], told: str) -> None:
    record = good()
    harm(record)
    verdict = record.judged()
    assert any(told in wrong for wrong in verdict.wrong), verdict.wrong


def test_an_answer_that_is_held_is_counted_and_excuses_one_silence_and_no_more() -> None:
    record = good()
    lose_an_answer(record)
    record.outbox.append(Row(2, ANNA, "held", None, "nobody can say", "Until five."))
    verdict = record.judged()
    assert (verdict.wrong, verdict.held) == ([], 1)
    del record.phones[ANNA][1], record.outbox[0]
    record.diaries[0].spans = [(0, 1), (1, 2)]
    assert record.judged().wrong


def test_a_held_text_may_have_left_once() -> None:
    record = good()
    record.outbox[1] = Row(2, ANNA, "held", None, "nobody can say", "Until five.")
    assert record.judged().wrong == []
    record.phones[ANNA].append(Line("m7", "clinic", "Until five."))
    assert record.judged().wrong


def test_a_crowd_texts_as_much_as_it_should_and_its_names_are_its_own() -> None:
    patients = list(crowd(10_000, {"+12125550142": "botox"}, Random(7)))
    assert 10_000 <= sum(patient.texts for patient in patients) < 10_010
    assert len({patient.name for patient in patients}) == len({patient.number for patient in patients}) == len(patients)
    texts = [text for patient in patients for exchange in patient.exchanges for text in exchange.texts]
    assert sum("stop" in text.lower() for text in texts) > 100
