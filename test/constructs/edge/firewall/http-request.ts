/** A request as it reaches the load balancer. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query string as they are sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, or as much of it as rules could read. */
  readonly body: string;
  readonly bodyBytes: number;
  /** Address of the client. */
  readonly client: string;
}

/** Bytes of a body that a load balancer shows to WAF. */
export const INSPECTED_BODY_BYTES = 8192;

export const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** A browser's request to the environment's domain; headers given as an empty text are left out. */
export function request(method: string, url: string, given: Partial<HttpRequest> = {}): HttpRequest {
  const headers = { host: 'erp.example.com', 'user-agent': BROWSER, ...given.headers };
  return {
    method,
    url,
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')),
    body: given.body ?? '',
    bodyBytes: given.bodyBytes ?? Buffer.byteLength(given.body ?? ''),
    client: given.client ?? '198.51.100.7',
  };
}

/** The parts of a request that rules read. */
export const parts = {
  path: ({ url }: HttpRequest) => url.split('?', 1)[0] ?? '',
  queryString: ({ url }: HttpRequest) => url.split('?').slice(1).join('?'),
  queryArguments: (of: HttpRequest) =>
    parts
      .queryString(of)
      .split('&')
      .filter((argument) => argument !== '')
      .map((argument) => urlDecode(argument.slice(argument.indexOf('=') + 1))),
  cookies: ({ headers }: HttpRequest) =>
    (headers['cookie'] ?? '')
      .split('; ')
      .filter((cookie) => cookie !== '')
      .map((cookie) => cookie.slice(cookie.indexOf('=') + 1)),
  inspectedBody: ({ body }: HttpRequest) =>
    Buffer.from(body.slice(0, INSPECTED_BODY_BYTES)).subarray(0, INSPECTED_BODY_BYTES).toString('utf8'),
};

/** WAF's URL_DECODE. What is no escape stays as it is. */
export function urlDecode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  return Buffer.from(
    text
      .replaceAll('+', ' ')
      .replaceAll(/%[0-9a-f]{2}|[^]/gi, (part) =>
        part.length === 3 ? String.fromCharCode(Number.parseInt(part.slice(1), 16)) : part,
      ),
    'latin1',
  ).toString('utf8');
}

/** WAF's NORMALIZE_PATH: resolves doubled slashes, `.` and those `..` that do not lead out of the path. */
export function normalizePath(path: string): string {
  const resolved: string[] = [];
  for (const segment of path.split(/\/+/)) {
    if (segment === '..' && resolved.length > 1) resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  return resolved.join('/');
}
