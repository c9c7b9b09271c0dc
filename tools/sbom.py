"""Check the C libraries of a built package and write its SBOM, for `make audit`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from tools.floors import Floors, read_floors
from tools.libraries import Package, find_problems, licenses_of
from version import VERSION

NAME = "authgear-s3-profile-pictures"


def main(arguments: list[str] | None = None) -> int:
    """
    Write the SBOM and print what forbids a release.

    Args:
        arguments: The machine, the package's folder and the SBOM's file, instead of
            those of the command line.

    Returns:
        The exit status: 1 if something forbids a release.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machine")
    parser.add_argument("package", type=Path)
    parser.add_argument("sbom", type=Path)
    options = parser.parse_args(arguments)
    package, floors = Package(options.package), read_floors()
    options.sbom.parent.mkdir(parents=True, exist_ok=True)
    options.sbom.write_text(
        render(package, floors, options.machine, datetime.now(UTC)) + "\n"
    )
    problems = find_problems(package, floors)
    for problem in problems:
        print(f"{options.machine}: {problem}")
    print(f"{options.machine}: {len(floors.libraries)} C libraries, see {options.sbom}")
    return 1 if problems else 0


def render(package: Package, floors: Floors, machine: str, now: datetime) -> str:
    """
    Return the SBOM of a package, as CycloneDX JSON.

    Args:
        package: The package.

        floors: The C libraries that it may have.

        machine: `arm64` or `x86_64`.

        now: The time of the SBOM; nothing else in it changes from run to run.
    """
    purl = PackageURL("generic", None, NAME, VERSION, {"arch": machine})
    root = Component(
        name=NAME,
        version=VERSION,
        type=ComponentType.APPLICATION,
        purl=purl,
        bom_ref=str(purl),
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
    )
    components = [*_distributions(package), *_libraries(package, floors)]
    content = "\n".join(str(it.purl) for it in (root, *components))
    bom = Bom(
        components=components,
        metadata=BomMetaData(component=root, timestamp=now),
        serial_number=uuid5(NAMESPACE_URL, content),
    )
    owners = {it.name: it for it in components}
    bom.register_dependency(root, components)
    for library in floors.libraries.values():
        if library.distribution in owners and library.name in owners:
            bom.register_dependency(
                owners[library.distribution], [owners[library.name]]
            )
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return outputter.output_as_string(indent=2)


def _distributions(package: Package) -> list[Component]:
    """Return the Python distributions of a package."""
    return [
        _component(PackageURL("pypi", None, name, it.version), licenses_of(it))
        for name, it in package.distributions.items()
    ]


def _libraries(package: Package, floors: Floors) -> list[Component]:
    """Return the C libraries of a package."""
    return [
        _component(PackageURL("generic", None, it.name, version), [it.license])
        for it in floors.libraries.values()
        if package.files_of(it)
        for version in (sorted(package.versions(it)) if it.has_version else [None])
    ]


def _component(purl: PackageURL, licenses: list[str]) -> Component:
    """Return the component that a package URL identifies."""
    return Component(
        name=purl.name,
        version=purl.version,
        purl=purl,
        bom_ref=str(purl),
        licenses=[DisjunctiveLicense(name=it) for it in licenses[:1]],
    )


if __name__ == "__main__":
    sys.exit(main())
