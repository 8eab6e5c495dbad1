// @ts-check
import { reasonOf } from './reason.mjs';

const FIELDS = ['input[name="login"]', 'input[name="password"]'];

/** As much of a message as a line of an alarm can hold. */
const MESSAGE_LENGTH = 300;

/**
 * Opens the login page as somebody who has typed the name of the host: by plain HTTP, where that has to lead to HTTPS.
 *
 * The form has to be seen: Odoo 18 and 19 send it hidden, and their scripts show it.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('./settings.mjs').Settings} settings
 * @param {{ html?: string }} login gets the page as it was sent, once there is one whose parts can be looked at
 * @returns {Promise<string>} what was found
 */
export async function openLoginPage(page, settings, login) {
  const errors = watchErrors(page, settings);
  const begun = Date.now();
  const response = await visit(page, settings);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (response.status() !== 200) {
    throw new Error(
      `${response.url()} answered ${response.status()} after ${seconds} s${await titleOf(page)}`,
    );
  }
  login.html = await response.text();
  if (new URL(page.url()).origin !== settings.url) {
    throw new Error(`${settings.plainUrl ?? settings.url} leads to ${page.url()} and not to ${settings.url}`);
  }
  await seeForm(page, settings, errors);
  if (errors.length > 0) throw new Error(`${page.url()} has errors in the browser: ${errors.join(' | ')}`);
  return `${page.url()} in ${seconds} s`;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {import('./settings.mjs').Settings} settings
 */
async function visit(page, { url, plainUrl, pageMs }) {
  const address = `${plainUrl ?? url}/web/login`;
  /** @type {number | undefined} */
  let status;
  page.on('response', (answer) => {
    if (answer.request().isNavigationRequest()) status = answer.status();
  });
  try {
    const response = await page.goto(address, { waitUntil: 'load', timeout: pageMs });
    if (response === null) throw new Error('no answer');
    return response;
  } catch (error) {
    const reason = isTimeout(error) ? `not loaded within ${pageMs / 1000} s` : reasonOf(error);
    const answered = status === undefined ? 'nothing' : status;
    throw new Error(`${address}: ${reason} (${answered} was answered)`, { cause: error });
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {import('./settings.mjs').Settings} settings
 * @param {readonly string[]} errors
 */
async function seeForm(page, { answerMs }, errors) {
  const fields = FIELDS.map((field) => page.locator(`form ${field}`).first());
  try {
    await Promise.all(fields.map((field) => field.waitFor({ state: 'visible', timeout: answerMs })));
  } catch (error) {
    if (!isTimeout(error)) throw error;
    const counts = await Promise.all(fields.map((field) => field.count()));
    const why = errors.length > 0 ? `; errors in the browser: ${errors.join(' | ')}` : '';
    const form = counts.includes(0)
      ? `no login form${await titleOf(page)}`
      : 'a login form that its scripts do not show';
    throw new Error(`${page.url()} has ${form}${why}`, { cause: error });
  }
}

/**
 * Errors of the page itself, as they come. Files that did not are left to the check of assets, and what scripts of others
 * write to the console to the others.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('./settings.mjs').Settings} settings
 */
function watchErrors(page, { url }) {
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message.slice(0, MESSAGE_LENGTH)));
  page.on('console', (message) => {
    const text = message.text();
    const { url: source } = message.location();
    const own = source === '' || source.startsWith(`${url}/`);
    if (message.type() === 'error' && own && !text.startsWith('Failed to load resource')) {
      errors.push(text.slice(0, MESSAGE_LENGTH));
    }
  });
  return errors;
}

/** @param {import('playwright-core').Page} page */
async function titleOf(page) {
  const title = await page.title();
  return title === '' ? '' : `, titled "${title}"`;
}

/** @param {unknown} error */
function isTimeout(error) {
  return error instanceof Error && error.name === 'TimeoutError';
}
