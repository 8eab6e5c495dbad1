import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a load balancer needs to find new targets healthy, and more. */
const PATIENCE_MS = 5 * 60_000;
const TIMEOUT_MS = 20_000;

export interface ProbeProps {
  /** Where to connect. */
  readonly address: string;
  /**
   * Whose certificate is expected, and who is asked for.
   *
   * @default - nobody's: plain HTTP
   */
  readonly domain?: string;
  /** @default 443, or 80 */
  readonly port?: number;
  /** Certificates to trust instead of the usual ones. */
  readonly ca?: string;
  /** @default five minutes */
  readonly patienceMs?: number;
}

/**
 * What is wrong with the Odoo behind an address, as a user of the domain would meet it: certificate, health, login page.
 * The domain itself may lead elsewhere.
 */
export async function probe(props: ProbeProps): Promise<string | undefined> {
  const deadline = Date.now() + (props.patienceMs ?? PATIENCE_MS);
  for (;;) {
    const problem = await look(props);
    if (problem === undefined || Date.now() >= deadline) return problem;
    await sleep(Math.min(5000, props.patienceMs ?? PATIENCE_MS));
  }
}

async function look(props: ProbeProps): Promise<string | undefined> {
  try {
    const health = await get(props, '/web/health');
    if (health.status !== 200) return `/web/health answers ${health.status}`;
    const login = await get(props, '/web/login');
    if (login.status !== 200) return `/web/login answers ${login.status}`;
    if (!login.body.includes('name="password"')) return '/web/login is not the login page';
    return undefined;
  } catch (error) {
    return `${props.address} cannot be reached${props.domain === undefined ? '' : ` for ${props.domain}`}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function get(
  { address, domain, port, ca }: ProbeProps,
  path: string,
): Promise<{ readonly status?: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const common = { host: address, port, path, timeout: TIMEOUT_MS };
    const read = (response: IncomingMessage): void => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', reject);
    };
    const asked =
      domain === undefined
        ? plainRequest(common, read)
        : request({ ...common, servername: domain, headers: { host: domain }, ca }, read);
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    asked.on('error', reject);
    asked.end();
  });
}
