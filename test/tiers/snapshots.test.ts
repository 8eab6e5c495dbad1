import { expect, it } from 'vitest';
import { environmentOf } from '../support/environments.ts';
import { templatesOf } from '../support/templates.ts';

const ARCHITECTURES = { small: 10, medium: 40, large: 150 } as const;

// A diff aid for the reviewer: what else changed. The statements are elsewhere. Hashes of assets and packed programs are
// masked, so that a changed comment in one of their files does not show up in every template.
it.each(Object.entries(ARCHITECTURES))('%s is as it was when last reviewed', async (tier, users) => {
  const templates = JSON.stringify(templatesOf(environmentOf(users)), undefined, 2);
  const masked = templates
    .replaceAll(/[0-9a-f]{64}/g, '<hash>')
    .replaceAll(/"[A-Za-z0-9+/]{1000,}=*"/g, '"<packed>"');
  await expect(`${masked}\n`).toMatchFileSnapshot(`__snapshots__/${tier}.json`);
});
