import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { S3 } from '@aws-sdk/client-s3';
import { CREDENTIALS, isSigned } from '../growth/task-signature.ts';

/** What S3 lists at once. */
const PAGE = 1000;

/** Bytes of every part but the last one, at least. */
const LEAST_PART = 5 * 2 ** 20;

/** What an object consists of that is not kept as text. */
const BINARY: ReadonlySet<string> = new Set(['application/gzip', 'application/octet-stream']);

/** A version of an object; without content a delete marker. */
export interface Version {
  readonly id: string;
  readonly modified: Date;
  readonly content?: string | Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
  /** Key of the bucket that it was written to, as S3 does by default. */
  readonly encryptedWith: string;
}

/**
 * As much of S3 as copies between two versioned buckets take, on loopback and in memory: listings in pages, versions, delete
 * markers, copies on the server's side with metadata, ranges, uploads in parts. And the address at which ECS tells a task its
 * credentials; what is asked for with these is refused unless it is signed as AWS's own client signs it.
 */
export class VersionedStore {
  /** Copies so far. */
  copies = 0;
  /** Lists, copies and deletions: what would be billed. */
  requests = 0;
  /** Called before each copy; what it throws is answered as S3's internal error. */
  beforeCopy: (number: number) => void = () => undefined;
  /** Whether a request is answered with S3's "slow down", by its method and address. */
  isBusy: (method: string, address: string) => boolean = () => false;
  /** How long an answer takes, in milliseconds, beside the work for it. */
  answerMs = 0;
  /** Uploads in parts that were begun and not completed, by their ids. */
  readonly uploads = new Map<string, Uint8Array[]>();
  private readonly buckets = new Map<string, Bucket>();
  private readonly server: Server;
  private versions = 0;

  constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        send(response, 500, `<Error><Code>InternalError</Code><Message>${String(error)}</Message></Error>`);
      });
    });
    // Longer than this process may be busy with something else: a connection that ends just then is an error to its client.
    this.server.keepAliveTimeout = 600_000;
  }

  async listen(): Promise<S3> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return new S3({
      region: 'eu-central-1',
      endpoint: this.address,
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 2,
    });
  }

  /** What a task's environment says about it. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL_S3: this.address,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${this.address}/credentials`,
    };
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** An empty bucket. */
  make(name: string): void {
    this.buckets.set(name, new Bucket());
  }

  put(bucket: string, key: string, version: Partial<Version> = {}): string {
    this.versions++;
    const id = `version-${this.versions}`;
    this.bucket(bucket).add(key, {
      id,
      modified: new Date(),
      content: '',
      metadata: {},
      encryptedWith: `key of ${bucket}`,
      ...version,
    });
    return id;
  }

  delete(bucket: string, key: string, modified = new Date()): void {
    this.put(bucket, key, { content: undefined, modified });
  }

  /** As if it had never been there. */
  forget(bucket: string, key: string): void {
    for (const { id } of this.bucket(bucket).versions(key)) this.bucket(bucket).remove(key, id);
  }

  /** What a reader of the bucket sees. */
  current(bucket: string): ReadonlyMap<string, Version> {
    const found = new Map<string, Version>();
    for (const key of this.bucket(bucket).sorted()) {
      const [latest] = this.bucket(bucket).versions(key);
      if (latest?.content !== undefined) found.set(key, latest);
    }
    return found;
  }

  /** Keys of which there is any version, also where a reader sees none. */
  keys(bucket: string): readonly string[] {
    return this.bucket(bucket).sorted();
  }

  /** Every version of an object that has content, the newest first. */
  versionsOf(bucket: string, key: string): readonly Version[] {
    return this.bucket(bucket)
      .versions(key)
      .filter(({ content }) => content !== undefined);
  }

  private get address(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  private bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw new Error(`no bucket ${name}`);
    return bucket;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    this.requests++;
    if (this.answerMs > 0) await setTimeout(this.answerMs);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    if (pathname === '/credentials') {
      response.end(JSON.stringify(CREDENTIALS));
      return;
    }
    if (this.isBusy(request.method ?? '', request.url ?? '')) {
      send(response, 503, '<Error><Code>SlowDown</Code></Error>');
      return;
    }
    const isOfTask = request.headers.authorization?.includes(CREDENTIALS.AccessKeyId) === true;
    if (isOfTask && !(await isSigned(request, body))) {
      send(response, 403, '<Error><Code>SignatureDoesNotMatch</Code></Error>');
      return;
    }
    const [, bucket = '', ...rest] = pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const source = request.headers['x-amz-copy-source'];
    if (request.method === 'GET' && searchParams.has('versions')) {
      send(response, 200, this.listVersions(bucket, searchParams));
    } else if (request.method === 'GET' && searchParams.get('list-type') === '2') {
      send(response, 200, this.list(bucket, searchParams));
    } else if (request.method === 'GET') {
      this.get(bucket, key, searchParams.get('versionId'), request, response);
    } else if (request.method === 'HEAD') {
      this.head(bucket, key, response);
    } else if (request.method === 'DELETE' && searchParams.has('uploadId')) {
      this.uploads.delete(searchParams.get('uploadId') ?? '');
      send(response, 204, '');
    } else if (searchParams.has('uploads') || searchParams.has('uploadId')) {
      send(response, 200, this.upload(bucket, key, searchParams, body, response));
    } else if (request.method === 'PUT' && typeof source === 'string') {
      this.copy(source, bucket, key, response);
    } else if (request.method === 'PUT') {
      const isText = !BINARY.has(request.headers['content-type'] ?? '');
      response.setHeader('ETag', `"${this.put(bucket, key, { content: isText ? body.toString() : body })}"`);
      send(response, 200, '');
    } else if (request.method === 'DELETE' && searchParams.has('versionId')) {
      this.bucket(bucket).remove(key, searchParams.get('versionId') ?? '');
      send(response, 204, '');
    } else {
      send(response, 501, `<Error><Code>NotImplemented</Code></Error>`);
    }
  }

  private get(
    bucket: string,
    key: string,
    id: string | null,
    { headers: { range } }: IncomingMessage,
    response: ServerResponse,
  ): void {
    const versions = this.bucket(bucket).versions(key);
    const found = id === null ? versions[0] : versions.find((version) => version.id === id);
    const content = found?.content;
    response.setHeader('ETag', `"${found?.id}"`);
    if (content === undefined && id === null) send(response, 404, '<Error><Code>NoSuchKey</Code></Error>');
    else if (content === undefined) send(response, 404, '<Error><Code>NoSuchVersion</Code></Error>');
    else if (range === undefined) response.end(content);
    else sendRange(response, Buffer.from(content), range);
  }

  private head(bucket: string, key: string, response: ServerResponse): void {
    const [latest] = this.bucket(bucket).versions(key);
    if (latest?.content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const length = Buffer.byteLength(latest.content);
    response.writeHead(200, { 'Content-Length': length, ETag: `"${latest.id}"` }).end();
  }

  /** S3's three requests of an upload in parts. */
  private upload(
    bucket: string,
    key: string,
    parameters: URLSearchParams,
    body: Uint8Array,
    response: ServerResponse,
  ): string {
    if (parameters.has('uploads')) {
      const begun = `upload-${this.requests}`;
      this.uploads.set(begun, []);
      return `<InitiateMultipartUploadResult><UploadId>${begun}</UploadId></InitiateMultipartUploadResult>`;
    }
    const id = parameters.get('uploadId') ?? '';
    const parts = this.uploads.get(id);
    if (parts === undefined) throw new Error(`no upload ${id}`);
    const number = parameters.get('partNumber');
    if (number !== null) {
      parts[Number(number) - 1] = body;
      response.setHeader('ETag', `"part-${number}"`);
      return '';
    }
    const small = parts.slice(0, -1).find(({ length }) => length < LEAST_PART);
    if (small !== undefined) throw new Error(`EntityTooSmall: a part of ${small.length} bytes`);
    const listed = body.toString().replaceAll('&quot;', '"');
    if (!parts.every((_, index) => listed.includes(`"part-${index + 1}"`))) {
      throw new Error('InvalidPart');
    }
    this.uploads.delete(id);
    this.put(bucket, key, { content: Buffer.concat(parts) });
    return '<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>';
  }

  private copy(source: string, bucket: string, key: string, response: ServerResponse): void {
    this.copies++;
    this.beforeCopy(this.copies);
    const [path = '', id] = source.split('?versionId=');
    const [fromBucket = '', ...fromKey] = path.split('/');
    const versions = this.bucket(fromBucket).versions(decodeURIComponent(fromKey.join('/')));
    const found = id === undefined ? versions[0] : versions.find((version) => version.id === id);
    if (found?.content === undefined) {
      send(response, 404, '<Error><Code>NoSuchVersion</Code></Error>');
      return;
    }
    const written = this.put(bucket, key, { content: found.content, metadata: found.metadata });
    response.setHeader('x-amz-version-id', written);
    send(
      response,
      200,
      `<CopyObjectResult><ETag>"e"</ETag><LastModified>${new Date().toISOString()}</LastModified></CopyObjectResult>`,
    );
  }

  private list(bucket: string, parameters: URLSearchParams): string {
    const after = parameters.get('continuation-token') ?? parameters.get('start-after') ?? '';
    const prefix = parameters.get('prefix') ?? '';
    const keys = [...this.current(bucket)].filter(([key]) => key.startsWith(prefix) && key > after);
    const page = keys.slice(0, PAGE);
    const more = keys.length > PAGE;
    const contents = page.map(
      ([key, { modified, content = '' }]) =>
        `<Contents><Key>${key}</Key><LastModified>${modified.toISOString()}</LastModified><Size>${Buffer.byteLength(content)}</Size></Contents>`,
    );
    const next = more ? `<NextContinuationToken>${page.at(-1)?.[0]}</NextContinuationToken>` : '';
    return `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
  }

  /** Versions and delete markers in one order, cut into pages anywhere: between two versions of a key too. */
  private listVersions(bucket: string, parameters: URLSearchParams): string {
    const prefix = parameters.get('prefix') ?? '';
    const [keyMarker, versionMarker] = [parameters.get('key-marker'), parameters.get('version-id-marker')];
    const page: string[] = [];
    let last: { readonly key: string; readonly id: string } | undefined;
    let more = false;
    let skipping = versionMarker !== null;
    for (const key of this.bucket(bucket).from(keyMarker ?? prefix)) {
      if (!key.startsWith(prefix)) break;
      if (keyMarker !== null && versionMarker === null && key <= keyMarker) continue;
      const versions = this.bucket(bucket).versions(key);
      for (const [index, { id, modified, content }] of versions.entries()) {
        if (skipping) {
          skipping = !(key === keyMarker && id === versionMarker);
          continue;
        }
        if (page.length === PAGE) {
          more = true;
          break;
        }
        const fields = `<Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${index === 0}</IsLatest><LastModified>${modified.toISOString()}</LastModified>`;
        page.push(
          content === undefined
            ? `<DeleteMarker>${fields}</DeleteMarker>`
            : `<Version>${fields}<Size>${Buffer.byteLength(content)}</Size></Version>`,
        );
        last = { key, id };
      }
      if (more) break;
    }
    const next = more
      ? `<NextKeyMarker>${last?.key}</NextKeyMarker><NextVersionIdMarker>${last?.id}</NextVersionIdMarker>`
      : '';
    return `<ListVersionsResult><IsTruncated>${more}</IsTruncated>${next}${page.join('')}</ListVersionsResult>`;
  }
}

/** Keys in their order, each with its versions, the newest first. */
class Bucket {
  private readonly objects = new Map<string, Version[]>();
  private order: readonly string[] | undefined;

  add(key: string, version: Version): void {
    const versions = this.objects.get(key);
    if (versions === undefined) {
      this.objects.set(key, [version]);
      this.order = undefined;
    } else versions.unshift(version);
  }

  remove(key: string, id: string): void {
    const left = this.versions(key).filter((version) => version.id !== id);
    if (left.length > 0) this.objects.set(key, left);
    else this.objects.delete(key);
    this.order = undefined;
  }

  versions(key: string): readonly Version[] {
    return this.objects.get(key) ?? [];
  }

  sorted(): readonly string[] {
    this.order ??= [...this.objects.keys()].toSorted();
    return this.order;
  }

  /** Keys from this one on. */
  *from(key: string): Generator<string> {
    const keys = this.sorted();
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < keys.length; index++) yield keys[index] ?? '';
  }
}

function sendRange(response: ServerResponse, content: Buffer, range: string): void {
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const from = Number(first);
  const part = content.subarray(from, last === '' ? undefined : Number(last) + 1);
  response.writeHead(206, { 'Content-Range': `bytes ${from}-${from + part.length - 1}/${content.length}` });
  response.end(part);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(body === '' ? undefined : `<?xml version="1.0" encoding="UTF-8"?>${body}`);
}
