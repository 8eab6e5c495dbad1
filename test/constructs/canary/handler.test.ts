import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumOptions } from '../../support/chromium.ts';
import { OdooStandIn } from './odoo-stand-in.ts';

// The folder as it is deployed, in a process of its own, with a stand-in for the package that only the runtime has.

const SCRIPT = fileURLToPath(new URL('../../../constructs/canary/script', import.meta.url));

/** Launches the browser of this machine, notes what is called, and fails a step as Synthetics does: by passing on its error. */
const RUNTIME = `
import { chromium } from ${JSON.stringify(import.meta.resolve('playwright-core'))};
let browser;
export const synthetics = {
  launch: async () => {
    console.log('launch');
    return (browser = await chromium.launch(${JSON.stringify(chromiumOptions())}));
  },
  newPage: async (launched) => launched.newPage(),
  executeStep: async (name, check) => {
    console.log('step ' + name);
    return check();
  },
  close: async () => {
    console.log('close');
    await browser?.close();
  },
};
`;

const MAIN = `import('./index.mjs').then(({ handler }) => handler()).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});`;

let folder = '';
const odoo = new OdooStandIn();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'odoo-canary-'));
  cpSync(SCRIPT, folder, { recursive: true });
  const runtime = join(folder, 'node_modules', '@aws', 'synthetics-playwright');
  mkdirSync(runtime, { recursive: true });
  writeFileSync(join(runtime, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  writeFileSync(join(runtime, 'index.js'), RUNTIME);
});
afterAll(() => {
  odoo.close();
  rmSync(folder, { recursive: true });
});

async function run(url: string | undefined): Promise<{ output: string; failure: string }> {
  const ran = promisify(execFile)(process.execPath, ['--eval', MAIN], {
    cwd: folder,
    env: { ...process.env, ODOO_URL: url },
  });
  const { stdout, stderr } = await ran.catch((error: { stdout: string; stderr: string }) => error);
  return { output: stdout, failure: stderr };
}

describe('the handler', () => {
  it('runs each check as a step, says what it found, and closes the browser', async () => {
    const { output, failure } = await run(await odoo.listen());
    expect(failure).toBe('');
    expect(output.split('\n').filter((line) => /^(launch|step|close)/.test(line))).toEqual([
      'launch',
      'step login-page',
      'step assets',
      'step health',
      'step websocket',
      'close',
    ]);
    expect(output).toContain('health: the database answers');
  });

  it('fails the run with every check that failed, and closes the browser', async () => {
    odoo.answers.set('/web/health', { status: 502 });
    odoo.websocket = 400;
    const { output, failure } = await run(await odoo.listen());
    expect(failure).toMatch(/^health: .* answered 502; websocket: .* answered 400\n$/);
    expect(output.trimEnd().endsWith('close')).toBe(true);
  });

  it('says what it misses', async () => {
    expect((await run(undefined)).failure).toContain('ODOO_URL says which Odoo is looked at');
  });
});
