"""Writes the configuration of a node: directories and files as asked for, with secrets from the environment.

Runs before everything else, as root, and ends. It needs nothing but Python's standard library.

    configure.py --secret NAME --hashed-secret NAME --ses-secret NAME REGION
                 --directory PATH UID:GID MODE
                 --file PATH UID:GID MODE TEXT
                 --binary-file PATH UID:GID MODE DATA

Options may be repeated; directories are made in the order given, before any file. A secret replaces {{NAME}} in the
texts, and nothing in binary files, which come by gzip and Base85; a hashed one is replaced by its hash, in the format that Odoo accepts for
admin_passwd, and one of SES, a secret access key, by the password that Amazon SES takes over SMTP in that Region.
"""

import argparse
import base64
import gzip
import hashlib
import hmac
import os
import re
import sys

PLACEHOLDER = re.compile(r"\{\{([A-Z][A-Z0-9_]*)\}\}")
# What stands for characters of Python's alphabet that mean something in templates: constructs/shared/base85.ts.
BASE85 = str.maketrans("./:[]", "$\x7b<>&")
HASH_ROUNDS = 600_000  # as Odoo 18 and 19 do


class ConfigurationError(Exception):
    """The node cannot be configured; the text says why and holds no secret."""


def main(arguments):
    options = parse(arguments)
    secrets = read_secrets(options, os.environ)
    files = [
        *((path, owner, mode, fill(path, text, secrets).encode()) for path, owner, mode, text in options.file),
        *((path, owner, mode, gzip.decompress(base64.b85decode(data.translate(BASE85)))) for path, owner, mode, data in options.binary_file),
    ]
    unused = set(secrets) - {name for *_, text in options.file for name in PLACEHOLDER.findall(text)}
    if unused:
        raise ConfigurationError(f"no file has a placeholder for {', '.join(sorted(unused))}")
    for path, owner, mode in options.directory:
        make_directory(path, owner, mode)
    for path, owner, mode, content in files:
        write_file(path, owner, mode, content)


def parse(arguments):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--secret", action="append", default=[])
    parser.add_argument("--hashed-secret", action="append", default=[])
    parser.add_argument("--ses-secret", action="append", default=[], nargs=2)
    parser.add_argument("--directory", action="append", default=[], nargs=3)
    parser.add_argument("--file", action="append", default=[], nargs=4)
    parser.add_argument("--binary-file", action="append", default=[], nargs=4)
    return parser.parse_args(arguments)


def read_secrets(options, environment):
    regions = dict(options.ses_secret)
    secrets = {}
    for name in [*options.secret, *options.hashed_secret, *regions]:
        value = environment.get(name, "")
        # A line break would end the option and start another; outer blanks are cut off by Odoo when it reads the file.
        if not value or value != value.strip() or any(ord(character) < 32 for character in value):
            raise ConfigurationError(f"the secret {name} is empty, begins or ends with a blank, or has a line break")
        if name in options.hashed_secret:
            value = password_hash(value)
        elif name in regions:
            value = ses_password(value, regions[name])
        secrets[name] = value
    return secrets


def password_hash(password):
    """Hash in passlib's pbkdf2_sha512 format, with a salt of its own."""
    salt = os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, HASH_ROUNDS)
    # Not one f-string: a dollar before a brace looks like a placeholder to checkers of CloudFormation templates.
    return "$".join(["", "pbkdf2-sha512", str(HASH_ROUNDS), passlib_base64(salt), passlib_base64(digest)])


def passlib_base64(data):
    """Base64 with a dot for the plus sign and without padding."""
    return base64.b64encode(data).decode().rstrip("=").replace("+", ".")


def ses_password(secret_access_key, region):
    """Derives the SMTP password that belongs to an access key, as the SES Developer Guide lays down."""
    signature = f"AWS4{secret_access_key}".encode()
    for part in ["11111111", region, "ses", "aws4_request", "SendRawEmail"]:
        signature = hmac.digest(signature, part.encode(), "sha256")
    version = b"\x04"
    return base64.b64encode(version + signature).decode()


def fill(path, text, secrets):
    missing = {name for name in PLACEHOLDER.findall(text) if name not in secrets}
    if missing:
        raise ConfigurationError(f"{path} has placeholders without a secret: {', '.join(sorted(missing))}")
    # A function, so that a backslash in a secret stays a backslash.
    return PLACEHOLDER.sub(lambda match: secrets[match.group(1)], text)


def make_directory(path, owner, mode):
    os.makedirs(path, exist_ok=True)
    os.chown(path, *ids(owner))
    os.chmod(path, int(mode, 8))


def write_file(path, owner, mode, content):
    # Never readable by anybody else, not even for the moment between writing and chmod; never half a file.
    unfinished = f"{path}.new"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fchown(file.fileno(), *ids(owner))
        os.fchmod(file.fileno(), int(mode, 8))
    os.rename(unfinished, path)


def ids(owner):
    uid, gid = owner.split(":")
    return int(uid), int(gid)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ConfigurationError as error:
        sys.exit(f"configure: {error}")
