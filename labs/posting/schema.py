"""`python -m labs.posting.schema` writes docs/plan.schema.json: the published schema of plan files."""

import json
from pathlib import Path

from labs.posting.planfile import plan_schema

PAGE = Path(__file__).parents[2] / "docs" / "plan.schema.json"


def schema_page() -> str:
    """The schema as the file holds it; the same model always gives the same page."""
    return json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(schema_page(), encoding="utf-8")
