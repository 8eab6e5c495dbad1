// @ts-check
import { reasonOf } from './reason.mjs';

/** Odoo asks PostgreSQL before it answers. It says nothing but yes or no, and is open to everybody who may see the login page. */
const DEEP_HEALTH = '/web/health?db_server_status=1';

/**
 * @param {import('playwright-core').Page} page
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<string>} what was found
 */
export async function checkHealth(page, { url, answerMs }) {
  const address = `${url}${DEEP_HEALTH}`;
  const answer = await page
    .context()
    .request.get(address, { timeout: answerMs, maxRedirects: 0 })
    .catch((error) => {
      const late = error instanceof Error && error.name === 'TimeoutError';
      throw new Error(`${address}: ${late ? `no answer within ${answerMs / 1000} s` : reasonOf(error)}`, {
        cause: error,
      });
    });
  const text = await answer.text();
  if (answer.status() === 500 && text.includes('db_server_status')) {
    throw new Error(`${address} answered 500: Odoo runs and does not reach its database`);
  }
  if (answer.status() !== 200) throw new Error(`${address} answered ${answer.status()}`);
  // nginx answers by itself, and without a word, while it keeps everybody from an Odoo whose database is away.
  if (!reachesDatabase(text))
    throw new Error(`${address} answered 200 and does not say that the database answers`);
  return 'the database answers';
}

/** @param {string} text */
function reachesDatabase(text) {
  try {
    return JSON.parse(text).db_server_status === true;
  } catch {
    return false;
  }
}
