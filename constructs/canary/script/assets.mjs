// @ts-check
import { reasonOf } from './reason.mjs';

const KINDS = { stylesheet: /css/, script: /(java|ecma)script/ };

/** Where Odoo keeps the bundles that it makes of the styles and scripts of all modules. */
const BUNDLES = '/web/assets/';

/**
 * @typedef {object} Asset
 * @property {string} url
 * @property {keyof typeof KINDS} kind
 * @property {Promise<string | undefined>} [problem] What is wrong with it, or nothing; absent while it has not come.
 *
 * @typedef {{ readonly page: import('playwright-core').Page, readonly all: Map<unknown, Asset> }} Assets
 */

/**
 * Notes every style and script of Odoo's own that the page asks for, also what its scripts load afterwards.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Assets}
 */
export function watchAssets(page, { url: origin }) {
  /** @type {Map<unknown, Asset>} */
  const all = new Map();
  page.on('request', (request) => {
    const url = request.url();
    const kind = request.resourceType();
    if (!url.startsWith(`${origin}/`) || (kind !== 'stylesheet' && kind !== 'script')) return;
    all.set(request, { url, kind });
  });
  page.on('response', (response) => {
    const asset = all.get(response.request());
    // Chromium reads no further then, and calls the request failed.
    if (asset && response.status() >= 400) asset.problem = Promise.resolve(`answered ${response.status()}`);
  });
  page.on('requestfailed', (request) => {
    const asset = all.get(request);
    if (asset)
      asset.problem ??= Promise.resolve(
        `did not come (${request.failure()?.errorText ?? 'no reason given'})`,
      );
  });
  page.on('requestfinished', (request) => {
    const asset = all.get(request);
    // Where it leads is a request of its own.
    if (asset && request.redirectedTo() !== null) all.delete(request);
    else if (asset) asset.problem ??= problemOf(request, asset.kind);
  });
  return { page, all };
}

/**
 * @param {Assets} assets
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<string>} what was found
 */
export async function checkAssets({ page, all }, { quietMs }) {
  // What has not come by then is named below, so that it does not matter why the page is not quiet.
  await page.waitForLoadState('networkidle', { timeout: quietMs }).catch(() => undefined);
  const found = [...all.values()];
  const problems = await Promise.all(
    found.map(async ({ url, problem }) => {
      const text = problem === undefined ? 'has not come yet' : await problem;
      return text === undefined ? [] : [`${new URL(url).pathname} ${text}`];
    }),
  );
  const wrong = problems.flat();
  if (wrong.length > 0) throw new Error(wrong.join(', '));
  const bundles = found.filter(({ url }) => new URL(url).pathname.includes(BUNDLES));
  for (const kind of /** @type {const} */ (['stylesheet', 'script'])) {
    if (!bundles.some((bundle) => bundle.kind === kind))
      throw new Error(`the login page has no ${kind} below ${BUNDLES}`);
  }
  return `${found.length} came, ${bundles.length} of them bundles`;
}

/**
 * @param {import('playwright-core').Request} request
 * @param {keyof typeof KINDS} kind
 * @returns {Promise<string | undefined>}
 */
async function problemOf(request, kind) {
  try {
    const response = await request.response();
    if (response === null) return 'was not answered';
    if (response.status() !== 200) return `answered ${response.status()}`;
    const type = (await response.headerValue('content-type')) ?? 'no type';
    if (!KINDS[kind].test(type)) return `is ${type} and no ${kind}`;
    const body = await response.body();
    if (body.length === 0) return 'is empty';
    return /^\s*<(!doctype|html)/i.test(body.subarray(0, 100).toString())
      ? `is a page and no ${kind}`
      : undefined;
  } catch (error) {
    return `cannot be read (${reasonOf(error)})`;
  }
}
