import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { localFolder } from '../../../lib/local/workspace.ts';
import { ASSEMBLIES } from '../../support/assemblies.ts';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';

const templates = templatesOf(environmentOf(40));

/** What each program is among the assets, whose functions it has, and where they stand in the templates. */
it.each([
  ['recovery-points', 'Backup', /^RecoveryPointWatch/],
  ['database-maintenance', 'Operations', /^DatabaseMaintenance/],
  ['health-report', 'Operations', /^HealthReport/],
])(
  '%s is a program that Lambda can load, with the handlers that the template names',
  (name, stack, ofProgram) => {
    const { [stack]: template = { Resources: {} } } = templates;
    const handlers = resourcesOf({ [stack]: template }, 'AWS::Lambda::Function')
      .filter(({ logicalId }) => ofProgram.test(logicalId))
      .map(({ resource }) => String(resource.Properties?.['Handler']).replace('index.', ''));
    expect(handlers).not.toEqual([]);
    // Where the SDK of the runtime is found, too.
    const folder = mkdtempSync(join(localFolder('tmp'), `${name}-`));
    try {
      cpSync(packed(name), folder, { recursive: true });
      // As it is in Lambda, where no file says otherwise.
      writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
      const script = "console.log(JSON.stringify(Object.keys(require('./index.js'))))";
      const output = execFileSync(process.execPath, ['--no-warnings', '-e', script], {
        cwd: folder,
        encoding: 'utf8',
        env: { AWS_REGION: 'eu-central-1', SETTINGS: '{"host":"database","port":5432,"user":"somebody"}' },
      });
      const exported: string[] = JSON.parse(output);
      expect(exported.toSorted()).toEqual(handlers.toSorted());
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

/** Folder of the program among the assets of this run; every stack has the same. */
function packed(name: string): string {
  const assemblies = process.env[ASSEMBLIES] ?? '';
  const program = new RegExp(`(?:^|/)${name}-[^/]+/index\\.js$`);
  const found = readdirSync(assemblies, { recursive: true, encoding: 'utf8' }).filter((file) =>
    program.test(file),
  );
  return dirname(join(assemblies, found.at(-1) ?? ''));
}
