"""The modules that the environment file asks for: always, by phases, and what its settings need.

Phases are introduced one after the other, each when the one before has settled. Nothing is ever uninstalled: an
uninstallation deletes its tables with everything that was entered.
"""

import json

from job import JobError

# The module that asks everybody for a second factor and sends codes by e-mail. Odoo 19 has it in one that installs
# itself together with `mail`.
SECOND_FACTOR_MODULE = {"18.0": "auth_totp_mail_enforce", "19.0": "auth_totp_mail"}


def modules_for_settings(job, settings):
    """Modules that settings need, by name."""
    modules = []
    if settings["twoFactor"] != "off":
        modules.append(SECOND_FACTOR_MODULE[job.arguments.odoo_version])
    if settings["providers"]:
        modules.append("auth_oauth")
    # Comes with either, by itself. Named, because it lets strangers sign up as long as nobody forbids it.
    return [*modules, "auth_signup"] if modules else []


def current_phases(job):
    """The phases up to the current one."""
    phases = job.settings["phases"]
    names = [phase["name"] for phase in phases]
    return phases[: names.index(job.settings["phase"]) + 1] if names else []


def configured(job):
    """What the environment file names, in its order."""
    names = [*job.settings["modules"], *(name for phase in current_phases(job) for name in phase["modules"])]
    return list(dict.fromkeys(names))


def wanted(job):
    return list(dict.fromkeys([*configured(job), *modules_for_settings(job, job.settings)]))


def refuse_missing(image, names):
    missing = [name for name in names if image.find(name) is None]
    if missing:
        raise JobError(
            f"the image lacks the modules {', '.join(missing)}, which the environment file asks for: put them into the image"
            " (addons/modules), or correct or remove their names, then deploy again"
        )


def check_progress(job, parameters, installed):
    """Refuses to skip a phase, to go back, and to forget a module: all that is wrong at once."""
    problems = [*forgotten_modules(job, parameters, installed), *phase_problems(job, parameters, installed)]
    if problems:
        raise JobError(f"{'; and '.join(problems)}; then deploy again")


def forgotten_modules(job, parameters, installed):
    named = {*job.settings["modules"], *(name for phase in job.settings["phases"] for name in phase["modules"])}
    forgotten = sorted((noted_modules(parameters) & installed) - named)
    if forgotten:
        yield (
            f"modules {', '.join(forgotten)} were installed by the environment file, which does not name them any more, and"
            " nothing is ever uninstalled: name them again (a renamed module needs a migration that keeps its data), or"
            " uninstall them in Odoo under Apps, which deletes their data"
        )


def phase_problems(job, parameters, installed):
    phases = [phase["name"] for phase in job.settings["phases"]]
    reached = noted_phases(parameters)
    if phases[: len(reached)] != reached:
        yield (
            f"phases {', '.join(reached)} were reached in this order, the environment file has {', '.join(phases) or 'none'}:"
            " phases that were reached keep their names and places; change only what comes after them"
        )
        return
    goal = phases.index(job.settings["phase"]) + 1 if phases else 0
    if goal < len(reached):
        yield (
            f"phase {reached[-1]} was reached and is not left again for {job.settings['phase']}, because nothing is ever"
            f" uninstalled: write phase: '{reached[-1]}'"
        )
    # What somebody installed in Odoo is there already.
    skipped = [
        phase["name"]
        for phase in job.settings["phases"][len(reached) : max(goal - 1, 0)]
        if not installed.issuperset(phase["modules"])
    ]
    if skipped:
        yield (
            f"phase {job.settings['phase']} would skip {', '.join(skipped)}: each phase is introduced by a deployment of its"
            f" own, so that it can settle; write phase: '{skipped[0]}' first"
        )


def noted_modules(parameters):
    return set(json.loads(parameters.note("modules") or "[]"))


def noted_phases(parameters):
    return json.loads(parameters.note("phases") or "[]")


def note_progress(job, parameters):
    """After the modules are installed."""
    parameters.set_note("modules", json.dumps(configured(job)))
    if job.settings["phases"]:
        parameters.set_note("phases", json.dumps([phase["name"] for phase in current_phases(job)]))
