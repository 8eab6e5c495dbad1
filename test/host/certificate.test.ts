import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostDirectory } from './host.ts';

/** Refuses to reload where the served directory says so, as nginx does with a key that is not the certificate's. */
const SYSTEMCTL = `#!/bin/bash
echo "systemctl $* with $(readlink "$CERTIFICATES/current")" >>"$CALLS"
[[ ! -e $CERTIFICATES/current/refused ]]
`;
const CERTBOT = `#!/bin/bash
echo "certbot $*" >>"$CALLS"
[[ ! -e $CERTIFICATES/no-authority ]] || exit 1
mkdir -p "$CERTIFICATES/letsencrypt/live/erp.example.com"
`;

let host: HostDirectory;
let certificates: string;
let calls: string;
beforeEach(() => {
  host = new HostDirectory({ name: 'erp.example.com' });
  certificates = join(host.path, 'data/certificates');
  calls = join(host.path, 'calls');
  mkdirSync(join(certificates, 'self-signed'), { recursive: true });
  symlinkSync('self-signed', join(certificates, 'current'));
  for (const [name, text] of [
    ['systemctl', SYSTEMCTL],
    ['certbot', CERTBOT],
  ] as const) {
    chmodSync(host.write(`bin/${name}`, text), 0o755);
  }
  host.write(
    'host.env',
    readFileSync(join(host.path, 'host.env'), 'utf8').replace('/srv/data', `${host.path}/data`),
  );
});
afterEach(() => host.remove());

function run(): number | null {
  return spawnSync('bash', [join(host.path, 'certificate.sh')], {
    env: {
      ...process.env,
      PATH: `${host.path}/bin:${process.env.PATH}`,
      CERTIFICATES: certificates,
      CALLS: calls,
    },
  }).status;
}

function ownCertificate({ refused = false } = {}): void {
  mkdirSync(join(certificates, 'own'));
  writeFileSync(join(certificates, 'own/fullchain.pem'), '');
  if (refused) writeFileSync(join(certificates, 'own/refused'), '');
}

const served = (): string => readlinkSync(join(certificates, 'current'));
const called = (): string => (existsSync(calls) ? readFileSync(calls, 'utf8') : '');

describe('the certificate of the server', () => {
  it('is served as soon as it is issued, and nginx reloaded once', () => {
    expect(run()).toBe(0);
    expect(served()).toBe('letsencrypt/live/erp.example.com');
    expect(run()).toBe(0);
    expect(called().match(/^systemctl reload/gm)).toHaveLength(1);
  });

  it('stays the own one of the server while nobody issues another', () => {
    writeFileSync(join(certificates, 'no-authority'), '');
    expect(run()).not.toBe(0);
    expect(served()).toBe('self-signed');
  });

  it('is the one that the operator brought, for which nobody asks the authority', () => {
    ownCertificate();
    expect(run()).toBe(0);
    expect(served()).toBe('own');
    expect(called()).not.toContain('certbot');
  });

  it('is reloaded when the operator has put a newer one in its place', () => {
    ownCertificate();
    run();
    run();
    expect(called()).toBe('systemctl reload nginx.service with own\n'.repeat(2));
  });

  it('stays what it was when nginx refuses the one that the operator brought', () => {
    ownCertificate({ refused: true });
    expect(run()).not.toBe(0);
    expect(served()).toBe('self-signed');
  });

  it('is an issued one again when the operator takes the own one away', () => {
    ownCertificate();
    run();
    rmSync(join(certificates, 'own'), { recursive: true });
    expect(run()).toBe(0);
    expect(served()).toBe('letsencrypt/live/erp.example.com');
  });
});
