"""One draft of the model in this process: its turn, its text as it grows, its end."""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from onprem_rag.errors import ModelError
from onprem_rag.generate.queue import Place
from onprem_rag.records import Waiting

if TYPE_CHECKING:
    from onprem_rag.generate.copy_guard import CopyGuard

Decode = Callable[[Sequence[int]], str]
AGAIN_S = 1.0
LEAVING_S = 1.0  # for the token that is being computed; a longer one ends in the background


class Draft:
    """Written in a thread of its own when its turn comes; iterate to read it, then ``leave``.

    ``write`` gets the draft as transformers' streamer. A slow reader delays nobody.
    """

    def __init__(
        self,
        write: Callable[[Draft], None],
        decode: Decode,
        guard: CopyGuard | None,
        place: Place,
        seconds: float,
    ) -> None:
        self._write = write
        self._text = GrowingText(decode)
        self._guard = guard
        self._place = place
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._shown = 0
        self._begun = False
        self._left = threading.Event()
        self._events: queue.SimpleQueue[str | Waiting | Exception | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no more threads: the place must not block the others
            place.leave()
            raise

    def __iter__(self) -> Iterator[str | Waiting]:
        """Pieces of the text, before them how many come first; ModelError when time is over.

        How many come first is told anew each second: a reader can only leave between two events.
        """
        while True:
            try:
                event = self._events.get(timeout=min(self._remaining(), AGAIN_S))
            except queue.Empty:
                if self._remaining() == 0:
                    raise self._late() from None
                if before := self._place.before:
                    yield Waiting(before)
                continue
            if event is None:
                return
            if isinstance(event, Exception):
                raise event
            yield event

    def leave(self) -> None:
        """Gives up the place in the queue, or stops the model."""
        self._left.set()
        self._place.give_up()
        self._thread.join(LEAVING_S)

    def put(self, tokens: Any) -> None:
        """Called by ``generate`` with the prompt, then with each token as it is computed."""
        if self._left.is_set():
            raise _LeftError
        if self._remaining() == 0:
            raise TimeoutError
        if not self._begun:
            self._begun = True
            return
        new = self._text.add(tokens.tolist())
        text = self._text.text
        if self._guard is None:
            self._show(len(text))
        elif any(map(str.isspace, new)):  # word by word, for each question takes time
            self._show(self._guard.settled(text))

    def end(self) -> None:
        """Called by ``generate`` when the model has ended, or its tokens are used up.

        These may end in the middle of a number: what isn't settled then is never shown.
        """
        text = self._text.finish()
        whole = self._guard is None or self._guard.allows(text, "")
        self._show(len(text) if whole or self._guard is None else self._guard.settled(text))

    def _show(self, settled: int) -> None:
        if settled > self._shown:
            self._events.put(self._text.text[self._shown : settled])
            self._shown = settled

    def _work(self) -> None:
        try:
            for before in self._place.waiting(self._until):
                self._events.put(Waiting(before))
            if self._place.before == 0:
                self._write(self)
        except _LeftError:
            pass
        except TimeoutError:
            self._events.put(self._late())
        except Exception as error:  # of the GPU, the libraries or the guard: the reader's to raise
            traceback.clear_frames(error.__traceback__)  # they hold the keys and values
            self._events.put(error)
        finally:
            self._place.leave()
            self._events.put(None)

    def _remaining(self) -> float:
        return max(0.0, min(self._until - time.monotonic(), threading.TIMEOUT_MAX))

    def _late(self) -> ModelError:
        limit = f"시간 제한 {self._seconds:g}초"
        if self._begun:
            return ModelError(
                f"언어 모델이 {limit} 안에 답을 다 쓰지 못했습니다.\n"
                "→ config.toml의 [answer] timeout_s(확인은 [verify] timeout_s)를 늘리거나 "
                "max_new_tokens를 줄이세요."
            )
        return ModelError(
            f"언어 모델의 차례가 {limit} 안에 오지 않았습니다.\n"
            "→ 잠시 뒤에 다시 물으세요. 자주 그러면 config.toml의 [answer] timeout_s를 늘리거나 "
            "여러 사람에게 한꺼번에 답하는 모델 서버를 쓰세요."
        )


class GrowingText:
    """Tokens to text, as they come; a character whose bytes aren't all there isn't in it yet.

    Each step decodes the last tokens only, always behind the same one: tokenizers drop the blank
    of a first token.
    """

    def __init__(self, decode: Decode) -> None:
        self._decode = decode
        self._ids: list[int] = []
        self._start = 0  # of the tokens that are decoded again
        self._done = 0  # tokens whose text is in ``text``
        self.text = ""

    def add(self, ids: Sequence[int]) -> str:
        """What further tokens add to the text."""
        self._ids += ids
        new = self._new()
        if not new or new.endswith("\ufffd"):
            return ""
        self.text += new
        self._start, self._done = self._done, len(self._ids)
        return new

    def finish(self) -> str:
        """The whole text, without an unfinished character."""
        self.text += self._new().rstrip("\ufffd")
        self._done = len(self._ids)
        return self.text

    def _new(self) -> str:
        known = self._decode(self._ids[self._start : self._done])
        return self._decode(self._ids[self._start :])[len(known) :]


class _LeftError(Exception):
    """Nobody reads on; ends ``generate``."""
