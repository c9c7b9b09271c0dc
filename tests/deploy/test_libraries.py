"""The C libraries in the package of each machine: versions and licences."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tools.floors import Floors, read_floors
from tools.libraries import Package, find_problems

FLOORS = read_floors()
ASK = """
import json, sys
import pi_heif
from cryptography.hazmat.backends.openssl import backend
from PIL import _avif, features

heif = pi_heif.libheif_info()
codecs = dict(it.split(":") for it in _avif.codec_versions().split(", "))
json.dump({
    "libheif": heif["libheif"],
    "libde265": heif["decoders"]["libde265"].split()[-1],
    "libavif": features.version("avif"),
    "dav1d": codecs["dav1d [dec]"].split("-")[0],
    "libaom": codecs["aom [enc]"],
    "libjpeg-turbo": features.version("libjpeg_turbo"),
    "libwebp": features.version("webp"),
    "zlib-ng": features.version("zlib_ng"),
    "lcms2": features.version("littlecms2"),
    "openjpeg": features.version("jpg_2000"),
    "libtiff": features.version("libtiff"),
    "freetype": features.version("freetype2"),
    "harfbuzz": features.version("harfbuzz"),
    "raqm": features.version("raqm"),
    "openssl": backend.openssl_version_text().split()[1],
}, sys.stdout)
"""


def with_floor(name: str, floor: str) -> Floors:
    """Return the floors with another one for a library."""
    library = replace(FLOORS.libraries[name], floor=floor)
    return replace(FLOORS, libraries={**FLOORS.libraries, name: library})


def test_package_may_be_released(built_package: Package) -> None:
    """No library is too old, unknown, under the GPL, or without its LGPL notice."""
    assert find_problems(built_package, FLOORS) == []


@pytest.mark.parametrize("name", FLOORS.libraries)
def test_a_raised_floor_is_noticed(built_package: Package, name: str) -> None:
    """A floor above the version in the package is reported, with its reason."""
    problems = find_problems(built_package, with_floor(name, "999"))

    assert len(problems) == 1
    assert problems[0].startswith(f"{name} ")
    assert problems[0].endswith(f" < 999: {FLOORS.libraries[name].why}")


@pytest.mark.parametrize("name", ["libheif", "openssl"])
def test_an_unknown_library_is_noticed(built_package: Package, name: str) -> None:
    """Each file of a library that the floors file does not name is reported."""
    libraries = {it: FLOORS.libraries[it] for it in FLOORS.libraries if it != name}

    problems = find_problems(built_package, replace(FLOORS, libraries=libraries))

    files = built_package.files_of(FLOORS.libraries[name])
    assert files
    assert {f"{path} is not in the floors file" for path in files} <= set(problems)


def test_an_unknown_sbom_component_is_noticed(built_package: Package) -> None:
    """A library that only the SBOM of a wheel names is reported."""
    floors = replace(FLOORS, not_bundled=FLOORS.not_bundled - {"libimagequant"})

    assert find_problems(built_package, floors) == [
        "libimagequant, in the SBOM of a wheel, is not in the floors file"
    ]


def test_contradicting_versions_are_noticed(package_copy: Package) -> None:
    """A library whose file name and content differ in the version is reported."""
    [path] = package_copy.files_of(FLOORS.libraries["libheif"])
    [version] = package_copy.versions(FLOORS.libraries["libheif"])
    file = package_copy.folder / path
    file.rename(file.with_name("libheif-0.so.999.0.0"))

    assert find_problems(Package(package_copy.folder), FLOORS) == [
        f"libheif has no single version: ['{version}', '999.0.0']"
    ]


@pytest.mark.parametrize("name", FLOORS.gpl)
def test_a_gpl_library_is_noticed(package_copy: Package, name: str) -> None:
    """A library under the GPL is reported, even under the name of another library."""
    path = "pi_heif_decoder.libs/libde265-0.so.0"
    [version] = package_copy.versions(FLOORS.libraries["libde265"])
    content = f"\x7fELF\0{version}\0{FLOORS.gpl[name]}"
    (package_copy.folder / path).write_text(content)
    changed = Package(package_copy.folder)

    assert find_problems(changed, FLOORS) == [
        f"{path} contains or needs {name}, which is under the GPL"
    ]


def test_a_gpl_license_is_noticed(package_copy: Package) -> None:
    """A distribution whose metadata name the GPL is reported."""
    metadata = package_copy.folder / "evil-1.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Name: evil\nVersion: 1\nLicense-Expression: GPL-2.0-only\n")

    assert find_problems(package_copy, FLOORS) == ["evil is under the GPL"]


def test_a_missing_notice_is_noticed(package_copy: Package) -> None:
    """Without the notice, each library under the LGPL is reported."""
    (package_copy.folder / "licenses" / "NOTICE").unlink()

    assert find_problems(package_copy, FLOORS) == [
        "libheif (LGPL) is not in licenses/NOTICE",
        "libde265 (LGPL) is not in licenses/NOTICE",
    ]


@pytest.mark.parametrize("name", ["LGPL-3.0.txt", "GPL-3.0.txt"])
def test_a_missing_license_text_is_noticed(package_copy: Package, name: str) -> None:
    """The texts that the LGPL requires are reported if they are missing."""
    (package_copy.folder / "licenses" / name).unlink()

    assert find_problems(package_copy, FLOORS) == [
        f"licenses/{name} is not in the package"
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="built for Linux")
def test_libraries_confirm_their_versions(own_package: Package) -> None:
    """On this machine, each library reports the version that its file has."""
    result = subprocess.run(  # noqa: S603 - a command of our own
        [sys.executable, "-S", "-c", ASK],
        env={"PYTHONPATH": str(own_package.folder)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    told = json.loads(result.stdout)
    read = {name: own_package.versions(FLOORS.libraries[name]) for name in told}
    assert min(read["lcms2"]).startswith(told["lcms2"])  # without its patch level
    told["lcms2"] = min(read["lcms2"])
    assert read == {name: {version} for name, version in told.items()}
