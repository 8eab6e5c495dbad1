// @ts-check

/**
 * What is looked at, and how long each check may take.
 *
 * @typedef {object} Settings
 * @property {string} url Where users reach Odoo, without a path, for example `https://erp.example.com`.
 * @property {string} [plainUrl] The same by plain HTTP, where it has to lead to `url`.
 * @property {number} pageMs Until the login page is complete. Longer than that users call it broken.
 * @property {number} quietMs Further, until the scripts that it loads afterwards have come.
 * @property {number} answerMs Until one other answer, a handshake included.
 * @property {number} heldMs For which a websocket has to stay open.
 * @property {number} certificateDays Days that the certificate has to be valid for yet.
 * @property {string} [ca] Certificates to trust beside those that Node.js trusts, PEM.
 */

/**
 * Together less than a minute, so that a run ends before it is ended and can say what it has found.
 *
 * A week is left of a certificate only when its renewal has failed for weeks: ACM renews two months before the end, the
 * single server one month.
 */
const LIMITS = { pageMs: 15_000, quietMs: 5_000, answerMs: 8_000, heldMs: 2_000, certificateDays: 7 };

/**
 * @param {string | undefined} url
 * @returns {Settings}
 */
export function settingsFor(url) {
  if (!url) throw new Error('ODOO_URL says which Odoo is looked at, and is not set');
  const { origin, protocol, host } = new URL(url);
  return { ...LIMITS, url: origin, plainUrl: protocol === 'https:' ? `http://${host}` : undefined };
}
