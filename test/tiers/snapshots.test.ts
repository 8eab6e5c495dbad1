import { expect, it } from 'vitest';
import { environmentOf, production } from '../support/environments.ts';
import { recoveredTemplatesOf, type Templates, templatesOf } from '../support/templates.ts';

const ARCHITECTURES: Readonly<Record<string, () => Templates>> = {
  small: () => templatesOf(environmentOf(10)),
  medium: () => templatesOf(environmentOf(40)),
  large: () => templatesOf(environmentOf(150)),
  recovery: () => inRecoveryRegion(templatesOf(environmentOf(150, production))),
  'recovered-small': () => goingOn(10),
  'recovered-medium': () => goingOn(40),
  'recovered-large': () => goingOn(150),
};

/** Of an environment that was brought back, the stacks that differ from those at home in more than their Region. */
function goingOn(users: number): Templates {
  const templates = recoveredTemplatesOf(environmentOf(users, production));
  const differing = Object.entries(templates).filter(([name]) => /-Recovery-(Data|Server|Dns)$/.test(name));
  return Object.fromEntries(differing);
}

/** What stands there beforehand, but for the network, which is as at home. */
function inRecoveryRegion({ Recovery, 'Recovery-Drill': Drill }: Templates): Templates {
  if (Recovery === undefined || Drill === undefined) throw new Error('nothing is in the recovery Region');
  return { Recovery, 'Recovery-Drill': Drill };
}

// A diff aid for the reviewer: what else changed. The statements are elsewhere. Hashes of assets and packed programs are
// masked, so that a changed comment in one of their files does not show up in every template.
it.each(Object.entries(ARCHITECTURES))('%s is as it was when last reviewed', async (name, build) => {
  const templates = JSON.stringify(build(), undefined, 2);
  const masked = templates
    .replaceAll(/[0-9a-f]{64}/g, '<hash>')
    .replaceAll(/"[^"\\\s]{1000,}"/g, '"<packed>"');
  await expect(`${masked}\n`).toMatchFileSnapshot(`__snapshots__/${name}.json`);
});
