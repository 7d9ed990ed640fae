"""신구조문대비표: an old and a new version of one rule side by side."""

from ingest.diff.compare import compare
from ingest.diff.records import Comparison, Kind, Version, changed_articles
from ingest.diff.render import FORMATS, rendered

__all__ = ["FORMATS", "Comparison", "Kind", "Version", "changed_articles", "compare", "rendered"]
