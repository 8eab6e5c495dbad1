import { didYouMean } from '../closest.ts';
import type { Problem } from '../problem.ts';
import type { Draft, Rule } from './rule.ts';

/** Modules of all lists together. With names of full length they fit beside the job's program into its task definition. */
const MOST_MODULES_IN_ALL = 60;

/** Why a module is not to be listed, and what to do instead. */
const notForTheList: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  base: ['is part of every Odoo', 'remove it'],
  web: ['is part of every Odoo', 'remove it'],
  all: ['is no module: Odoo takes the word for everything that it has', 'name the modules that you need'],
  structured_logs: ['is loaded by Odoo itself, in every environment, and cannot be installed', 'remove it'],
  session_guard: [
    'is loaded by Odoo itself and cannot be installed',
    'remove it; odoo.sessionGuard is its switch',
  ],
  verified_mail: ['is loaded by Odoo itself, where mail needs it, and cannot be installed', 'remove it'],
};

/** A module and where it is written. */
interface Listed {
  readonly module: string;
  readonly path: string;
}

/** The rollout has one order, one place in it, and every module once. */
export const moduleRules: Rule = (draft) => {
  const listed = listedModules(draft);
  return [
    ...phaseIsOneOfThem(draft),
    ...phasesDiffer(draft),
    ...listed.flatMap(notToBeListed),
    ...listedOnce(listed),
    ...notTooMany(listed),
  ];
};

function listedModules({ settings: { odoo } }: Draft): readonly Listed[] {
  return [
    ...odoo.modules.map((module, index) => ({ module, path: `odoo.modules.${index}` })),
    ...odoo.phases.flatMap(({ modules }, phase) =>
      modules.map((module, index) => ({ module, path: `odoo.phases.${phase}.modules.${index}` })),
    ),
  ];
}

function phaseIsOneOfThem({ file: { odoo }, settings, isWritten }: Draft): Problem[] {
  const names = settings.odoo.phases.map(({ name }) => name);
  if (names.length === 0) {
    // Phases that are wrong by themselves have problems of their own.
    return isWritten('odoo.phase') && (odoo?.phases !== undefined || !isWritten('odoo.phases'))
      ? [
          {
            path: 'odoo.phase',
            value: odoo?.phase,
            message: 'has no phases to be one of',
            allowed: 'only together with odoo.phases',
            fix: 'add odoo.phases, or remove phase and list its modules in odoo.modules',
          },
        ]
      : [];
  }
  if (!isWritten('odoo.phase')) {
    return [
      {
        path: 'odoo.phase',
        value: undefined,
        message: 'is missing: phases say in which order modules come, and phase how far they have come',
        allowed: names.join(', '),
        fix: `add phase: '${names[0]}'`,
      },
    ];
  }
  const phase = odoo?.phase;
  return phase === undefined || names.includes(phase)
    ? []
    : [
        {
          path: 'odoo.phase',
          value: phase,
          message: 'is none of the phases',
          allowed: names.join(', '),
          fix: didYouMean(phase, names) ?? 'write the name of one of odoo.phases',
        },
      ];
}

function phasesDiffer({ settings: { odoo } }: Draft): Problem[] {
  const names = odoo.phases.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: `odoo.phases.${index}.name`,
            value: name,
            message: 'is the name of two phases',
            allowed: 'a name of its own for each',
            fix: 'rename the later one, or put its modules into the earlier one',
          },
        ],
  );
}

function notToBeListed({ module, path }: Listed): Problem[] {
  const reason = Object.hasOwn(notForTheList, module) ? notForTheList[module] : undefined;
  if (reason === undefined) return [];
  const [message, fix] = reason;
  return [{ path, value: module, message, allowed: 'modules that Odoo can install', fix }];
}

function listedOnce(listed: readonly Listed[]): Problem[] {
  const first = new Map<string, string>();
  return listed.flatMap(({ module, path }) => {
    const before = first.get(module);
    if (before === undefined) {
      first.set(module, path);
      return [];
    }
    return [
      {
        path,
        value: module,
        message: `is listed twice: it is ${before} already`,
        allowed: 'every module once, in odoo.modules or in one phase',
        fix: 'keep it where it is needed first, and remove it here',
      },
    ];
  });
}

function notTooMany(listed: readonly Listed[]): Problem[] {
  return listed.length <= MOST_MODULES_IN_ALL
    ? []
    : [
        {
          path: 'odoo.modules',
          value: `${listed.length} modules`,
          message: 'are more, phases included, than the settings of the database job have room for',
          allowed: `up to ${MOST_MODULES_IN_ALL} in all`,
          fix: 'list applications only; what they depend on comes with them',
        },
      ];
}
