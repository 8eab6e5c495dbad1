import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { emulatorPython, findPython, PYTHON_MISSING } from '../../../../lib/local/python.ts';
import { Emulator } from '../../../../lib/local/emulator.ts';

/** The emulated AWS account behind the endpoint: where buckets, secrets and parameters are, and what was left in them. */
export class EmulatedAccount {
  /** The account's buckets, without the faults that the machine may suffer. */
  readonly s3: S3Client;
  private readonly emulator: Emulator;
  private readonly region: string;

  private constructor(emulator: Emulator, region: string) {
    this.emulator = emulator;
    this.region = region;
    this.s3 = new S3Client({
      endpoint: emulator.endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  }

  static async start(region: string): Promise<EmulatedAccount> {
    const python = await findPython();
    if (python === undefined) throw new Error(PYTHON_MISSING);
    const emulator = await Emulator.start({
      python: await emulatorPython(python),
      account: '000000000000',
      region,
      hostedZones: {},
    });
    return new EmulatedAccount(emulator, region);
  }

  get endpoint(): string {
    return this.emulator.endpoint;
  }

  stop(): void {
    this.emulator.stop();
  }

  async createBucket(name: string): Promise<void> {
    await this.s3.send(new CreateBucketCommand({ Bucket: name }));
  }

  async putObject(bucket: string, key: string, body: Buffer): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  /** Calls an operation of a JSON protocol, for example `('logs', 'Logs_20140328.DescribeLogStreams', {...})`. */
  async call(service: string, target: string, parameters: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': target,
        Authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/${this.region}/${service}/aws4_request`,
      },
      body: JSON.stringify(parameters),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target} failed with ${response.status}: ${text}`);
    const parsed: unknown = JSON.parse(text || '{}');
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  }
}
