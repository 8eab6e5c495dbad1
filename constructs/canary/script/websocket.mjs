// @ts-check
import { get as getByHttp } from 'node:http';
import { get as getByHttps } from 'node:https';

/** Odoo's word to a browser with scripts of another release, in a close without error: it has understood the handshake. */
const OUTDATED = 'OUTDATED_VERSION';

/** In the pages of an Odoo with the module `bus`, as they are sent: their scripts take it away when they have read it. */
const VERSION = /"websocket_worker_version": *"([^"]+)"/;

/**
 * Opens the connection of the live updates from the page, as its scripts do after a login, and holds it for a moment: a proxy
 * may agree to an upgrade that nobody behind it keeps.
 *
 * Where the module `bus` is not installed, Odoo knows no such address. Its pages do not speak of one then either.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('./settings.mjs').Settings} settings
 * @param {string} [html] the login page; absent where it did not come
 * @returns {Promise<string>} what was found
 */
export async function checkWebsocket(page, settings, html) {
  const { url, answerMs, heldMs } = settings;
  // Nothing can be opened from the browser's own page of errors.
  if (!page.url().startsWith(`${url}/`)) await page.goto('about:blank');
  const version = VERSION.exec(html ?? '')?.[1];
  const address = `${url.replace(/^http/, 'ws')}/websocket${version === undefined ? '' : `?version=${version}`}`;
  const outcome = await open(page, { address, answerMs, heldMs });
  if (outcome.kind === 'held') return `open for ${heldMs / 1000} s`;
  if (outcome.kind === 'closed' && outcome.reason === OUTDATED)
    return 'opened, and closed by Odoo for the want of a version';
  if (outcome.kind === 'closed') {
    throw new Error(
      `${address} opened and was closed again (code ${outcome.code}${outcome.reason && `, ${outcome.reason}`})`,
    );
  }
  if (outcome.kind === 'late') throw new Error(`${address} did not open within ${answerMs / 1000} s`);
  const answer = await answerTo(address, settings);
  if (answer === 'answered 404' && html !== undefined && version === undefined)
    return 'no live updates: the module bus is not installed';
  throw new Error(`${address} ${answer}`);
}

/**
 * @typedef {{ address: string, answerMs: number, heldMs: number }} Attempt
 * @typedef {{ kind: 'held' | 'late' | 'refused' } | { kind: 'closed', code: number, reason: string }} Outcome
 *
 * @param {import('playwright-core').Page} page
 * @param {Attempt} attempt
 * @returns {Promise<Outcome>}
 */
function open(page, attempt) {
  return page.evaluate(
    ({ address, answerMs, heldMs }) =>
      new Promise((resolve) => {
        // This part runs in the browser, whose types nothing else here needs.
        const socket = new (Reflect.get(globalThis, 'WebSocket'))(address);
        let opened = false;
        const late = setTimeout(() => resolve({ kind: 'late' }), answerMs);
        socket.addEventListener('open', () => {
          opened = true;
          clearTimeout(late);
          setTimeout(() => {
            resolve({ kind: 'held' });
            socket.close();
          }, heldMs);
        });
        /** @type {(event: { code: number, reason: string }) => void} */
        const closed = ({ code, reason }) => {
          clearTimeout(late);
          resolve(opened ? { kind: 'closed', code, reason } : { kind: 'refused' });
        };
        socket.addEventListener('close', closed);
      }),
    attempt,
  );
}

/**
 * How a handshake is answered, which no browser tells.
 *
 * @param {string} address
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<string>}
 */
function answerTo(address, { url, answerMs, ca }) {
  const get = url.startsWith('https:') ? getByHttps : getByHttp;
  return new Promise((resolve) => {
    const request = get(address.replace(/^ws/, 'http'), {
      ca,
      timeout: answerMs,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        Origin: url,
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': Buffer.from('sixteen bytes it').toString('base64'),
      },
    });
    request.once('response', ({ statusCode }) => {
      request.destroy();
      resolve(`answered ${statusCode}`);
    });
    request.once('upgrade', (_, socket) => {
      socket.destroy();
      resolve('refuses the browser and takes another client');
    });
    request.once('timeout', () => {
      resolve(`gave no answer within ${answerMs / 1000} s`);
      request.destroy();
    });
    request.once('error', ({ message }) => resolve(`cannot be reached (${message})`));
  });
}
