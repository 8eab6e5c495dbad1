import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localFolder } from '../../../lib/local/workspace.ts';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';
import { ASSEMBLIES } from '../../support/assemblies.ts';

it('is a program that Lambda can load, with what the template gives it', () => {
  // With the function that only a filestore on EFS has.
  const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' } as const;
  const { Backup = { Resources: {} } } = templatesOf(environmentOf(40, { storage }));
  const functions = resourcesOf({ Backup }, 'AWS::Lambda::Function').filter(({ logicalId }) =>
    logicalId.startsWith('Functions'),
  );
  const handlers = functions.map(({ resource }) => String(resource.Properties?.['Handler']));
  const environment: object = JSON.parse(JSON.stringify(functions[0]?.resource.Properties?.['Environment']));
  const names = Object.keys(Object.values(environment)[0]);
  // Where the SDK of the runtime is found, too.
  const folder = mkdtempSync(join(localFolder('tmp'), 'restore-'));
  try {
    writeFileSync(join(folder, 'index.js'), packed());
    // As it is in Lambda, where no file says otherwise.
    writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
    writeFileSync(join(folder, 'ca.pem'), 'certificates');
    const script = "console.log(JSON.stringify(Object.keys(require('./index.js'))))";
    const output = execFileSync(process.execPath, ['--no-warnings', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { AWS_REGION: 'eu-central-1', ...Object.fromEntries(names.map((name) => [name, '1'])) },
    });
    const exported: string[] = JSON.parse(output);
    expect(handlers.map((handler) => handler.replace('index.', '')).toSorted()).toEqual(exported.toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The program among the assets of this run; every stack has the same. */
function packed(): string {
  const assemblies = process.env[ASSEMBLIES] ?? '';
  const programs = readdirSync(assemblies, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /restore-testing-[^/]+\/index\.js$/.test(file),
  );
  return readFileSync(join(assemblies, programs.at(-1) ?? ''), 'utf8');
}
