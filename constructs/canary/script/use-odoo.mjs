// @ts-check
import { checkAssets, watchAssets } from './assets.mjs';
import { checkCertificate } from './certificate.mjs';
import { checkHealth } from './health.mjs';
import { openLoginPage } from './login-page.mjs';
import { checkWebsocket } from './websocket.mjs';

/**
 * Uses Odoo as far as somebody can who has no password: the login page in a browser, with all that it is made of, and the
 * connection of its live updates. Asks it for its database, and looks at its certificate.
 *
 * Each check runs whatever became of the others, because together they say where the fault is: a page that fails beside a
 * health check that passes is Odoo's or a module's, both together the database's.
 *
 * @typedef {import('./settings.mjs').Settings} Settings
 * @typedef {import('playwright-core').Page} Page
 * @typedef {(name: string, check: () => Promise<void>) => Promise<unknown>} Step Runs a check under its name.
 *
 * @param {Page} page that has shown nothing yet
 * @param {Settings} settings
 * @param {Step} step
 * @param {(line: string) => void} say told what each check has found
 * @throws with every check that failed and why.
 */
export async function useOdoo(page, settings, step, say = console.log) {
  /** @type {string[]} */
  const failures = [];
  /** @type {(name: string, check: () => Promise<string>) => Promise<boolean>} */
  const run = async (name, check) => {
    const failuresBefore = failures.length;
    try {
      await step(name, async () => {
        try {
          say(`${name}: ${await check()}`);
        } catch (error) {
          // Noted here and not only thrown: a step that fails must fail the run, whatever its runner makes of it.
          failures.push(`${name}: ${messageOf(error)}`);
          throw error;
        }
      });
    } catch (error) {
      if (failures.length === failuresBefore) failures.push(`${name}: ${messageOf(error)}`);
    }
    return failures.length === failuresBefore;
  };

  const assets = watchAssets(page, settings);
  /** @type {{ html?: string }} */
  const login = {};
  await run('login-page', () => openLoginPage(page, settings, login));
  // A page that did not come has none, which would be said twice.
  if (login.html !== undefined) await run('assets', () => checkAssets(assets, settings));
  await run('health', () => checkHealth(page, settings));
  await run('websocket', () => checkWebsocket(page, settings, login.html));
  if (new URL(settings.url).protocol === 'https:') await run('certificate', () => checkCertificate(settings));
  if (failures.length > 0) throw new Error(failures.join('; '));
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
