import { z } from 'zod';
import type { OdooVersion } from '../environment.ts';
import { fieldTexts, group } from './field.ts';

const versions = ['19.0', '18.0'] as const satisfies readonly OdooVersion[];

/** An image reference with the digest that makes deployments and roll-backs exact. */
const imageWithDigest = /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]+)?@sha256:[0-9a-f]{64}$/;

const MOST_MODULES = 60;
const MOST_PHASES = 10;

const moduleName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'is not a technical name of a module')
  .register(fieldTexts, {
    meaning: 'Technical name of a module.',
    allowed: 'up to 64 lower-case letters, digits and underscores, beginning with a letter',
    fix: 'write the name of its folder, not its title: sale_management, not Sales',
  });

const phase = group('A phase of the rollout.', {
  name: phaseName(
    'Name of the phase. Another name is another phase: the job remembers how far the rollout has come by it.',
  ),
  modules: z
    .array(moduleName)
    .min(1)
    .max(MOST_MODULES)
    .register(fieldTexts, {
      meaning: 'Modules that this phase adds.',
      allowed: `1 to ${MOST_MODULES} technical names of modules`,
      fix: 'write what the phase installs, or remove it',
    }),
});

/** Which Odoo runs. */
export const odoo = group('Which Odoo runs.', {
  version: z
    .enum(versions, {
      error: ({ input }) =>
        (typeof input === 'string' || typeof input === 'number') && Math.floor(Number(input)) === 20
          ? 'is not supported yet: options, upgrades and behaviour of Odoo 20 have not been verified with this project'
          : undefined,
    })
    .register(fieldTexts, {
      meaning: 'Odoo series. Raising it on a live environment is an upgrade of its data, not a setting.',
      allowed: versions.join(', '),
      fix: adviceForVersion,
    })
    .optional(),
  image: z
    .string()
    .refine((image) => image === 'official' || image === 'addons' || imageWithDigest.test(image), {
      error: ({ input }) =>
        /[./:]/.test(String(input)) && !String(input).includes('@')
          ? 'names an image without its digest, so that a deployment could run something else than what was tested'
          : 'is not an image',
    })
    .register(fieldTexts, {
      meaning:
        '`official`: the image of Odoo S.A., pinned by digest. `addons`: built from the folder `addons/` on top of it. Anything else: an image in a registry with its digest, Enterprise for example.',
      allowed: 'official, addons or REGISTRY/NAME@sha256:DIGEST',
      fix: 'write "official", "addons" or an image with @sha256: and 64 hexadecimal digits; `docker buildx imagetools inspect IMAGE` prints the digest',
    })
    .optional(),
  sessionGuard: z
    .boolean()
    .register(fieldTexts, {
      meaning:
        'Whether Odoo itself answers 503 to a page that it cannot serve from its database, instead of logging the user out. nginx keeps requests away from such an Odoo anyway; this covers the moment before it notices, seconds where the host of the database vanishes. It wraps a private method of Odoo, and does nothing on an Odoo that it was not tried with. Switch it off if you suspect it of anything.',
      allowed: 'true, false',
      fix: 'write true or false without quotes',
    })
    .optional(),
  modules: z
    .array(moduleName)
    .max(MOST_MODULES)
    .register(fieldTexts, {
      meaning:
        'Modules that are always installed, by their technical names. The database job installs what is missing and updates what has another content than before. It uninstalls nothing, and refuses a deployment that no longer names a module which it installed. What a module depends on comes with it.',
      allowed: `up to ${MOST_MODULES} technical names of modules`,
      fix: "write a list, for example ['contacts', 'sale_management']",
    })
    .optional(),
  phases: z
    .array(phase)
    .max(MOST_PHASES)
    .register(fieldTexts, {
      meaning:
        'Modules that are installed one phase after the other, in this order, each when `phase` has come to it. For manufacturers the implementation guide recommends foundation, inventory control, production, workforce and service, optimisation.',
      allowed: `up to ${MOST_PHASES} objects with name and modules, in the order in which they are rolled out`,
      fix: "write a list, for example [{ name: 'foundation', modules: ['contacts', 'account'] }]",
    })
    .optional(),
  phase: phaseName(
    'Name of the phase that is current: everything up to it is installed. Name the next one when people are ready for it. The database job refuses to skip a phase, and never goes back.',
  ).optional(),
});

function adviceForVersion(value: unknown): string {
  const meant = typeof value === 'number' ? versions.find((version) => Number(version) === value) : undefined;
  return meant === undefined
    ? `write '${versions[0]}', the newest that is verified`
    : `write '${meant}' in quotes`;
}

function phaseName(meaning: string) {
  return z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, 'is not a name of a phase')
    .register(fieldTexts, {
      meaning,
      allowed:
        '2 to 40 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen',
      fix: 'choose a short name such as foundation or inventory-control',
    });
}
