import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settings } from '../../../constructs/canary/script/settings.mjs';
import { useOdoo } from '../../../constructs/canary/script/use-odoo.mjs';
import { startChromium } from '../../support/chromium.ts';
import { type Answer, OdooStandIn, type Websocket } from './odoo-stand-in.ts';
import { certificateFor, type TestCertificate } from './test-certificates.ts';

// In a real browser, against an Odoo that fails in every way that somebody has to be called for. Several at once, because most
// of the time is spent waiting.

let browser: Browser;

/** Short, so that waiting in vain takes no time; long enough for a busy machine. */
const LIMITS = { pageMs: 5_000, quietMs: 4_000, answerMs: 3_000, heldMs: 300, certificateDays: 7 };

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

interface Run {
  /** Steps in the order in which they ran, and whether they passed. */
  readonly steps: readonly string[];
  /** What the run failed with; empty if it did not. */
  readonly failure: string;
}

type Harm = (odoo: OdooStandIn) => void;

const silent = () => undefined;

/** A run of the canary against an Odoo to which something was done before. */
async function runAfter(harm: Harm): Promise<Run> {
  const odoo = new OdooStandIn();
  harm(odoo);
  try {
    return await run({ url: await odoo.listen() });
  } finally {
    odoo.close();
  }
}

async function run(
  settings: Pick<Settings, 'url'> & Partial<Settings>,
  context: BrowserContextOptions = {},
): Promise<Run> {
  const browserContext = await browser.newContext(context);
  const page = await browserContext.newPage();
  const steps: string[] = [];
  const step = async (name: string, check: () => Promise<void>) => {
    try {
      await check();
      steps.push(`${name} passed`);
    } catch (error) {
      steps.push(`${name} failed`);
      throw error;
    }
  };
  try {
    await useOdoo(page, { ...LIMITS, ...settings }, step, silent);
    return { steps, failure: '' };
  } catch (error) {
    return { steps, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await browserContext.close();
  }
}

/** Steps that failed. */
function failed({ steps }: Run): readonly (string | undefined)[] {
  return steps.filter((step) => step.endsWith('failed')).map((step) => step.split(' ')[0]);
}

const pageWith =
  (change: (html: string) => string): Harm =>
  (odoo) =>
    odoo.changeLoginPage(change);
const answering =
  (path: string, answer: Answer | 'hangs'): Harm =>
  (odoo) =>
    odoo.answers.set(path, answer);
const withoutBus = (html: string) => html.replace('"websocket_worker_version": "19.0-2"', '');

describe.concurrent('an Odoo that is well', () => {
  it('passes every check; is asked for its database, and for live updates of the release that its page names', async () => {
    const odoo = new OdooStandIn();
    const { steps, failure } = await run({ url: await odoo.listen() });
    odoo.close();
    expect(failure).toBe('');
    expect(steps).toEqual(['login-page passed', 'assets passed', 'health passed', 'websocket passed']);
    expect(odoo.requests).toContain('/web/health?db_server_status=1');
    expect(odoo.handshakes).toEqual(['/websocket?version=19.0-2']);
  });

  it.each<[string, Harm]>([
    [
      'need not have the module bus',
      (odoo) => {
        odoo.changeLoginPage(withoutBus);
        odoo.websocket = 404;
      },
    ],
    [
      'may close a websocket for the want of a version',
      (odoo) => {
        odoo.changeLoginPage(withoutBus);
        odoo.websocket = 'outdated';
      },
    ],
    [
      'may be beside scripts of others that do not come',
      pageWith((html) => html.replace('</body>', '<script src="http://127.0.0.1:9/s.js"></script></body>')),
    ],
  ])('%s', async (_, change) => {
    expect((await runAfter(change)).failure).toBe('');
  });
});

describe.concurrent('the login page', () => {
  const answer = (status: number, title: string) =>
    answering('/web/login', { status, body: `<title>${title}</title>` });
  const withScript = (script: string) =>
    pageWith((html) => html.replace('</body>', `<script>${script}</script></body>`));

  it.each<[string, Harm, RegExp]>([
    ['that answers 500', answer(500, 'Server Error'), /answered 500 after .* s, titled "Server Error"/],
    ['that is the maintenance page', answer(503, 'Back soon'), /answered 503 after .* s, titled "Back soon"/],
    [
      'that answers 502 without a word',
      answering('/web/login', { status: 502 }),
      /ERR_HTTP_RESPONSE_CODE_FAILURE \(502 was answered\)/,
    ],
    [
      'that loads for ever',
      answering('/web/login', 'hangs'),
      /not loaded within 5 s \(nothing was answered\)/,
    ],
    [
      'that redirects for ever',
      answering('/web/login', { status: 303, headers: { Location: '/web/login' } }),
      /ERR_TOO_MANY_REDIRECTS/,
    ],
    [
      'without a form',
      pageWith((html) => html.replace(/<form[^]*form>/, 'Welcome')),
      /has no login form, titled "Login \| Example"/,
    ],
    [
      'without a field for the password',
      pageWith((html) => html.replace('name="password"', '')),
      /has no login form/,
    ],
    [
      'with an error of its own in the console',
      withScript('console.error("no such module")'),
      /errors in the browser: no such module/,
    ],
    [
      'with a script that fails',
      withScript('undefined.field'),
      /errors in the browser: Cannot read properties of undefined/,
    ],
    [
      'that shows nothing for the want of a script',
      answering('/web/assets/2/web.assets_frontend_minimal.min.js', {
        type: 'text/javascript',
        body: 'throw new Error("module web.user_switch is missing")',
      }),
      /has a login form that its scripts do not show.*web\.user_switch is missing/,
    ],
  ])('%s is noticed', async (_, harm, reason) => {
    const result = await runAfter(harm);
    expect(failed(result)).toContain('login-page');
    expect(result.failure).toMatch(/^login-page: http:\/\/127\.0\.0\.1/);
    expect(result.failure).toMatch(reason);
  });

  it('that nobody serves is noticed, and its parts are not looked for', async () => {
    const closed = await run({ url: 'http://127.0.0.1:9' });
    expect(closed.failure).toMatch(/login-page: http:\/\/127\.0\.0\.1:9\/web\/login: ERR_/);
    expect(closed.steps).toEqual(['login-page failed', 'health failed', 'websocket failed']);
  });
});

describe.concurrent('assets', () => {
  const CSS = '/web/assets/1/web.assets_frontend.min.css';
  const LAZY = '/web/assets/3/web.assets_frontend_lazy.min.js';
  const errorPage = '<!DOCTYPE html><html><title>Odoo</title></html>';

  it.each<[string, string, Answer | 'hangs', string]>([
    ['is not found', CSS, { status: 404, body: 'not found' }, 'answered 404'],
    ['cannot be made', LAZY, { status: 500, body: 'error' }, 'answered 500'],
    ['is empty', CSS, { type: 'text/css', body: '' }, 'is empty'],
    ['is a page of errors', LAZY, { type: 'text/html', body: errorPage }, 'is text/html and no script'],
    [
      'is a page that calls itself a script',
      LAZY,
      { type: 'text/javascript', body: errorPage },
      'is a page and no script',
    ],
    ['never comes', LAZY, 'hangs', 'has not come yet'],
  ])('of which one %s are noticed, by its name', async (_, path, answer, reason) => {
    const result = await runAfter(answering(path, answer));
    expect(failed(result)).toContain('assets');
    expect(result.failure).toContain(`assets: ${path} ${reason}`);
  });

  it.each([
    [
      'stylesheet',
      (html: string) => html.replace(/<link[^>]*>/, '<style>.d-none { display: none; }</style>'),
    ],
    ['script', (html: string) => html.replace(/<script defer[^>]*>/, '<script>').replace(' d-none', '')],
  ])('without a single %s are noticed', async (kind, change) => {
    const { failure } = await runAfter(pageWith(change));
    expect(failure).toBe(`assets: the login page has no ${kind} below /web/assets/`);
  });
});

describe.concurrent('the deep health check', () => {
  const away = '{"status": "fail", "db_server_status": false}';

  it.each<[string, Answer | 'hangs', string]>([
    ['says that the database is away', { status: 500, body: away }, 'does not reach its database'],
    ['fails', { status: 502, body: '' }, 'answered 502'],
    [
      'is answered by nginx, which keeps everybody out',
      { status: 200, body: '' },
      'does not say that the database answers',
    ],
    ['hangs', 'hangs', 'no answer within 3 s'],
    ['leads elsewhere', { status: 303, headers: { Location: '/' } }, 'answered 303'],
  ])('that %s is noticed, and alone', async (_, answer, reason) => {
    const result = await runAfter(answering('/web/health', answer));
    expect(failed(result)).toEqual(['health']);
    expect(result.failure).toContain(reason);
  });
});

describe.concurrent('live updates', () => {
  it.each<[string, Websocket, string]>([
    ['are refused', 400, 'answered 400'],
    ['end at a worker that has no websockets', 500, 'answered 500'],
    ['are unknown although the page speaks of them', 404, 'answered 404'],
    ['are cut off', 'reset', 'cannot be reached'],
    ['are never answered', 'hangs', 'did not open within 3 s'],
    ['begin and die', 'dies', 'opened and was closed again (code 1006)'],
  ])('that %s are noticed, and alone', async (_, websocket, reason) => {
    const result = await runAfter((odoo) => {
      odoo.websocket = websocket;
    });
    expect(failed(result)).toEqual(['websocket']);
    expect(result.failure).toContain(reason);
  });
});

it('live updates that are unknown are no excuse where no page says that there are none', async () => {
  const result = await runAfter((odoo) => {
    odoo.answers.set('/web/login', { status: 500, body: 'error' });
    odoo.websocket = 404;
  });
  expect(failed(result)).toEqual(['login-page', 'websocket']);
});

describe.concurrent('over TLS', () => {
  /** The browser takes every certificate: it is asked for its opinion in the case that is about it. */
  const takesAll = { ignoreHTTPSErrors: true };

  async function runOverTls(
    certificate: TestCertificate,
    context: BrowserContextOptions = takesAll,
    leadsTo = (secure: string, _plain: string) => secure,
  ): Promise<Run> {
    const odoo = new OdooStandIn();
    const [secure, plain] = [await odoo.listen(certificate), await odoo.listen()];
    odoo.plainLeadsTo = leadsTo(secure, plain);
    const result = await run({ url: secure, plainUrl: plain, ca: certificate.authority }, context);
    odoo.close();
    return result;
  }

  it('an Odoo that is well passes, begun by plain HTTP', async () => {
    const { steps, failure } = await runOverTls(certificateFor('127.0.0.1', { days: 30 }));
    expect(failure).toBe('');
    expect(steps).toContain('certificate passed');
  });

  it.each([
    ['has expired', '127.0.0.1', -1, 'CERT_HAS_EXPIRED, valid until'],
    ['is for another name', '127.0.0.2', 30, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['was not renewed', '127.0.0.1', 3, 'its renewal has failed for long'],
  ])('a certificate that %s is noticed, and named', async (_, address, days, reason) => {
    const result = await runOverTls(certificateFor(address, { days }));
    expect(failed(result)).toEqual(['certificate']);
    expect(result.failure).toContain(reason);
  });

  it('a certificate that the browser refuses keeps the page from coming', async () => {
    const result = await runOverTls(certificateFor('127.0.0.1', { days: -1 }), {});
    expect(failed(result)).toEqual(['login-page', 'health', 'websocket', 'certificate']);
    expect(result.failure).toMatch(/login-page: .*ERR_CERT_/);
  });

  it('plain HTTP that stays plain is noticed', async () => {
    const result = await runOverTls(certificateFor('127.0.0.1', { days: 30 }), takesAll, (_, plain) => plain);
    expect(result.failure).toMatch(/login-page: .* leads to http:.* and not to https:/);
  });
});

it('fails the run also where the runner of steps swallows what failed', async () => {
  const odoo = new OdooStandIn();
  odoo.answers.set('/web/health', { status: 500 });
  const page = await browser.newPage();
  const settings = { ...LIMITS, url: await odoo.listen() };
  await expect(useOdoo(page, settings, swallowing, silent)).rejects.toThrow('health: ');
  await page.close();
  odoo.close();
});

async function swallowing(_: string, check: () => Promise<void>): Promise<void> {
  await check().catch(() => undefined);
}
