/**
 * Goes through items one after the other, and does what comes of them up to `limit` at a time. The first error ends it, once
 * what is under way has ended.
 */
export async function inParallel<T>(
  limit: number,
  items: AsyncIterable<T> | Iterable<T>,
  choose: (item: T) => Promise<(() => Promise<void>) | undefined>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const item of items) {
    const work = await choose(item);
    if (work === undefined) continue;
    const job = work()
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(job));
    running.add(job);
    if (running.size >= limit) await Promise.race(running);
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
