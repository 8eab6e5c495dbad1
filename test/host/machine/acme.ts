import { type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACME_ADDRESS, OUTSIDE_ADDRESSES } from './addresses.ts';
import type { KeyPair } from './certificates.ts';
import { eventually, run } from './shell.ts';
import type { World } from './world.ts';

/** Who issued a certificate of the test's authority says so. */
export const ACME_ISSUER = /Pebble/;

/** A real ACME server for tests, which checks the domain through the machine's port 80 as Let's Encrypt does. */
export async function startAcmeServer(world: World, directory: string, keys: KeyPair): Promise<ChildProcess> {
  const file = join(directory, 'pebble.json');
  const pebble = {
    listenAddress: `${ACME_ADDRESS}:443`,
    managementListenAddress: `${ACME_ADDRESS}:15000`,
    certificate: keys.certificate,
    privateKey: keys.key,
    httpPort: 80,
    tlsPort: 443,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
  };
  writeFileSync(file, JSON.stringify({ pebble }));
  const args = ['-config', file, '-dnsserver', `${OUTSIDE_ADDRESSES[0]}:53`];
  const child = world.spawn('pebble', args, { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' });
  await eventually('the ACME server answers', 10, async () => {
    const ask = world.enter('curl', '--silent', '--insecure', `https://${ACME_ADDRESS}/dir`);
    return (await run('ip', ask)).code === 0 || undefined;
  });
  return child;
}
