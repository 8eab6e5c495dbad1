import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What ECS tells a task. */
export const CREDENTIALS = {
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: 'secret-Of-The-Task/4',
  Token: 'session-Token==',
} as const;
const REGION = 'eu-central-1';

/** Whether AWS's own client, with the credentials of the task, would have come to the signature of a request for S3. */
export async function isSigned(
  { method = '', headers, url = '' }: IncomingMessage,
  body: Uint8Array = new Uint8Array(),
): Promise<boolean> {
  const given = /SignedHeaders=([^,]+),\s*Signature=/.exec(headers.authorization ?? '');
  const names = (given?.[1] ?? '').split(';');
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const signer = new SignatureV4({
    service: 's3',
    region: REGION,
    uriEscapePath: false,
    applyChecksum: false,
    sha256: Sha256,
    credentials: {
      accessKeyId: CREDENTIALS.AccessKeyId,
      secretAccessKey: CREDENTIALS.SecretAccessKey,
      sessionToken: CREDENTIALS.Token,
    },
  });
  const request = {
    method,
    path: pathname,
    protocol: 'http:',
    hostname: '127.0.0.1',
    headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
    query: Object.fromEntries(searchParams),
  };
  const signed = await signer.sign(request, {
    signingDate: moment(String(headers['x-amz-date'])),
    // All that it signed, also what this signer would leave out.
    signableHeaders: new Set(names),
  });
  return (
    names.includes('host') &&
    headers['x-amz-content-sha256'] === createHash('sha256').update(body).digest('hex') &&
    signatureOf(headers.authorization) !== undefined &&
    signatureOf(headers.authorization) === signatureOf(signed.headers['authorization'])
  );
}

function signatureOf(header = ''): string | undefined {
  return /Signature=([0-9a-f]{64})$/.exec(header)?.[1];
}

function moment(text: string): Date {
  return new Date(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

class Sha256 {
  private readonly hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    throw new Error('a hash that was begun is not begun again');
  }
}

function bytesOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret;
  return ArrayBuffer.isView(secret)
    ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
    : new Uint8Array(secret);
}
