"""Our search in LangChain's place for a retriever: documents, chains, threads, errors."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from pydantic import ValidationError

from onprem_rag.chatbot import Chatbot
from onprem_rag.errors import ConfigError, LibraryError
from onprem_rag.retriever import OnpremRetriever

QUESTION = "업무추진비로 밥 살 때 한 사람당 얼마까지 되나요"


@pytest.fixture(scope="module")
def retriever(demo_home: Path) -> OnpremRetriever:
    return OnpremRetriever(home=demo_home)


def test_documents_are_the_hits(retriever: OnpremRetriever, chatbot: Chatbot) -> None:
    documents = retriever.invoke(QUESTION)
    hits = chatbot.search(QUESTION, 4)
    assert [d.page_content for d in documents] == [hit.passage.text for hit in hits]
    assert [d.metadata["score"] for d in documents] == [hit.score for hit in hits]
    first = documents[0].metadata
    assert (first["document"], first["article"], first["title"]) == (
        "회계규정",
        "제13조",
        "업무추진비",
    )
    assert first["path"][-1] == "제13조(업무추진비)"
    assert first["channels"].keys() >= {"mecab", "bigram", "dense"}
    assert Path(first["source"]).is_file()
    whole = chatbot.document(first["document_id"])
    assert whole.text[first["start"] : first["end"]] == documents[0].page_content
    assert (documents[0].id, first["page"]) == (str(hits[0].passage.id), hits[0].passage.page)


def test_as_many_as_are_asked_for(demo_home: Path, chatbot: Chatbot) -> None:
    assert len(OnpremRetriever(home=demo_home, k=2).invoke(QUESTION)) == 2
    assert len(OnpremRetriever(chatbot=chatbot, k=7).invoke(QUESTION)) == 7
    assert OnpremRetriever(chatbot=chatbot).invoke("zzzzqqq") == []
    with pytest.raises(ValidationError):
        OnpremRetriever(chatbot=chatbot, k=0)


def test_the_home_of_the_environment(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONPREM_RAG_HOME", str(demo_home))
    assert OnpremRetriever(k=1).invoke(QUESTION)[0].metadata["article"] == "제13조"


def test_in_a_chain(retriever: OnpremRetriever) -> None:
    """Retriever, prompt, a model's place, parser: as the LangChain handbook builds it."""
    prompt = ChatPromptTemplate.from_template("규정:\n{context}\n\n질문: {question}")

    def joined(documents: list[Document]) -> str:
        return "\n".join(f"{d.metadata['article']}: {d.page_content}" for d in documents)

    model = RunnableLambda(lambda value: value.to_messages()[0].content)
    chain = (
        {"context": retriever | joined, "question": RunnablePassthrough()}
        | prompt
        | model
        | StrOutputParser()
    )
    text = chain.invoke(QUESTION)
    assert text.startswith("규정:\n제13조: ")
    assert "1명당 5만원을 초과할 수 없다" in text
    assert text.endswith(f"\n\n질문: {QUESTION}")
    assert asyncio.run(chain.ainvoke(QUESTION)) == text
    assert chain.batch([QUESTION, QUESTION]) == [text, text]


def test_asynchronously_many_at_once(retriever: OnpremRetriever) -> None:
    questions = [QUESTION, "연차는 며칠인가요?", "출장 일비는 얼마인가요?"]

    async def ask() -> list[list[Document]]:
        return await asyncio.gather(*(retriever.ainvoke(question) for question in questions))

    assert asyncio.run(ask()) == [retriever.invoke(question) for question in questions]


def test_errors_name_the_remedy(retriever: OnpremRetriever, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"아직 라이브러리가 없습니다: .*\n→ "):
        OnpremRetriever(home=tmp_path / "none")
    with pytest.raises(ConfigError, match=r"질문이 비어 있습니다\. → "):
        retriever.invoke("  ")
