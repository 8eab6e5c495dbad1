import { describe, expect, it } from 'vitest';
import { readChecks } from '../../../constructs/drill/drill.lambda/checks.mjs';

const FINDINGS = [{ check: 'login page', passed: true, details: '200' }];
const RESTORED = {
  findings: [{ check: 'restore', passed: true, details: 'in 60 s' }],
  times: { validate: '2026-11-30T12:01:00Z', serve: '2026-11-30T12:02:00Z' },
};
const SETTINGS = {
  logGroup: 'drills',
  checker: { container: 'Check', logStreams: 'drill/Check/' },
  restorer: { container: 'Restore', logStreams: 'drill/Restore/' },
};

/** What the function reads of a task whose containers ended so, and have written these lines. */
function read(codes: Readonly<Record<string, number | undefined>>, log: Readonly<Record<string, string>>) {
  const getLogEvents = async ({ logStreamName = '' }: { logStreamName?: string }) => ({
    events: [{ message: log[logStreamName] ?? 'nothing' }],
  });
  const containers = Object.entries(codes).map(([Name, ExitCode]) => ({
    Name,
    ...(ExitCode !== undefined && { ExitCode }),
  }));
  return readChecks({ logs: { getLogEvents } }, SETTINGS, {
    TaskArn: 'arn:task/drill/7',
    Containers: containers,
  });
}

const checked = { 'drill/Check/7': JSON.stringify({ drillFindings: FINDINGS }) };
const restored = { 'drill/Restore/7': JSON.stringify({ drillRestored: RESTORED }) };

describe('what a task that restores has found', () => {
  it('is said by both containers, each in its own log', async () => {
    expect(await read({ Restore: 0, Check: 0 }, { ...checked, ...restored })).toEqual({
      findings: FINDINGS,
      restored: RESTORED,
    });
  });

  it('is found in an event of several lines, which programs beside it have begun', async () => {
    const log = { 'drill/Restore/7': `restore: recovered\n${restored['drill/Restore/7']}\npg_ctl says` };
    expect((await read({ Restore: 0, Check: 0 }, { ...checked, ...log })).restored).toEqual(RESTORED);
  });

  it('is said by the one that restores alone, where nothing came back that could be served', async () => {
    const failed = { findings: [{ check: 'restore', passed: false, details: 'no backup' }], times: {} };
    const log = { 'drill/Restore/7': JSON.stringify({ drillRestored: failed }) };
    const said = await read({ Restore: 1, Check: undefined }, log);
    expect(said.restored).toEqual(failed);
    expect(said.findings).toEqual([
      { check: 'Odoo', passed: false, details: 'it ended; Restore: exit code 1; Check: did not run' },
    ]);
  });

  it('is what its exit code says, where it did not begin', async () => {
    const { restored: said } = await read({ Restore: 2, Check: undefined }, {});
    expect(said?.findings).toEqual([
      { check: 'restore', passed: false, details: expect.stringContaining('Restore: exit code 2') },
    ]);
  });

  it('is asked for again, while it is not in the log yet', async () => {
    await expect(read({ Restore: 0, Check: 0 }, checked)).rejects.toMatchObject({ name: 'ResultMissing' });
  });
});
