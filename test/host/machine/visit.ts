import { DOMAIN, MACHINE_ADDRESS, OUTSIDE_ADDRESSES } from './addresses.ts';

/** A request to the machine from outside. */
export interface Visit {
  /** @default https */
  readonly scheme?: 'http' | 'https';
  /** @default - the first address */
  readonly from?: (typeof OUTSIDE_ADDRESSES)[number];
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of a form that is sent, by POST. */
  readonly form?: Readonly<Record<string, string>>;
}

/** What the machine answered. */
export interface Page {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Arguments with which curl makes a visit. It takes any certificate. */
export function curlArguments(path: string, visit: Visit): string[] {
  const { scheme = 'https', from = OUTSIDE_ADDRESSES[0], headers = {}, form = {} } = visit;
  const options = [
    ['--max-time', '20'],
    ['--interface', from],
    ...[80, 443].map((port) => ['--resolve', `${DOMAIN}:${port}:${MACHINE_ADDRESS}`]),
    ...Object.entries(headers).map(([name, value]) => ['--header', `${name}: ${value}`]),
    ...Object.entries(form).map(([name, value]) => ['--data-urlencode', `${name}=${value}`]),
  ];
  const flags = ['--silent', '--show-error', '--insecure', '--include', '--http1.1'];
  return [...flags, ...options.flat(), `${scheme}://${DOMAIN}${path}`];
}

/** An answer as curl writes it, headers first. */
export function parsePage(answer: string): Page {
  const end = answer.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = answer.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: answer.slice(end + 4),
  };
}
