import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packBundle } from '../../constructs/odoo-server/host-bundle.ts';

/** Answers like metadata, Systems Manager, S3 and CloudFormation, and writes down how it was called. */
const CURL = `#!/bin/bash
echo "$*" >>"$HERE/calls"
[[ "$*" != *"-K -"* ]] || cat >>"$HERE/keys"
while (($#)); do
  case $1 in
    -o) out=$2 ;;
    -d) body+="&$2"; shift ;;
    http*) url=$1 ;;
  esac
  shift
done
case $url in
  */api/token) echo -n TOKEN ;;
  */instance-id) echo -n i-0123456789abcdef0 ;;
  */security-credentials/) echo -n the-role ;;
  */security-credentials/the-role) echo '{"AccessKeyId": "ASIAKEY", "SecretAccessKey": "SECRETKEY", "Token": "SESSION"}' ;;
  */bundle.tar) cp "$HERE/bundle.tar" "$out" ;;
  https://cloudformation*) echo "$body" >>"$HERE/signals" ;;
  https://ssm*) echo "$body" >>"$HERE/parameters"; cat "$HERE/parameter.json" ;;
esac
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'odoo-bootstrap-'));
  mkdirSync(join(directory, 'bin'));
  writeFileSync(join(directory, 'bin/curl'), CURL);
  chmodSync(join(directory, 'bin/curl'), 0o755);
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the script with the values that the launch template would have put in front of it. */
function bootstrap(
  provision: string,
  { corrupt = false, parameter = '{"volume": "vol-1"}' } = {},
): { code: number | null; signals: string; calls: string; output: string } {
  const { archive, sha256 } = packBundle([{ path: 'provision.sh', text: provision }]);
  writeFileSync(
    join(directory, 'bundle.tar'),
    corrupt ? Buffer.concat([archive, Buffer.from('x')]) : archive,
  );
  writeFileSync(
    join(directory, 'parameter.json'),
    JSON.stringify({ Parameter: { Name: 'Settings', Value: parameter } }),
  );
  const script = readFileSync(
    new URL('../../constructs/odoo-server/files/bootstrap.sh', import.meta.url),
    'utf8',
  )
    .replaceAll('/run/', `${directory}/`)
    .replace('bundle.tar \\\n', 'fetched.tar \\\n')
    .replaceAll(`${directory}/bundle.tar"`, `${directory}/fetched.tar"`)
    .replaceAll(`-xf ${directory}/bundle.tar`, `-xf ${directory}/fetched.tar`)
    .replaceAll('/opt/odoo-aws', `${directory}/odoo-aws`);
  const values = [
    'REGION=eu-central-1',
    'STACK=test-Server',
    'GROUP=Group',
    'SUFFIX=amazonaws.com',
    'PARAMETER=CFN-Settings',
    'BUNDLE=https://s3.eu-central-1.amazonaws.com/assets/bundle.tar',
    `SHA256=${sha256}`,
  ];
  const { status, stdout } = spawnSync('bash', ['-c', [...values, script].join('\n')], {
    env: { ...process.env, PATH: `${directory}/bin:${process.env.PATH}`, HERE: directory },
    encoding: 'utf8',
  });
  const text = (name: string): string =>
    existsSync(join(directory, name)) ? readFileSync(join(directory, name), 'utf8') : '';
  return { code: status, signals: text('signals'), calls: text('calls'), output: stdout };
}

describe('the bootstrap of a server', () => {
  it('provisions it from the bundle and reports success', () => {
    const { code, signals } = bootstrap('echo "$AWS_DEFAULT_REGION $1" >"$HERE/provisioned"\n');
    expect(code).toBe(0);
    expect(readFileSync(join(directory, 'provisioned'), 'utf8')).toBe('eu-central-1 {"volume": "vol-1"}\n');
    expect(signals).toBe(
      '&Action=SignalResource&Version=2010-05-15&StackName=test-Server&LogicalResourceId=Group&UniqueId=i-0123456789abcdef0&Status=SUCCESS\n',
    );
  });

  it('reads its settings from the parameter of the deployment', () => {
    const { calls } = bootstrap('true\n');
    expect(readFileSync(join(directory, 'parameters'), 'utf8')).toBe('&{"Name": "CFN-Settings"}\n');
    expect(calls).toContain(
      'https://ssm.eu-central-1.amazonaws.com/ -H X-Amz-Target: AmazonSSM.GetParameter',
    );
  });

  it('hands provisioning what it needs to call AWS before anything is installed', () => {
    const { output } = bootstrap(
      'call logs "https://logs.$REGION.$SUFFIX/" -d {} && echo "called in $REGION"\n',
    );
    expect(output).toBe('called in eu-central-1\n');
    expect(readFileSync(join(directory, 'calls'), 'utf8')).toContain(
      '--aws-sigv4 aws:amz:eu-central-1:logs -K - https://logs.eu-central-1.amazonaws.com/ -d {}',
    );
  });

  it('reports failure when provisioning fails', () => {
    const { code, signals } = bootstrap('exit 3\n');
    expect(code).toBe(3);
    expect(signals).toMatch(/Status=FAILURE\n$/);
  });

  it('runs nothing out of a bundle that is not the one of the deployment', () => {
    const { signals } = bootstrap('touch "$HERE/provisioned"\n', { corrupt: true });
    expect(existsSync(join(directory, 'provisioned'))).toBe(false);
    expect(signals).toMatch(/Status=FAILURE\n$/);
  });

  it('signs with the keys of the role, which no process shows in its arguments', () => {
    const { calls } = bootstrap('true\n');
    expect(readFileSync(join(directory, 'keys'), 'utf8')).toBe(
      'user=ASIAKEY:SECRETKEY\nheader=x-amz-security-token:SESSION\n'.repeat(3),
    );
    expect(calls).not.toMatch(/SECRETKEY|SESSION/);
    expect(calls).toContain(`x-amz-content-sha256:${createHash('sha256').update('').digest('hex')}`);
  });
});
