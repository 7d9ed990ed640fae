"""Our search as a LangChain retriever, for integrators' own chains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, PrivateAttr

from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.records import Hit


class OnpremRetriever(BaseRetriever):
    """The best ``k`` passages, best first: ``OnpremRetriever(home="/srv/onprem-rag", k=4)``.

    One instance serves all threads and sees what ``ingest`` adds later. A question that is empty
    or too long raises ConfigError, a home without an index another OnpremRagError. ``ainvoke``
    searches in the default executor.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    home: Path | None = None  # as of the commands: ONPREM_RAG_HOME, else ./home
    k: int = Field(default=4, ge=1)
    chatbot: Chatbot | None = Field(default=None, exclude=True, repr=False)  # in place of ``home``
    _opened: Chatbot = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Open library and index at once, so that a wrong home shows before the first question."""
        super().model_post_init(context)
        self._opened = self.chatbot or Chatbot.open(load_config(self.home))

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        hits = self._opened.search(query, self.k)
        sources = self._opened.sources([hit.passage.document_id for hit in hits])
        return [self._document(hit, sources[hit.passage.document_id]) for hit in hits]

    def _document(self, hit: Hit, source: str) -> Document:
        """The passage's text, and where it stands; offsets are into the document's text."""
        passage = hit.passage
        return Document(
            id=str(passage.id),
            page_content=passage.text,
            metadata={
                "document": passage.document,
                "article": passage.article,
                "paragraph": passage.paragraph,
                "title": passage.title,
                "path": list(passage.path),
                "page": passage.page,
                "start": passage.start,
                "end": passage.end,
                "score": hit.score,
                "channels": dict(hit.channels),
                "passage_id": passage.id,
                "document_id": passage.document_id,
                "source": source,
            },
        )
