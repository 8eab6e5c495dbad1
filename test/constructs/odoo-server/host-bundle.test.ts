import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packBundle } from '../../../constructs/odoo-server/host-bundle.ts';

const directory = mkdtempSync(join(tmpdir(), 'host-bundle-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the bundle of the host', () => {
  const files = [
    { path: 'provision.sh', text: 'echo ünïcode\n' },
    { path: 'nginx/nginx.conf', text: 'x'.repeat(512) },
    { path: 'empty', text: '' },
  ];

  it('is unpacked by tar into the same files, for root alone', () => {
    const archive = join(directory, 'bundle.tar');
    writeFileSync(archive, packBundle(files).archive);
    expect(execFileSync('tar', ['-tf', archive], { encoding: 'utf8' }).trim().split('\n')).toEqual([
      'empty',
      'nginx/nginx.conf',
      'provision.sh',
    ]);
    execFileSync('tar', ['-xf', archive, '-C', directory]);
    for (const { path, text } of files) {
      expect(readFileSync(join(directory, path), 'utf8')).toBe(text);
      expect(statSync(join(directory, path)).mode & 0o777).toBe(0o600);
    }
  });

  it('has the same bytes for the same files in any order, and others for other files', () => {
    const { archive, sha256 } = packBundle(files);
    expect(packBundle(files.toReversed()).sha256).toBe(sha256);
    expect(sha256).toBe(createHash('sha256').update(archive).digest('hex'));
    expect(packBundle([...files, { path: 'more', text: '' }]).sha256).not.toBe(sha256);
  });

  it('refuses a path that the format has no room for', () => {
    expect(() => packBundle([{ path: 'a'.repeat(101), text: '' }])).toThrow('must fit in 100 bytes');
  });
});
