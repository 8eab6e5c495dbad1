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
        self.warn_of_hidden(job)

    def find(self, name):
        """The directory of a module, or nothing if the image lacks it."""
        for directory in self.directories:
            if (directory / name / "__manifest__.py").is_file():
                return directory / name
        return None

    def warn_of_hidden(self, job):
        """Odoo says nothing of a module that it has itself, and loads its own."""
        hidden = {
            manifest.parent.name
            for directory in configured_directories(job.arguments.odoo_config)
            if directory not in packaged_directories()
            for manifest in directory.glob("*/__manifest__.py")
            if self.find(manifest.parent.name) != manifest.parent
        }
        if hidden:
            job.warn(
                f"Odoo never loads {', '.join(sorted(hidden))} from addons_path, because it finds modules of the same names before:"
                " extend those with a module of another name instead"
            )

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
    """Odoo's own order (odoo/modules/module.py, initialize_sys_path): its package, where the official image has all of its
    modules, then what the configuration names, then what is beside its source."""
    return [*packaged_directories(), *configured_directories(odoo_config), *source_directories()]


def own_directories():
    """Those of Odoo S.A."""
    return [*packaged_directories(), *source_directories()]


def packaged_directories():
    return [package / "addons" for package in packages()]


def source_directories():
    return [package.parent / "addons" for package in packages()]


def packages():
    found = importlib.util.find_spec("odoo")
    return [Path(location) for location in found.submodule_search_locations] if found else []


def configured_directories(odoo_config):
    parser = configparser.RawConfigParser()
    parser.read(odoo_config)
    configured = parser.get("options", "addons_path", fallback="").split(",")
    return [Path(place.strip()) for place in configured if place.strip()]


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
