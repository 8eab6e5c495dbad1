import * as z from 'zod/mini';

/** How often and for how long an alarm has rung in a month. */
export interface Rung {
  readonly name: string;
  readonly times: number;
  readonly seconds: number;
}

export interface HistoryItem {
  readonly AlarmName?: string;
  readonly Timestamp?: Date;
  readonly HistoryData?: string;
}

const changeSchema = z.object({
  oldState: z.optional(z.object({ stateValue: z.string() })),
  newState: z.object({ stateValue: z.string() }),
});

/**
 * From the changes of state of a month, in whatever order.
 *
 * @param span - what is looked at: an alarm that rang before counts from its beginning, one that still rings until its end.
 */
export function rungIn(
  items: readonly HistoryItem[],
  { from, until }: { readonly from: Date; readonly until: Date },
): readonly Rung[] {
  const changes = items.flatMap(changeOf);
  return [...new Set(changes.map(({ name }) => name))]
    .map((name) =>
      rungOf(
        name,
        changes.filter((change) => change.name === name),
        { from, until },
      ),
    )
    .filter(({ times }) => times > 0)
    .toSorted((one, other) => other.seconds - one.seconds || (one.name < other.name ? -1 : 1));
}

interface Change {
  readonly name: string;
  readonly at: number;
  readonly from?: string;
  readonly to: string;
}

function changeOf({ AlarmName: name, Timestamp, HistoryData }: HistoryItem): Change[] {
  if (name === undefined || Timestamp === undefined || HistoryData === undefined) return [];
  const { oldState, newState } = changeSchema.parse(JSON.parse(HistoryData));
  return [{ name, at: Timestamp.getTime(), from: oldState?.stateValue, to: newState.stateValue }];
}

function rungOf(
  name: string,
  changes: readonly Change[],
  { from, until }: { readonly from: Date; readonly until: Date },
): Rung {
  const ordered = changes.toSorted((one, other) => one.at - other.at);
  let since = ordered[0]?.from === 'ALARM' ? from.getTime() : undefined;
  let times = since === undefined ? 0 : 1;
  let rung = 0;
  for (const { at, to } of ordered) {
    if (to === 'ALARM' && since === undefined) {
      since = at;
      times += 1;
    } else if (to !== 'ALARM' && since !== undefined) {
      rung += at - since;
      since = undefined;
    }
  }
  if (since !== undefined) rung += until.getTime() - since;
  return { name, times, seconds: rung / 1000 };
}
