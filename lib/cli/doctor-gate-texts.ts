import { instant } from '../backups/words.ts';
import type { ItemResult, StageResult } from '../doctor/gate.ts';
import { heading, type Style } from './style.ts';
import { wrap } from './text-layout.ts';

const MARKS: Readonly<Record<ItemResult['verdict'], string>> = {
  passed: '[x]',
  confirmed: '[x]',
  failed: '[!]',
  'not checkable': '[ ]',
};

/** The list of what must hold before people work with it, as one would print it. */
export function gateText(stages: readonly StageResult[], style: Style): string {
  return stages.map((stage) => stageText(stage, style)).join('\n');
}

function stageText({ hours, title, from, due, items }: StageResult, style: Style): string {
  const when =
    from === undefined ? '' : due ? `, due since ${instant(from)}` : `, not due before ${instant(from)}`;
  return [
    heading(`${hours} hours before: ${title}${when}`, style),
    ...items.map((item) => itemText(item, style)),
  ].join('\n');
}

function itemText({ asks, verdict, checks, person, todo }: ItemResult, { width }: Style): string {
  // Its own lines stand below its text.
  const line = (text: string): string => wrap(text, width, 6);
  const title = line(
    `${asks}: ${person !== undefined && verdict !== 'confirmed' ? 'a person has to say' : verdict}`,
  );
  return [
    `  ${MARKS[verdict]} ${title.trimStart()}`,
    ...(verdict === 'failed' || (verdict === 'not checkable' && person === undefined)
      ? [line(`by ${checks.join(', ')}`)]
      : []),
    ...(person === undefined || verdict === 'confirmed'
      ? []
      : [line(`${todo}. Then: --confirmed ${person}`)]),
  ].join('\n');
}
