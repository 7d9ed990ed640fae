"""A tiny BERT in the real format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import word_pieces

_WORDS = "출장 여비 정산 육아휴직 기간 비밀번호 변경 숙소 퇴거 관리비 입주자".split()


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SentenceTransformer folder: a random BERT of 32 dimensions over a small WordPiece."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("models")
    words = word_pieces(_WORDS, "은는이가을를의한다일")
    BertTokenizerFast(tokenizer_object=words).save_pretrained(folder / "bert")
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=words.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).eval().save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=128)
    SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu").save(
        str(folder / "tiny-bert")
    )
    return folder / "tiny-bert"
