"""How the pages look: the style sheet of their own parts."""

from __future__ import annotations

STYLE = """<style>
[data-testid="stApp"] { word-break: keep-all; border-top: 4px solid #1b4b8f; }
[data-testid="stMainBlockContainer"] { max-width: 52rem; padding: 2.2rem 1.5rem 3rem; }
[data-testid="stBottomBlockContainer"] { max-width: 52rem; padding: 1rem 1.5rem 2rem; }
[data-testid="stChatMessageContent"] [data-testid="stVerticalBlock"] { gap: .55rem; }
[data-testid="stStatusWidget"] { display: none; }
h1.orag-title { font-size: 1.45rem; color: #163b70; padding: 0; }
.orag-small { font-size: .86rem; line-height: 1.6; color: #4a5563; }
.orag-running { font-size: .86rem; line-height: 1.6; color: #4a5563; background: #fff;
  padding: .5rem .8rem; border-radius: .4rem; }
.orag-share { height: 4px; margin: .35rem 0; background: #ccd6e4; border-radius: 2px; }
.orag-share div { height: 100%; background: #1b4b8f; border-radius: 2px; }
.orag-text, .orag-opening { line-height: 1.75; }
.orag-text { white-space: pre-wrap; overflow-wrap: anywhere; }
.orag-plain { max-height: 14rem; overflow-y: auto; }
.orag-understood { font-size: .88rem; line-height: 1.6; color: #163b70; margin-bottom: .5rem;
  padding: .35rem .8rem; background: #eef2f7; border-radius: .4rem; overflow-wrap: anywhere; }
.orag-fallback { font-size: .9rem; line-height: 1.6; color: #744600; background: #fdf1d7;
  margin: 0 0 .6rem; padding: .45rem .8rem; border-left: 3px solid #b77400; }
.orag-warning { font-size: .92rem; line-height: 1.6; color: #8f2415; background: #fde9e5;
  margin: 0 0 .6rem; padding: .55rem .9rem; border: 1px solid #c2452f; border-left-width: 5px;
  overflow-wrap: anywhere; }
.orag-warning ul { margin: .2rem 0 0; padding-left: 1.2rem; }
.orag-old { color: #8f2415; text-decoration: line-through; }
.orag-new { color: #14592f; background: #e3f4e9; text-decoration: none; font-weight: 700;
  padding: 0 .15em; }
.orag-guard { margin-top: .5rem; }
.orag-growing { color: #4a5563; }
.orag-status { margin-bottom: .6rem; line-height: 1.6; }
.orag-meaning { font-size: .86rem; color: #4a5563; }
.orag-badge { display: inline-block; padding: .08rem .6rem; margin-right: .5rem; font-weight: 700;
  font-size: .86rem; border: 1px solid currentcolor; border-radius: 1rem; white-space: nowrap; }
.orag-legend .orag-meaning { display: block; }
.orag-faq { background: #e4eefb; color: #14458a; }
.orag-verified { background: #e3f4e9; color: #14592f; }
.orag-corrected { background: #fdf1d7; color: #744600; }
.orag-unverified { background: #fde9e5; color: #8f2415; }
.orag-refused { background: #e9ecf0; color: #374151; }
.orag-draft { background: #ffffff; color: #4a5563; border-style: dashed; }
.orag-ref { font-size: .78em; font-weight: 700; color: #1b4b8f; vertical-align: .25em; }
.orag-heading, .orag-source { font-size: .88rem; font-weight: 700; color: #163b70; }
.orag-naming { margin-top: .3rem; }
.orag-excerpt { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.8; margin-top: .4rem;
  padding: .8rem 1rem; background: #f8f9fb; border-left: 3px solid #1b4b8f; font-size: .94rem; }
.orag-excerpt mark { background: #ffe58a; color: #1c2733; padding: .1em 0; }
.orag-wide { overflow-x: auto; margin-top: .4rem; }
.orag-table { border-collapse: collapse; font-size: .86rem; line-height: 1.5; }
.orag-table th, .orag-table td { border: 1px solid #c3ccd8; padding: .25rem .5rem; min-width: 3rem;
  text-align: left; vertical-align: top; white-space: pre-wrap; }
.orag-table th { background: #eef2f7; text-align: center; }
.orag-table .orag-cited td { background: #ffe58a; }
.orag-refers { font-size: .86rem; line-height: 1.6; margin-top: .4rem; }
.orag-refers summary { cursor: pointer; color: #1b4b8f; font-weight: 700; }
.orag-stages { list-style: none; padding: 0; font-size: .9rem; line-height: 1.7; margin: 0; }
.orag-stages li { margin: 0; }
.orag-ran { color: #14592f; }
.orag-missed { color: #8f2415; }
.orag-notes, .orag-removed { font-size: .9rem; line-height: 1.6; margin: 0 0 .5rem; }
.orag-facts { width: 100%; border-collapse: collapse; font-size: .9rem; }
.orag-facts th, .orag-facts td { padding: .4rem .5rem; border-bottom: 1px solid #d3dae4;
  text-align: left; vertical-align: top; }
@media (max-width: 640px) { [data-testid="stChatMessageAvatarCustom"] { display: none; } }
</style>"""
