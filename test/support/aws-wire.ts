import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';

/** A request as AWS would get it. */
export interface WireCall {
  /**
   * What is asked for: the target of a JSON protocol (`AWSStepFunctions.StartExecution`), the action of a Query protocol
   * (`DescribeStacks`), method and path of S3, AWS Backup and EFS (`GET /bucket/key`).
   */
  readonly operation: string;
  /** Fields of the body; of those three the ones of the address. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** As the request is signed for: `states`, `ec2`, `s3`, ... */
  readonly service: string;
  /** The same, for example `eu-central-1`. */
  readonly region: string;
}

/** A successful answer: the fields of JSON, or the XML inside the result of a Query protocol, or the body. */
export interface Success {
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal, worded as the protocol of the request has it. */
export interface Refusal {
  readonly code: string;
  readonly message?: string;
  /** @default 400 */
  readonly status?: number;
}

const QUERY = 'application/x-www-form-urlencoded';

/** Services that speak JSON by method and path, like S3 speaks XML. */
const REST_JSON = new Set(['backup', 'elasticfilesystem', 'ses']);

/**
 * AWS on loopback, for AWS's own clients: they find it by the environment, so that what is tested is what the program makes of
 * them. It speaks JSON 1.0 and 1.1, Query, EC2's Query and REST, S3's and with JSON. Each operation is answered with what a test has given for
 * it, in that order; everything else is refused, so that no call is missed.
 */
export class AwsWire {
  /** Every request so far. */
  readonly calls: WireCall[] = [];
  /** Answers what has no answer of its own: where calls are made at once, and their order is not known. */
  otherwise: (call: WireCall) => Success | Refusal | undefined = () => undefined;
  private readonly answers = new Map<string, (Success | Refusal)[]>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.destroy(Error(String(error))));
    });
  }

  static async start(): Promise<AwsWire> {
    const wire = new AwsWire();
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    const address = wire.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const environment = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      // What a developer has set must not reach the clients.
      AWS_SESSION_TOKEN: undefined,
      AWS_PROFILE: undefined,
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    return wire;
  }

  stop(): void {
    vi.unstubAllEnvs();
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Forgets calls and answers. */
  reset(): void {
    this.calls.length = 0;
    this.answers.clear();
    this.otherwise = () => undefined;
  }

  /** What an operation is answered with next, one for each call. */
  on(operation: string, ...answers: readonly (Success | Refusal)[]): void {
    this.answers.set(operation, [...(this.answers.get(operation) ?? []), ...answers]);
  }

  /** Parameters of each call of an operation. */
  asked(operation: string): readonly WireCall['parameters'][] {
    return this.calls.filter((call) => call.operation === operation).map(({ parameters }) => parameters);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request, await text(request));
    this.calls.push(call);
    const answer = this.answers.get(call.operation)?.shift() ??
      this.otherwise(call) ?? {
        code: 'UnexpectedCall',
        message: `the test has no answer to ${call.operation}`,
      };
    response.setHeader('x-amzn-RequestId', 'test');
    if ('code' in answer) refuse(call, answer, response);
    else succeed(call, answer, response);
  }
}

function callOf({ method, url, headers }: IncomingMessage, body: string): WireCall {
  const { pathname, searchParams } = new URL(url ?? '/', 'http://wire');
  const [, region = '', service = ''] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const common = { headers, body, service, region };
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return { operation: target, parameters: JSON.parse(body), ...common };
  if (headers['content-type']?.startsWith(QUERY)) {
    const { Action = '', Version: _, ...parameters } = Object.fromEntries(new URLSearchParams(body));
    return { operation: Action, parameters, ...common };
  }
  // For AWS's own statistics.
  searchParams.delete('x-id');
  return {
    operation: `${method} ${decodeURIComponent(pathname)}`,
    parameters: Object.fromEntries(searchParams),
    ...common,
  };
}

function succeed(call: WireCall, { body = '', headers = {} }: Success, response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const type = call.headers['content-type'] ?? '';
  if (type.startsWith('application/x-amz-json')) {
    response.writeHead(200, { 'Content-Type': type }).end(JSON.stringify(body || {}));
    return;
  }
  if (REST_JSON.has(call.service)) {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body || {}));
    return;
  }
  response
    .writeHead(200, { 'Content-Type': 'text/xml' })
    .end(type.startsWith(QUERY) ? wrapped(call, body) : body);
}

function wrapped({ operation, service }: WireCall, body: string | object): string {
  if (typeof body !== 'string') throw new Error(`${operation} is answered with XML`);
  const result = service === 'ec2' ? body : `<${operation}Result>${body}</${operation}Result>`;
  return `<${operation}Response>${result}</${operation}Response>`;
}

function refuse(
  call: WireCall,
  { code, message = 'it is so', status = 400 }: Refusal,
  response: ServerResponse,
): void {
  const type = call.headers['content-type'] ?? '';
  if (type.startsWith('application/x-amz-json')) {
    response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify({ __type: code, message }));
    return;
  }
  if (REST_JSON.has(call.service)) {
    response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': code });
    response.end(JSON.stringify({ message }));
    return;
  }
  const error = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = type.startsWith(QUERY)
    ? call.service === 'ec2'
      ? `<Response><Errors>${error}</Errors><RequestID>test</RequestID></Response>`
      : `<ErrorResponse>${error}<RequestId>test</RequestId></ErrorResponse>`
    : error;
  response.writeHead(status, { 'Content-Type': 'text/xml' }).end(body);
}
