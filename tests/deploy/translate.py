"""
Print a SAM template as CloudFormation gets it; run by the Python that has SAM.

What SAM makes of a template cannot be seen in the template itself: generated roles and
permissions, or a circle of resources that need each other.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

# Installed beside SAM only, not where the type checker looks.
from samcli.yamlhelper import yaml_parse  # type: ignore[import-not-found]
from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]
from samtranslator.translator.translator import (  # type: ignore[import-not-found]
    Translator,
)


def main(path: str) -> None:
    """Translate the template of a path; its code is said to be in some bucket."""
    template = yaml_parse(Path(path).read_text())
    template["Resources"]["Function"]["Properties"]["CodeUri"] = "s3://bucket/key"
    translator = Translator({}, Parser())
    sys.stdout.write(json.dumps(translator.translate(template, {}), indent=2))


if __name__ == "__main__":
    main(sys.argv[1])
