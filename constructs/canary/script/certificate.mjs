// @ts-check
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { rootCertificates } from 'node:tls';

const DAY = 24 * 60 * 60 * 1000;

/**
 * Looks at the certificate apart from the browser, which says only that it does not like one.
 *
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<string>} what was found
 */
export async function checkCertificate({ url, answerMs, certificateDays, ca }) {
  const { validTo, problem } = await certificateOf(url, answerMs, ca);
  const days = Math.floor((validTo.getTime() - Date.now()) / DAY);
  const until = `valid until ${validTo.toISOString().slice(0, 10)}, ${days} days`;
  if (problem !== undefined) throw new Error(`${url}: ${problem}, ${until}`);
  if (days < certificateDays) throw new Error(`${url}: ${until}; its renewal has failed for long`);
  return until;
}

/**
 * @param {string} url
 * @param {number} timeout in milliseconds
 * @param {string} [ca]
 * @returns {Promise<{ validTo: Date, problem?: string }>}
 */
function certificateOf(url, timeout, ca) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port || 443),
      servername: isIP(hostname) === 0 ? hostname : '',
      // A bad one is to be read and named.
      rejectUnauthorized: false,
      ca: ca === undefined ? undefined : [...rootCertificates, ca],
    });
    /** @type {(reason: string) => void} */
    const fail = (reason) => {
      socket.destroy();
      reject(new Error(`${url}: ${reason}`));
    };
    const late = setTimeout(() => fail(`no TLS handshake within ${timeout / 1000} s`), timeout);
    socket.once('error', ({ message }) => {
      clearTimeout(late);
      fail(message);
    });
    socket.once('secureConnect', () => {
      clearTimeout(late);
      const { valid_to } = socket.getPeerCertificate();
      const { authorizationError } = socket;
      socket.destroy();
      resolve({
        validTo: new Date(valid_to),
        problem: authorizationError ? String(authorizationError) : undefined,
      });
    });
  });
}
