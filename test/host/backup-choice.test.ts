import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackupHost } from './backup-host.ts';

let host: BackupHost;
beforeAll(() => {
  host = new BackupHost();
});
afterAll(() => host.remove());

const backup = (label: string, timeline: number, stop: number, lsn: string) => ({
  label,
  error: false,
  archive: { stop: `${String(timeline).padStart(8, '0')}0000000000000001` },
  timestamp: { stop },
  lsn: { stop: lsn },
});

/** Timeline 2 began at 0/5000000 of timeline 1, which went on in the archive. */
const information = {
  backup: [
    backup('early', 1, 1000, '0/3000000'),
    backup('late', 1, 2000, '0/9000000'),
    backup('after', 2, 3000, '0/6000000'),
  ],
  archive: [{ id: '16-1', max: '000000020000000000000008' }],
};
const HISTORY = '1\t0/5000000\tbefore 2026-11-22 10:00:00+00';
/** Seconds at which the history of timeline 2 reached the archive. */
const LISTING = JSON.stringify({ '00000002.history': { time: 2600 }, '0000000100000000': {} });
const choose = (found: object, call: string): unknown =>
  host.evaluate(
    `from backup import choice, repository
from datetime import datetime, timezone
answers = {'repo-ls': ${JSON.stringify(LISTING)}, 'repo-get': ${JSON.stringify(HISTORY)}}
repository.output_of = lambda *command: next(answers[word] for word in command if word in answers)
information = json.loads(${JSON.stringify(JSON.stringify(found))})
at = lambda second: datetime.fromtimestamp(second, timezone.utc)
plan = choice.choose(information, ${call})`,
    '[plan.backup["label"], plan.timeline]',
  );
const without = (...labels: string[]) => ({
  ...information,
  backup: information.backup.filter(({ label }) => !labels.includes(label)),
});

describe('the choice of a backup', () => {
  it('takes the newest for the latest state', () => {
    expect(choose(information, 'None')).toEqual(['after', 2]);
  });

  it('takes none that was made when the newest timeline had already left its own', () => {
    expect(choose(without('after'), 'None')).toEqual(['early', 2]);
  });

  it('follows another timeline where it is named', () => {
    expect(choose(information, 'None, 1')).toEqual(['late', 1]);
  });

  it('takes the last one before a moment, on the timeline that was in service then', () => {
    expect(choose(information, 'at(1999)')).toEqual(['early', 1]);
    expect(choose(information, 'at(2500)')).toEqual(['late', 1]);
    expect(choose(information, 'at(3500)')).toEqual(['after', 2]);
    expect(choose(information, 'at(3500), 1')).toEqual(['late', 1]);
  });

  it('does not trust a backup that may have ended later in the same second', () => {
    expect(choose(information, 'at(2000.9)')).toEqual(['early', 1]);
    expect(choose(information, 'at(2001)')).toEqual(['late', 1]);
  });

  it('finds the way to a moment between a restore and the first backup after it', () => {
    expect(choose(information, 'at(2900)')).toEqual(['early', 2]);
  });

  it('refuses a moment before the first one, one in the future, and a timeline that no backup leads to', () => {
    expect(() => choose(information, 'at(999)')).toThrow('the first one is from 1970-01-01T00:16:40');
    expect(() => choose(information, 'at(99999999999)')).toThrow('is in the future');
    expect(() => choose(without('after', 'early'), 'None')).toThrow('no backup leads to timeline 2');
  });

  it('takes none with damaged pages', () => {
    const damaged = information.backup.map((found) => ({ ...found, error: found.label === 'after' }));
    expect(choose({ ...information, backup: damaged }, 'None')).toEqual(['early', 2]);
    expect(() => choose({ ...information, backup: [] }, 'None')).toThrow('no backup that is in order');
  });

  it('refuses one of another PostgreSQL, and says what to do', () => {
    const refuse =
      "from backup import choice\nchoice.refuse_other_version({'db': [{'version': '15'}]}, '16')";
    expect(() => host.evaluate(refuse, 'None')).toThrow(
      'the backup is of PostgreSQL 15, this server has 16: restore it on a server with',
    );
  });
});
