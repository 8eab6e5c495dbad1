import { createHash } from 'node:crypto';

/** Whether a file has the content that its name in Odoo's filestore is the SHA-1 of, for example `9d/9d…`. */
export async function isNamedAfter(content: AsyncIterable<Uint8Array>, name: string): Promise<boolean> {
  const hash = createHash('sha1');
  for await (const block of content) hash.update(block);
  return name.endsWith(`/${hash.digest('hex')}`);
}
