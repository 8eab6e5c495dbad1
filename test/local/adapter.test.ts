import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import leftOut from '../../lib/local/emulator/left-out.json' with { type: 'json' };

const adapter = readFileSync(new URL('../../lib/local/emulator/adapter.py', import.meta.url), 'utf8');
const requirements = readFileSync(
  new URL('../../lib/local/emulator/requirements.txt', import.meta.url),
  'utf8',
);
const document = readFileSync(new URL('../../docs/local-deployment.md', import.meta.url), 'utf8');

describe('emulator adapter', () => {
  // Beyond this it would be an emulator of its own, and a green run would show that it agrees with itself.
  it('stays within 150 lines', () => {
    expect(adapter.trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('says for everything it leaves out why', () => {
    const reasons = Object.values(leftOut).flatMap((group) => Object.values(group));
    for (const reason of reasons) expect(reason).toMatch(/\w+ \w+ \w+/);
  });

  it('leaves out nothing that it could make', () => {
    for (const type of Object.keys(leftOut.types)) expect(adapter).not.toContain(`"${type}"`);
  });

  it('is documented with everything it leaves out', () => {
    const names = Object.values(leftOut).flatMap((group) => Object.keys(group));
    expect(names.filter((name) => !document.includes(name))).toEqual([]);
  });
});

describe('emulator requirements', () => {
  const lines = requirements.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('pin every package exactly, because pip installs without looking for dependencies', () => {
    expect(lines.filter((line) => !/^[\w.-]+==[\w.]+(; python_version < "3.11")?$/.test(line))).toEqual([]);
  });

  it('name the version that the documentation was written from', () => {
    const version = lines.find((line) => line.startsWith('ministack=='))?.split('==')[1];
    expect(document).toContain(`MiniStack ${version}`);
  });
});
