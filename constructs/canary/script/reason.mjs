// @ts-check

/**
 * Why a request came to nothing, without the call log that Playwright appends and the names of its own functions.
 *
 * @param {unknown} error
 * @returns {string} for example `ERR_CONNECTION_REFUSED`
 */
export function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n');
  return /net::(\w+)/.exec(line)?.[1] ?? line.replace(/^\w+\.\w+: /, '');
}
