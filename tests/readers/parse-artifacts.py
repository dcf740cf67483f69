"""Parses artifacts by their published versions, strictly, and prints what a reader sees of them as JSON."""

import json
import sys
from pathlib import Path

from dbt_artifacts_parser.parser import parse_catalog, parse_manifest, parse_run_results, parse_sources

target = Path(sys.argv[1])


def load(name):
    return json.loads((target / name).read_text(encoding="utf8"))


manifest = parse_manifest(load("manifest.json"))
catalog = parse_catalog(load("catalog.json"))
run_results = parse_run_results(load("run_results.json"))
sources = parse_sources(load("sources.json"))

print(
    json.dumps(
        {
            "classes": [type(artifact).__name__ for artifact in (manifest, catalog, run_results, sources)],
            "nodes": sorted(manifest.nodes),
            "sources": sorted(manifest.sources),
            "parents": manifest.parent_map,
            "adapter": manifest.metadata.adapter_type,
            "columns": {key: list(entry.columns) for key, entry in {**catalog.nodes, **catalog.sources}.items()},
            "results": {result.unique_id: result.status.value for result in run_results.results},
            "freshness": {result.unique_id: result.status.value for result in sources.results},
        }
    )
)
