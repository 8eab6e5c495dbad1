import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackupHost, nameOf } from './backup-host.ts';

let host: BackupHost;
beforeEach(() => {
  host = new BackupHost();
});
afterEach(() => host.remove());

const key = (name: string): string => `filestore/odoo/${name}`;
const saved = (): string[] => host.keys('filestore').filter((found) => !found.endsWith('/'));

describe('the copy of the filestore', () => {
  it('has every attachment in the layout of the filestore, and nothing else', () => {
    const names = ['one', 'two', 'three'].map((content) => host.attach(content));
    mkdirSync(join(host.filestore, 'checklist/ab'), { recursive: true });
    writeFileSync(join(host.filestore, 'checklist/ab', 'a'.repeat(40)), '');
    host.attach('unfinished upload', `${names[0]}.tmp`);
    expect(host.backup('filestore')).toMatchObject({ code: 0 });
    expect(saved()).toEqual(names.map(key).toSorted());
    expect(host.object('filestore', key(nameOf('two')))).toBe('two');
  });

  it('marks files and directories with the owner that Odoo has on Amazon S3 Files', () => {
    const name = host.attach('one');
    host.backup('filestore');
    const [uid, gid] = [String(process.getuid?.()), String(process.getgid?.())];
    const owner = { 'file-owner': uid, 'file-group': gid };
    expect(host.metadata('filestore', key(name))).toEqual({ ...owner, 'file-permissions': '0100644' });
    for (const directory of ['filestore/', 'filestore/odoo/', key(name.slice(0, 3))])
      expect(host.metadata('filestore', directory)).toEqual({ ...owner, 'file-permissions': '0040755' });
  });

  it('uploads each file once', () => {
    host.attach('one');
    for (const job of ['filestore', 'filestore', 'filestore-all']) host.backup(job);
    expect(host.uploads).toHaveLength(new Set(host.uploads).size);
    host.attach('two');
    host.backup('filestore');
    expect(host.uploads.at(-1)).toBe(key(nameOf('two')));
    expect(host.uploads).toHaveLength(new Set(host.uploads).size);
  });

  it('keeps what Odoo has cleared away', () => {
    const name = host.attach('one');
    host.backup('filestore');
    rmSync(join(host.filestore, name));
    host.backup('filestore-all');
    expect(saved()).toEqual([key(name)]);
  });

  it('leaves a file that is still being written for the next run', () => {
    const name = host.attach('half of the con', nameOf('half of the content'), 1);
    expect(host.backup('filestore').code).toBe(0);
    expect(saved()).toEqual([]);
    host.attach('half of the content', name, 1);
    expect(host.backup('filestore').code).toBe(0);
    expect(host.object('filestore', key(name))).toBe('half of the content');
  });

  it('finds an unfinished file again however much later it is finished', () => {
    host.attach('half', nameOf('whole'), 1);
    host.backup('filestore');
    const until = host.evaluate(
      `state = json.load(open('${host.data}/backup/filestore.json'))`,
      'state["until"]',
    );
    expect(until).toBeCloseTo(statSync(join(host.filestore, nameOf('whole'))).ctimeMs / 1000, 3);
  });

  it('fails for a damaged file, copies all others and never replaces a good copy', () => {
    const damaged = host.attach('a contract');
    host.backup('filestore');
    host.attach('a con', damaged);
    const other = host.attach('another');
    const { code, output } = host.backup('filestore-all');
    expect(code).toBe(1);
    expect(output).toContain(`1 attachments are not what their names say and were not copied: ${damaged}`);
    expect(host.object('filestore', key(damaged))).toBe('a contract');
    expect(saved()).toContain(key(other));
    expect(host.metrics.at(-1)?.[0]).toMatchObject({ MetricName: 'BackupSucceeded', Value: 0 });
  });

  it('complains of a damaged file when it finds it and once a day, not every five minutes', () => {
    host.attach('one');
    host.backup('filestore');
    host.attach('con', nameOf('content'));
    expect(host.backup('filestore').code).toBe(1);
    // The margin within which files are looked at again has passed.
    const state = join(host.data, 'backup/filestore.json');
    writeFileSync(state, JSON.stringify({ until: Date.now() / 1000 + 3600 }));
    expect(host.backup('filestore').code).toBe(0);
    expect(host.backup('filestore-all').code).toBe(1);
  });

  it('repairs a copy that is not complete in the daily comparison', () => {
    const name = host.attach('a contract');
    host.backup('filestore');
    host.spoil('filestore', key(name), 'a con');
    expect(host.backup('filestore-all').code).toBe(0);
    expect(host.object('filestore', key(name))).toBe('a contract');
  });

  it('compares everything when it does not know what was copied', () => {
    const old = host.attach('old');
    utimesSync(join(host.filestore, old), 1, 1);
    expect(host.backup('filestore').code).toBe(0);
    expect(saved()).toEqual([key(old)]);
  });

  it('does not take a damaged memory for a first run', () => {
    host.backup('filestore');
    writeFileSync(join(host.data, 'backup/filestore.json'), '{');
    expect(host.backup('filestore').code).toBe(1);
  });

  it('fails when the bucket refuses, with the reason', () => {
    host.attach('one');
    const { code, output } = host.backup('filestore', { STAND_IN_DENY: 'filestore/odoo/' });
    expect(code).toBe(1);
    expect(output).toContain('AccessDenied');
  });
});

const fetch = (names: string[]): unknown =>
  host.evaluate(
    'from backup import filestore\nfrom backup.host import Host',
    `filestore.fetch(Host(), ${JSON.stringify(names)})`,
  );

describe('attachments that come back', () => {
  it('are those that are missing, complete, and owned by Odoo', () => {
    const names = ['one', 'two'].map((content) => host.attach(content));
    host.backup('filestore');
    for (const name of names) rmSync(join(host.filestore, name));
    host.attach('two');
    expect(fetch([...names, nameOf('nowhere')])).toEqual([1, [nameOf('nowhere')]]);
    const { size, mode } = statSync(join(host.filestore, names[0] ?? ''));
    expect([size, mode & 0o777]).toEqual([3, 0o644]);
  });

  it('replace nothing that is there, whatever it holds', () => {
    const name = host.attach('one');
    host.backup('filestore');
    host.attach('o', name);
    expect(fetch([name])).toEqual([0, []]);
    expect(statSync(join(host.filestore, name)).size).toBe(1);
  });

  it('are left out where the copy is damaged, too', () => {
    const name = host.attach('one');
    host.backup('filestore');
    rmSync(join(host.filestore, name));
    host.spoil('filestore', key(name), 'eno');
    expect(fetch([name])).toEqual([0, [name]]);
    expect(() => statSync(join(host.filestore, name))).toThrow('ENOENT');
  });
});
