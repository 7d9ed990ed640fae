"""The way to a model server, and how the server is: for ``onprem-rag doctor``."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

CONNECT_S = 2.0
_PROBE_S = 10.0  # for one token; the first one after a start waits for the server's cache


@dataclass(frozen=True, slots=True)
class Health:
    """How a model server is. ``problem`` is "" where it answers; it and ``remedy`` are Korean."""

    problem: str = ""
    remedy: str = ""
    models: tuple[str, ...] = ()  # that it lists; not all servers list the one that they serve
    context: int | None = None  # tokens of prompt and answer together, where it says so
    seconds: float = 0.0  # to the first token


def client(read_s: float) -> httpx.Client:
    """A client on which no proxy of the environment sees a question.

    Certificates are those that this machine trusts, an institution's own among them. A server
    whose machine is gone is noticed within about 8 s, even while nothing is expected of it.
    """
    options = [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
        (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 2),
        (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    ]
    transport = httpx.HTTPTransport(
        verify=ssl.create_default_context(),
        trust_env=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        socket_options=options,
    )
    timeout = httpx.Timeout(read_s, connect=CONNECT_S)
    return httpx.Client(transport=transport, timeout=timeout, trust_env=False)


def health(url: str, name: str, key: str = "") -> Health:
    """Ask the server at ``url`` for its models, and the one called ``name`` for one token.

    Only an answer shows that a server works: ``transformers serve`` lists models that it doesn't
    serve, and says that it is well until the first question finds no room on the GPU.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        with client(_PROBE_S) as http:
            http.headers.update(headers)
            models = _listed(http, url)
            began = time.monotonic()
            problem, remedy = _one_token(http, url, name, tuple(models))
            seconds = time.monotonic() - began
    except httpx.TimeoutException as error:
        if isinstance(error, httpx.ConnectTimeout):
            return Health(f"{CONNECT_S:.0f}초 안에 연결되지 않습니다", reached_not(url))
        return Health(f"{_PROBE_S:.0f}초 안에 답하지 않습니다", refused(503))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return Health(f"연결할 수 없습니다({type(error).__name__})", reached_not(url))
    return Health(problem, remedy, tuple(models), models.get(name), round(seconds, 2))


def reached_not(url: str) -> str:
    """What to do where no server is reached."""
    return f"모델 서버를 켜고 config.toml의 [models] llm 주소를 확인하세요: {url}"


def refused(status: int, models: tuple[str, ...] = ()) -> str:
    """What to do where the server answers with an error."""
    if status in {401, 403}:
        return "config.toml의 [models] llm_key를 서버의 API 키와 똑같이 쓰세요."
    if status >= 500:
        return "모델 서버의 기록에서 까닭(GPU 메모리 부족 등)을 보고 서버를 다시 켜세요."
    if status in {408, 429}:
        return "서버가 붐빕니다. 잠시 뒤 다시 묻거나 서버가 동시에 답하는 수를 늘리세요."
    if status == 413:
        return "config.toml의 [answer] context를 서버가 받는 문맥보다 작게 쓰세요."
    listed = f" 서버에 있는 모델: {', '.join(models)}" if models else ""
    name = "llm_name이 서버가 아는 이름과 같은지 확인하세요."
    if status in {404, 405}:
        name = f"llm 주소가 /v1까지 맞는지, {name}"
    return f"config.toml의 [models] {name}{listed}"


def _listed(http: httpx.Client, url: str) -> dict[str, int | None]:
    """The models of ``/models`` and their contexts; none where the server can't say."""
    # A server that fails at this may break off the connection; the next request needs another one.
    answer = http.get(f"{url}/models", headers={"Connection": "close"})
    try:
        items = answer.json()["data"] if answer.is_success else []
        return {str(item["id"]): _number(item.get("max_model_len")) for item in items}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _one_token(http: httpx.Client, url: str, name: str, models: tuple[str, ...]) -> tuple[str, str]:
    """Problem and remedy; both "" where a token comes."""
    # The same temperature as every question: a server may keep the first one that it sees.
    body = {
        "model": name,
        "messages": [{"role": "user", "content": "안녕하세요"}],
        "max_tokens": 1,
        "temperature": 0,
        "stream": True,
    }
    with http.stream("POST", f"{url}/chat/completions", json=body) as answer:
        if not answer.is_success:
            said = " ".join(answer.read().decode(errors="replace").split())[:200]
            return f"오류 {answer.status_code}: {said}", refused(answer.status_code, models)
        for event in _events(answer):
            if error := event.get("error"):
                return f"오류: {str(error)[:200]}", refused(503)
            choice = (event.get("choices") or [{}])[0]
            if any((choice.get("delta") or {}).get(k) for k in ("content", "reasoning_content")):
                return "", ""
            if choice.get("finish_reason"):
                return "", ""
    return "OpenAI 방식으로 답하지 않습니다", reached_not(url)


def _events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in answer.iter_lines():
        if not line.startswith("data:"):
            continue
        try:
            event = json.loads(line.removeprefix("data:"))
        except ValueError:  # [DONE], and errors whose quotation marks nobody escaped
            event = {"error": line} if "error" in line else {}
        if isinstance(event, dict):
            yield event
