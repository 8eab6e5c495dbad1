"""Becomes the program of a container: enter.py ROOT UID GID COMMAND...

Its environment is what the variables CONTAINER_* name, and nothing else.
"""

import os
import sys

root, user, group, *command = sys.argv[1:]
prefix = "CONTAINER_"
environment = {name.removeprefix(prefix): value for name, value in os.environ.items() if name.startswith(prefix)}
os.chroot(root)
os.chdir("/")
privileges = ["--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
os.execvpe("/usr/bin/setpriv", ["setpriv", *privileges, "--", *command], environment)
