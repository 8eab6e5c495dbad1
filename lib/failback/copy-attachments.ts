import type { Failback } from './failback.ts';

/** Copies home what is missing there, and says how much it was. @param since - what was deleted later is copied as well. */
export async function copyAttachments({ cloud, say }: Failback, since: Date): Promise<void> {
  const { copied, present } = await cloud.copyAttachments(since);
  say(`Attachments: ${copied} copied, ${present} were there already.`);
}
