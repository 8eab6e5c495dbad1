"""The modules that the image has: where they are, which version they say they are, and a checksum of their content."""

import ast
import configparser
import fnmatch
import hashlib
import importlib.util
import os
from pathlib import Path

# What changes nothing in the database: Odoo reads these from the image, or never. Translations are loaded into it.
UNREAD = ("static/*", "tests/*", "doc/*", "i18n/*.pot", "i18n_extra/*.pot", "*.pyc", "README*")


class ImageModules:
    """Modules by name, each where Odoo would find it."""

    def __init__(self, job):
        self.series = job.arguments.odoo_version
        self.directories = addons_directories(job.arguments.odoo_config)
        self.checksums = {}

    def find(self, name):
        """The directory of a module, or nothing if the image lacks it."""
        for directory in self.directories:
            if (directory / name / "__manifest__.py").is_file():
                return directory / name
        return None

    def version(self, name):
        """As Odoo notes it when it installs the module (odoo/modules/module.py, adapt_version)."""
        manifest = ast.literal_eval((self.find(name) / "__manifest__.py").read_text())
        version = str(manifest.get("version", "1.0"))
        return version if version == self.series or version.startswith(f"{self.series}.") else f"{self.series}.{version}"

    def checksum(self, name):
        """Of names and contents of all files that Odoo reads when it updates the module."""
        if name not in self.checksums:
            self.checksums[name] = checksum_of(self.find(name))
        return self.checksums[name]


def addons_directories(odoo_config):
    """Odoo's own order: what the configuration names, then what comes with Odoo, packaged or as its source."""
    parser = configparser.RawConfigParser()
    parser.read(odoo_config)
    configured = parser.get("options", "addons_path", fallback="").split(",")
    return [Path(place.strip()) for place in configured if place.strip()] + own_directories()


def own_directories():
    found = importlib.util.find_spec("odoo")
    packages = [Path(location) for location in found.submodule_search_locations] if found else []
    return [place for package in packages for place in (package.parent / "addons", package / "addons")]


def checksum_of(module):
    digest = hashlib.sha256()
    for directory, names, files in os.walk(module):
        names.sort()
        for file in sorted(files):
            path = Path(directory, file)
            relative = path.relative_to(module).as_posix()
            if not any(fnmatch.fnmatchcase(relative, pattern) for pattern in UNREAD):
                content = path.read_bytes()
                digest.update(f"{relative}\0{len(content)}\0".encode())
                digest.update(content)
    return digest.hexdigest()[:32]
