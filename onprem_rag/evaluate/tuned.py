"""What tuning found, as JSON and as Korean text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onprem_rag.evaluate.tune import FEW, FIRST, Tuning


def tuning_json(tuning: Tuning, saved: Path | None) -> dict[str, Any]:
    """The object that ``tune --json`` prints."""
    return {
        "questions": tuning.questions,
        "answerable": tuning.answerable,
        "folds": len(tuning.fold_gains),
        "before": _quality_json(tuning.before.hit, tuning.before.mrr),
        "after": _quality_json(tuning.after.hit, tuning.after.mrr),
        "gain": round(tuning.gain, 4),
        "margin": round(tuning.margin, 4),
        "fold_gains": [round(gain, 4) for gain in tuning.fold_gains],
        "weights_before": {name: now for name, now, _ in tuning.weights},
        "weights": {name: found for name, _, found in tuning.weights},
        "reliable": tuning.reliable,
        "worthwhile": tuning.worthwhile,
        "saved": str(saved) if saved else None,
    }


def tuning_text(tuning: Tuning, saved: Path | None, wanted: bool) -> str:
    """Two small tables, what to think of them, and what became of the file.

    ``wanted``: whether saving was asked for.
    """
    before, after = tuning.before, tuning.after
    folds = tuning.fold_gains
    lines = [
        f"질문 {tuning.questions}개 "
        f"(답이 없는 질문 {tuning.questions - tuning.answerable}개는 제외), "
        f"{len(folds)}겹 교차 검증: 조정에 쓰지 않은 질문의 결과",
        "           지금   조정 후    차이",
        f"  hit@{FIRST}   {before.hit:.3f}   {after.hit:.3f}   {after.hit - before.hit:+.3f}",
        f"  MRR     {before.mrr:.3f}   {after.mrr:.3f}   {after.mrr - before.mrr:+.3f}",
        f"  둘의 평균의 차이 {tuning.gain:+.3f} ± {tuning.margin:.3f} (95% 구간), "
        f"겹마다 {min(folds):+.3f} ~ {max(folds):+.3f}",
        "모든 질문으로 찾은 가중치",
        *(f"  {name:<9} {now:g} → {found:g}" for name, now, found in tuning.weights),
        *_cautions(tuning),
    ]
    if saved:
        lines.append(f"저장했습니다: {saved}")
    elif wanted:
        lines.append("저장하지 않았습니다. → 지금 가중치를 그대로 쓰세요.")
    elif tuning.worthwhile:
        lines.append("저장하지 않았습니다. → 이 가중치를 쓰려면 --save를 붙여 다시 실행하세요.")
    return "\n".join(lines)


def _cautions(tuning: Tuning) -> list[str]:
    """What the figures do not say by themselves."""
    lines = []
    if not tuning.reliable:
        lines.append(
            f"주의: 답이 있는 질문이 {tuning.answerable}개뿐이라 이 결과를 믿을 수 없습니다. "
            f"→ {FEW}개 이상, 되도록 100개 넘게 모아 다시 실행하세요."
        )
    if not tuning.worthwhile:
        lines.append(
            "조정해도 나아지지 않습니다: 조정에 쓰지 않은 질문에서 지금 가중치보다 낫지 않습니다."
        )
    elif tuning.gain <= tuning.margin:
        lines.append(
            "주의: 차이가 우연의 범위 안에 있습니다. → 질문을 더 모으면 확실해질 수 있습니다."
        )
    return lines


def _quality_json(hit: float, mrr: float) -> dict[str, float]:
    return {f"hit@{FIRST}": round(hit, 4), "mrr": round(mrr, 4)}
