import { Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { localFolder } from '../../../lib/local/workspace.ts';
import { withDrill } from './drill.fixture.ts';

it('is a program that Lambda can load, with all functions that are deployed', { timeout: 60_000 }, () => {
  const { stack } = withDrill();
  const deployed = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .filter(({ Properties }) => 'SETTINGS' in Properties['Environment']['Variables'])
    .map(({ Properties }) => String(Properties['Handler']).replace('index.', ''));
  const assets = Stage.of(stack)?.assetOutdir ?? '';
  const [packed = ''] = readdirSync(assets).filter((name) => name.startsWith('drill-'));
  // Where the SDK of the runtime is found, too.
  const folder = mkdtempSync(join(localFolder('tmp'), 'drill-'));
  try {
    copyFileSync(join(assets, packed, 'index.js'), join(folder, 'index.js'));
    // As it is in Lambda, where no file says otherwise.
    writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
    const script = "console.log(JSON.stringify(Object.keys(require('./index.js'))))";
    const output = execFileSync(process.execPath, ['--no-warnings', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { AWS_REGION: 'eu-central-1', SETTINGS: '{}' },
    });
    const exported: string[] = JSON.parse(output);
    expect(deployed.toSorted()).toEqual(exported.toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
