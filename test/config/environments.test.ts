import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadEnvironmentFiles, resolveAll } from '../../config/load.ts';

describe('the shipped environments', () => {
  it('are one of each architecture, valid as they are', async () => {
    const result = resolveAll(await loadEnvironmentFiles());

    expect(result).toMatchObject({
      ok: true,
      value: [
        { environment: { name: 'dev', users: 10, production: false }, plan: { tier: 'small' } },
        {
          environment: { name: 'prod', users: 150, production: true, recoveryRegion: 'eu-west-1' },
          plan: { tier: 'large' },
        },
        { environment: { name: 'staging', users: 40, production: false }, plan: { tier: 'medium' } },
      ],
    });
  });

  it.each(['10', '25', '26', '99', '100', '1000'])('stay valid with %s users', async (users) => {
    const sources = await loadEnvironmentFiles();

    for (const { name } of sources) {
      expect(resolveAll(sources, { env: name, users })).toMatchObject({ ok: true });
    }
  });

  it('offer phases for a manufacturer that are valid as soon as they are no comment', async () => {
    const file = readFileSync(new URL('../../config/environments/prod.ts', import.meta.url), 'utf8');
    const withPhases = file
      .replace(/^ {2}\/\/ odoo: \{\n[^]*?^ {2}\/\/ \},\n/m, (example) => example.replaceAll('// ', ''))
      .replace(
        '../define-environment.ts',
        new URL('../../config/define-environment.ts', import.meta.url).href,
      );
    const folder = mkdtempSync(join(tmpdir(), 'environments-'));
    writeFileSync(join(folder, 'prod.ts'), withPhases);
    const result = resolveAll(await loadEnvironmentFiles(folder));
    rmSync(folder, { recursive: true });

    expect(result).toMatchObject({ ok: true });
    const [planned] = result.ok ? result.value : [];
    expect(planned?.environment.odoo.phases.map(({ name }) => name)).toEqual([
      'foundation',
      'inventory-control',
      'production',
      'workforce-and-service',
      'optimisation',
    ]);
  });
});
