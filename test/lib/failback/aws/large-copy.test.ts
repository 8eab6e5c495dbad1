import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { copyLarge } from '../../../../lib/failback/aws/large-copy.ts';
import { AwsWire } from '../../../support/aws-wire.ts';

const KEY = 'failback/1.dump';
const HEAD = `HEAD /away/${KEY}`;
const PUT = `PUT /home/${KEY}`;
const POST = `POST /home/${KEY}`;
const GIB = 1024 ** 3;

let wire: AwsWire;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());

function copy(): Promise<number> {
  return copyLarge({ from: side('away', 'eu-west-1'), to: side('home', 'eu-central-1'), key: KEY });
}

function side(bucket: string, region: string) {
  return { client: new S3Client({ region }), bucket };
}

function holds(bytes: number): void {
  wire.on(HEAD, { headers: { 'content-length': String(bytes), etag: '"e1"' } });
}

describe('an object that goes to another Region', () => {
  it('is copied at once up to 5 GiB, by the Region that it goes to', async () => {
    holds(5 * GIB);
    wire.on(PUT, { body: '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>' });
    expect(await copy()).toBe(5 * GIB);
    expect(wire.calls.map(({ operation, region }) => [operation, region])).toEqual([
      [HEAD, 'eu-west-1'],
      [PUT, 'eu-central-1'],
    ]);
    expect(wire.calls[1]?.headers).toMatchObject({
      'x-amz-copy-source': 'away/failback%2F1.dump',
      'x-amz-copy-source-if-match': '"e1"',
    });
  });

  it('is copied in parts when it is larger, of which none is missing', async () => {
    holds(10 * GIB + 1);
    const uploads: string[] = [];
    wire.otherwise = ({ operation, parameters, headers, body }) => {
      const number = String(parameters['partNumber']);
      if (operation === POST && 'uploads' in parameters) {
        return { body: '<R><UploadId>u1</UploadId></R>' };
      }
      if (operation === PUT) {
        uploads.push(`${number} ${String(headers['x-amz-copy-source-range'])}`);
        return { body: `<CopyPartResult><ETag>"part-${number}"</ETag></CopyPartResult>` };
      }
      if (operation === POST && parameters['uploadId'] === 'u1') {
        expect(body.match(/<PartNumber>\d+/g)).toEqual(
          Array.from({ length: 11 }, (_, index) => `<PartNumber>${index + 1}`),
        );
        return { body: '<R><ETag>"whole"</ETag></R>' };
      }
      return undefined;
    };
    await copy();
    expect(uploads.toSorted((one, other) => parseInt(one) - parseInt(other))).toEqual([
      ...Array.from(
        { length: 10 },
        (_, index) => `${index + 1} bytes=${index * GIB}-${(index + 1) * GIB - 1}`,
      ),
      `11 bytes=${10 * GIB}-${10 * GIB}`,
    ]);
    const parts = wire.calls.filter(({ operation }) => operation === PUT);
    expect(new Set(parts.map(({ headers }) => headers['x-amz-copy-source-if-match']))).toEqual(
      new Set(['"e1"']),
    );
  });

  it('leaves nothing behind that costs money when a part fails', async () => {
    holds(6 * GIB);
    wire.on(POST, { body: '<R><UploadId>u1</UploadId></R>' });
    wire.otherwise = ({ operation }) =>
      operation === PUT
        ? { code: 'PreconditionFailed', message: 'another object by now', status: 412 }
        : undefined;
    wire.on(`DELETE /home/${KEY}`, {});
    await expect(copy()).rejects.toThrow('another object by now');
    expect(wire.asked(`DELETE /home/${KEY}`)).toEqual([{ uploadId: 'u1' }]);
  });
});
