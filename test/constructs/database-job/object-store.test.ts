import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findPython } from '../../support/python.ts';

const python = findPython(['psycopg2'], ['python3-psycopg2']);
const files = fileURLToPath(new URL('../../../constructs/database-job/files', import.meta.url));

function evaluate(expression: string): unknown {
  const program = `import datetime, json, object_store\nprint(json.dumps(${expression}))`;
  const { status, stdout, stderr } = spawnSync(python, ['-B', '-c', program], {
    cwd: files,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

// The example "GET Object" of the S3 API reference, with the key that AWS publishes for it.
const keys = `{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}`;
const moment = 'datetime.datetime(2013, 5, 24, tzinfo=datetime.timezone.utc)';

it('signs a request as the S3 API reference does', () => {
  const signed = evaluate(
    `object_store.signed("https://examplebucket.s3.amazonaws.com/test.txt", {"range": "bytes=0-9"}, "us-east-1", ${keys}, ${moment})`,
  );
  expect(signed).toMatchObject({
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,' +
      'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  });
});

it('signs the token of temporary credentials too', () => {
  const signed = evaluate(
    `object_store.signed("https://b.s3.eu-central-1.amazonaws.com/k", {}, "eu-central-1", {**${keys}, "Token": "t"}, ${moment})`,
  );
  expect(signed).toMatchObject({
    'x-amz-security-token': 't',
    authorization: expect.stringContaining('x-amz-security-token,Signature='),
  });
});
