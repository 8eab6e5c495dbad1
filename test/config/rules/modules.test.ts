import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveEnvironment } from '../../../config/resolve.ts';
import { files } from '../files.ts';
import { itAccepts, itRefuses, problemsOf } from '../rule-table.ts';

const phases = [
  { name: 'foundation', modules: ['contacts', 'account'] },
  { name: 'inventory-control', modules: ['stock'] },
  { name: 'production', modules: ['mrp'] },
];

const names = (count: number, prefix = 'm') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('modules', () => {
  itRefuses([
    {
      when: 'a title instead of a technical name',
      change: { odoo: { modules: ['Sales'] } },
      path: 'odoo.modules.0',
      message: /^is not a technical name of a module$/,
      fix: /name of its folder, not its title/,
    },
    {
      when: 'a name that no folder of a module has',
      change: { odoo: { modules: ['contacts', 'sale-management'] } },
      path: 'odoo.modules.1',
      message: /^is not a technical name of a module$/,
      fix: /sale_management/,
    },
    {
      when: 'a name longer than any module has',
      change: { odoo: { modules: ['m'.repeat(65)] } },
      path: 'odoo.modules.0',
      message: /^is not a technical name of a module$/,
      fix: /name of its folder/,
    },
    {
      when: 'one name instead of a list',
      change: { odoo: { modules: 'contacts' } },
      path: 'odoo.modules',
      message: /^must be a list$/,
      fix: /write a list/,
    },
    {
      when: 'the same module twice in the list',
      change: { odoo: { modules: ['crm', 'contacts', 'crm'] } },
      path: 'odoo.modules.2',
      message: /^is listed twice: it is odoo\.modules\.0 already$/,
      fix: /remove it here/,
    },
    {
      when: 'a module that a phase brings as well',
      change: { odoo: { modules: ['stock'], phases, phase: 'foundation' } },
      path: 'odoo.phases.1.modules.0',
      message: /^is listed twice: it is odoo\.modules\.0 already$/,
      fix: /remove it here/,
    },
    {
      when: 'a module in two phases',
      change: {
        odoo: { phases: [...phases, { name: 'optimisation', modules: ['mrp'] }], phase: 'foundation' },
      },
      path: 'odoo.phases.3.modules.0',
      message: /^is listed twice: it is odoo\.phases\.2\.modules\.0 already$/,
      fix: /remove it here/,
    },
    {
      when: "Odoo's word for every module",
      change: { odoo: { modules: ['all'] } },
      path: 'odoo.modules.0',
      message: /^is no module/,
      fix: /name the modules that you need/,
    },
    {
      when: 'what every Odoo has, in a phase',
      change: { odoo: { phases: [{ name: 'foundation', modules: ['web'] }], phase: 'foundation' } },
      path: 'odoo.phases.0.modules.0',
      message: /^is part of every Odoo$/,
      fix: /^remove it$/,
    },
    {
      when: 'the session guard, which has a switch',
      change: { odoo: { modules: ['session_guard'] } },
      path: 'odoo.modules.0',
      message: /^is loaded by Odoo itself/,
      fix: /odoo\.sessionGuard/,
    },
    {
      when: 'more modules in a list than the settings of the job hold',
      change: { odoo: { modules: names(61) } },
      path: 'odoo.modules',
      message: /^has more than 60 entries$/,
      fix: /write a list/,
    },
    {
      when: 'more modules in all lists than the settings of the job hold',
      change: {
        odoo: { modules: names(60), phases: [{ name: 'later', modules: names(41, 'n') }], phase: 'later' },
      },
      path: 'odoo.modules',
      message: /^are more, phases included,/,
      fix: /list applications only/,
    },
  ]);
  itAccepts([
    { when: 'a list of modules', change: { odoo: { modules: ['contacts', 'l10n_de', 'x2many_2d'] } } },
    { when: 'as many as there is room for', change: { odoo: { modules: names(60) } } },
    { when: 'a list in small', tier: 'small', change: { odoo: { modules: ['crm'] } } },
    { when: 'a module of your own', change: { odoo: { image: 'addons', modules: ['acme_quality'] } } },
  ]);

  it('of this project that Odoo loads by itself are refused, all of them', () => {
    const addons = new URL('../../../constructs/odoo-node/files/addons/', import.meta.url);
    const own = readdirSync(addons);
    expect(own.length).toBeGreaterThan(0);
    const problems = problemsOf({ ...files.medium, odoo: { modules: own } });
    expect(problems.map(({ value }) => value)).toEqual(own);
  });
});

describe('phases', () => {
  itRefuses([
    {
      when: 'phases without the one that is current',
      change: { odoo: { phases } },
      path: 'odoo.phase',
      message: /^is missing: phases say in which order modules come/,
      fix: /add phase: 'foundation'/,
    },
    {
      when: 'a current phase without phases',
      change: { odoo: { phase: 'foundation' } },
      path: 'odoo.phase',
      message: /^has no phases to be one of$/,
      fix: /add odoo\.phases, or remove phase/,
    },
    {
      when: 'a current phase of no phases',
      change: { odoo: { phases: [], phase: 'foundation' } },
      path: 'odoo.phase',
      message: /^has no phases to be one of$/,
      fix: /add odoo\.phases, or remove phase/,
    },
    {
      when: 'a current phase that is none of them, with the one that was meant',
      change: { odoo: { phases, phase: 'inventory-contol' } },
      path: 'odoo.phase',
      message: /^is none of the phases$/,
      fix: /did you mean "inventory-control"\?/,
    },
    {
      when: 'a current phase that resembles none',
      change: { odoo: { phases, phase: 'go-live' } },
      path: 'odoo.phase',
      message: /^is none of the phases$/,
      fix: /one of odoo\.phases/,
    },
    {
      when: 'two phases of one name',
      change: {
        odoo: { phases: [...phases, { name: 'foundation', modules: ['hr'] }], phase: 'foundation' },
      },
      path: 'odoo.phases.3.name',
      message: /^is the name of two phases$/,
      fix: /rename the later one/,
    },
    {
      when: 'a phase that installs nothing',
      change: { odoo: { phases: [{ name: 'foundation', modules: [] }], phase: 'foundation' } },
      path: 'odoo.phases.0.modules',
      message: /^needs 1 or more entries$/,
      fix: /write what the phase installs/,
    },
    {
      when: 'a phase without a name',
      change: { odoo: { phases: [{ modules: ['hr'] }], phase: 'foundation' } },
      path: 'odoo.phases.0.name',
      message: /^is missing$/,
      fix: /short name/,
    },
    {
      when: 'a phase named in prose',
      change: { odoo: { phases: [{ name: 'Inventory control', modules: ['stock'] }], phase: 'foundation' } },
      path: 'odoo.phases.0.name',
      message: /^is not a name of a phase$/,
      fix: /inventory-control/,
    },
    {
      when: 'a mistyped field of a phase',
      change: { odoo: { phases: [{ ...phases[0], module: 'hr' }], phase: 'foundation' } },
      path: 'odoo.phases.0.module',
      message: /^is not a field of odoo\.phases\.0$/,
      fix: /did you mean "modules"\?/,
    },
    {
      when: 'more phases than anybody plans',
      change: {
        odoo: {
          phases: names(11).map((module) => ({ name: `phase-${module}`, modules: [module] })),
          phase: 'phase-m0',
        },
      },
      path: 'odoo.phases',
      message: /^has more than 10 entries$/,
      fix: /write a list/,
    },
  ]);
  itAccepts([
    { when: 'the first phase', change: { odoo: { phases, phase: 'foundation' } } },
    { when: 'the last phase', change: { odoo: { phases, phase: 'production' } } },
    { when: 'phases beside modules', change: { odoo: { modules: ['crm'], phases, phase: 'foundation' } } },
    { when: 'no phases', change: { odoo: { phases: [] } } },
  ]);

  it('keep their order, and what was not reached yet', () => {
    const odoo = { modules: ['crm'], phases, phase: 'inventory-control' };
    expect(resolveEnvironment({ ...files.medium, odoo })).toMatchObject({ ok: true, value: { odoo } });
  });
});
