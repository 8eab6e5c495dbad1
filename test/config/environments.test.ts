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
});
