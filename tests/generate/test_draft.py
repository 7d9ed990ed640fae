"""A draft as it grows: characters of several tokens, numbers cut in two, readers who leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest
import torch

from onprem_rag.errors import ModelError
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.draft import Draft, GrowingText
from onprem_rag.generate.queue import Queue
from onprem_rag.records import Waiting

SOURCE = "식대는 1명당 5,000,000원을 넘을 수 없다."


def of_bytes(ids: Sequence[int]) -> str:
    """A tokenizer whose tokens are the bytes of UTF-8."""
    return bytes(ids).decode("utf-8", errors="replace")


def writing(text: bytes, ends: bool = True) -> Callable[[Draft], None]:
    """Does to a draft what transformers' ``generate`` does."""

    def write(draft: Draft) -> None:
        draft.put(torch.tensor([[1, 2, 3]]))  # the prompt
        for byte in text:
            draft.put(torch.tensor([byte]))
        if ends:
            draft.end()

    return write


def drafted(text: bytes, guard: CopyGuard | None = None) -> list[str | Waiting]:
    return list(Draft(writing(text), of_bytes, guard, Queue().join(), 60))


def test_a_character_is_shown_when_its_bytes_are_all_there() -> None:
    assert drafted("한 해".encode()) == ["한", " ", "해"]


def test_a_character_without_its_last_byte_is_never_shown() -> None:
    assert drafted("3년 이내".encode()[:-1]) == ["3", "년", " ", "이"]


def test_the_blank_of_a_first_token_is_kept_between_tokens() -> None:
    """As SentencePiece's decoders do, this one drops the blank of the first token that it sees."""
    pieces = [" 제9조", " 제1항", "에", " 따라", "\n", " 사용한다"]

    def decode(ids: Sequence[int]) -> str:
        return "".join(pieces[number] for number in ids).removeprefix(" ")

    text = GrowingText(decode)
    for number in range(len(pieces)):
        text.add([number])
    assert text.finish() == "제9조 제1항에 따라\n 사용한다"


def test_a_number_that_the_last_token_cuts_in_two_is_not_shown() -> None:
    guard = CopyGuard([SOURCE])
    assert "".join(map(str, drafted("식대는 5,000,000원".encode(), guard))).endswith("5,000,000원")
    for cut in ("식대는 5,000,00", "식대는 5,0", "식대는 5"):
        assert "".join(map(str, drafted(cut.encode(), guard))).strip() == "식대는"


def test_under_the_guard_words_are_shown_as_they_are_written() -> None:
    shown = drafted("식대는 5,000,000원을 넘을".encode(), CopyGuard([SOURCE]))
    assert shown == ["식대는 ", "5,000,000원을 ", "넘을"]


def test_the_time_limit_counts_from_the_question() -> None:
    queue = Queue()
    running = queue.join()
    draft = Draft(writing(b"abc"), of_bytes, None, queue.join(), 0.1)
    events = iter(draft)
    assert next(events) == Waiting(1)
    with pytest.raises(ModelError, match=r"차례가 시간 제한 0\.1초 안에 오지 않았습니다\.\n→ .*"):
        next(events)
    draft.leave()
    running.leave()
    assert queue.join().before == 0


def test_a_draft_that_takes_too_long_is_stopped() -> None:
    queue = Queue()
    stopped = threading.Event()

    def slowly(draft: Draft) -> None:
        try:
            draft.put(torch.tensor([[1]]))
            while True:
                draft.put(torch.tensor([65]))
                time.sleep(0.005)
        finally:
            stopped.set()

    shown = []
    draft = Draft(slowly, of_bytes, None, queue.join(), 0.2)
    with pytest.raises(ModelError, match=r"0\.2초 안에 답을 다 쓰지 못했습니다\.\n→ .*timeout_s"):
        shown += draft
    assert "A" in shown
    assert stopped.wait(5)
    draft.leave()
    assert queue.join().before == 0


def test_a_step_that_hangs_holds_no_reader_beyond_its_time() -> None:
    goes_on = threading.Event()

    def hangs(draft: Draft) -> None:
        draft.put(torch.tensor([[1]]))
        goes_on.wait(30)
        draft.put(torch.tensor([65]))

    queue = Queue()
    draft = Draft(hangs, of_bytes, None, queue.join(), 0.1)
    following = queue.join()
    began = time.monotonic()
    with pytest.raises(ModelError, match="시간 제한"):
        list(draft)
    draft.leave()
    assert time.monotonic() - began < 3
    assert following.before == 1  # the model is still at work: nobody else may begin
    goes_on.set()
    list(following.waiting(time.monotonic() + 5))
    assert following.before == 0


def test_an_error_reaches_the_reader_and_the_next_one_has_its_turn() -> None:
    queue = Queue()

    def fails(draft: Draft) -> None:
        draft.put(torch.tensor([[1]]))
        draft.put(torch.tensor([65]))
        raise RuntimeError("CUDA out of memory")

    first = Draft(fails, of_bytes, None, queue.join(), 60)
    second = Draft(writing(b"ok"), of_bytes, None, queue.join(), 60)
    shown = []
    with pytest.raises(RuntimeError, match="out of memory"):
        shown += first
    assert shown == ["A"]
    assert "".join(event for event in second if isinstance(event, str)) == "ok"


def test_a_slow_reader_delays_nobody() -> None:
    queue = Queue()
    unread = [Draft(writing(b"abc"), of_bytes, None, queue.join(), 60) for _ in range(3)]
    last = Draft(writing(b"ok"), of_bytes, None, queue.join(), 60)
    assert "".join(event for event in last if isinstance(event, str)) == "ok"
    assert [list(draft)[-1] for draft in unread] == ["c"] * 3
