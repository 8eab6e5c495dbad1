// @ts-check

/**
 * When a drill passed last; where none ever did, since when there has been something to try. Undefined before the first manifest.
 *
 * @param {{ s3: { listObjectsV2(input: object): Promise<{
 *   Contents?: { Key?: string }[], NextContinuationToken?: string
 * }> } }} clients
 * @param {{ bucket: string, reports: string, manifests: string }} settings
 * @returns {Promise<Date | undefined>}
 */
export async function lastPassed(clients, { bucket, reports, manifests }) {
  let last;
  for await (const key of keys(clients, bucket, reports)) {
    if (key.includes('-passed-')) last = key.slice(reports.length, key.indexOf('-passed-'));
  }
  if (last !== undefined) return new Date(last);
  for await (const key of keys(clients, bucket, manifests)) {
    return new Date(key.slice(manifests.length, -'.json'.length));
  }
  return undefined;
}

/**
 * In their order, which is that of the moments they begin with.
 *
 * @param {Parameters<typeof lastPassed>[0]} clients
 * @param {string} Bucket
 * @param {string} Prefix
 */
async function* keys({ s3 }, Bucket, Prefix) {
  /** @type {string | undefined} */
  let ContinuationToken;
  do {
    const page = await s3.listObjectsV2({ Bucket, Prefix, ContinuationToken });
    for (const { Key = '' } of page.Contents ?? []) yield Key;
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
}
