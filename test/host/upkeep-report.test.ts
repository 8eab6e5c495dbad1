import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HostDirectory } from './host.ts';

const host = new HostDirectory();
afterAll(() => host.remove());

/** Runs steps as the provisioning does, with a log group named `group`, and returns all output. */
function provision(steps: string, definitions = ''): string {
  const { stdout } = spawnSync(
    'bash',
    [
      '-c',
      `source '${host.path}/provision.sh'
      ${definitions}
      SETTINGS='{"logGroup": "group"}'
      LOG='${host.path}/provision.log'
      exec > >(tee "$LOG") 2>&1
      sleep() { command sleep 0.2; }
      trap report EXIT
      ${steps}`,
    ],
    { encoding: 'utf8' },
  );
  return stdout;
}

const WITH_BOTO3 = 'python3() { [[ $* != *boto3* ]] && command python3 "$@"; }; aws() { echo "aws $*"; }';

/** What the bootstrap leaves in the environment: calls are written down with their bodies. */
const WITHOUT_BOTO3 = `
  python3() { [[ $* != "-c import boto3" ]] && command python3 "$@"; }
  export REGION=eu-central-1 SUFFIX=amazonaws.com
  meta() { echo i-0123; }
  call() { local last; for last in "$@"; do [[ $last != @* ]] || { echo "$*"; cat "\${last#@}"; echo; } >>'${host.path}/calls'; done; }`;

describe('the report of the provisioning', () => {
  it('says in its last line which step failed and why', () => {
    const output = provision(`failing() { fail 'the volume is gone'; }; step failing`, WITH_BOTO3);
    expect(output).toMatch(
      /provision: FAILED with code 1 in failing after \d+ s: provision: the volume is gone\n/,
    );
  });

  it('gives the last words of a program that failed by itself', () => {
    const output = provision(
      `installing() { echo 'E: Unable to fetch some archives'; false; }; step installing`,
      WITH_BOTO3,
    );
    expect(output).toMatch(
      /FAILED with code 1 in installing after \d+ s: E: Unable to fetch some archives\n/,
    );
  });

  it('says that all went well', () => {
    expect(provision('step true', WITH_BOTO3)).toMatch(/provision: done after \d+ s\n/);
  });

  it('reaches CloudWatch also where the package that everything else talks to AWS with is missing', () => {
    provision(`installing() { echo 'E: "mirrors" are away ü'; false; }; step installing`, WITHOUT_BOTO3);
    const calls = readFileSync(join(host.path, 'calls'), 'utf8').split('\n').filter(Boolean);
    expect(calls[0]).toContain('logs https://logs.eu-central-1.amazonaws.com/');
    expect(calls[0]).toContain('X-Amz-Target: Logs_20140328.CreateLogStream');
    const stream = JSON.parse(calls[1] ?? '');
    expect(stream).toEqual({
      logGroupName: 'group',
      logStreamName: expect.stringMatching(/^provision\/i-0123\/\d+$/),
    });
    expect(calls[2]).toContain('X-Amz-Target: Logs_20140328.PutLogEvents');
    const { logEvents, ...names } = JSON.parse(calls[3] ?? '');
    expect(names).toEqual(stream);
    const messages = logEvents.map(({ message }: { message: string }) => message);
    expect(messages).toContain('E: "mirrors" are away ü');
    expect(messages.at(-1)).toMatch(/^provision: FAILED with code 1 in installing/);
    expect(Math.abs(logEvents[0].timestamp - Date.now())).toBeLessThan(60_000);
  });

  it('does not hide the outcome when CloudWatch cannot be reached either', () => {
    expect(
      provision('false', 'aws() { false; }; python3() { [[ $* == *logGroup* ]] && echo group; }'),
    ).toContain('provision: the log could not be sent to CloudWatch\n');
  });
});
