import { describe, expect, it } from 'vitest';
import { QUESTIONS } from '../../../../constructs/monitoring/dashboard/panels.ts';
import { environmentOf, production } from '../../../support/environments.ts';
import { recoveredTemplatesOf, resourcesOf, templatesOf } from '../../../support/templates.ts';
import { type Widget, widgetsOf } from './body.ts';
import { pageOf } from './page.ts';

/** A full row of the console is 24 columns; what is below this row is below the screen. */
const SCREEN = { columns: 24, rows: 21 };

describe.each([
  ['small', 10, production],
  ['medium', 40, {}],
  ['large', 150, production],
] as const)('the dashboard of %s', (_name, users, changes) => {
  const widgets = widgetsOf(users, changes);
  const graphs = widgets.filter(({ type }) => type === 'metric');
  const alarms = resourcesOf(templatesOf(environmentOf(users, changes)), 'AWS::CloudWatch::Alarm').filter(
    ({ stack }) => stack === 'Operations',
  );

  it('is on one screen, and no part is on another', () => {
    const taken = new Set<string>();
    for (const widget of widgets) {
      for (const cell of cellsOf(widget)) {
        expect(taken).not.toContain(cell);
        taken.add(cell);
      }
      expect(widget.x + widget.width).toBeLessThanOrEqual(SCREEN.columns);
      expect(widget.y + widget.height).toBeLessThanOrEqual(SCREEN.rows);
    }
  });

  it('asks its questions in order, and answers each with a graph at least', () => {
    const asked = widgets.flatMap(
      ({ properties: { markdown = '' } }) => /^### (.*)/.exec(markdown)?.[1] ?? [],
    );
    expect(asked).toEqual(QUESTIONS);
    for (const { y, properties } of widgets) {
      if (!properties.markdown?.startsWith('###')) continue;
      expect(graphs.some((graph) => graph.y === y)).toBe(true);
    }
  });

  it('has titles that can be read at their width', () => {
    // A column is some 78 pixels wide, a letter 7.
    for (const { width, properties } of graphs) {
      expect(properties.title?.length).toBeLessThan((width * 78) / 7);
    }
  });

  it('has every alarm as a light', () => {
    const lights = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect(lights.toSorted()).toEqual(alarms.map(({ logicalId }) => logicalId).toSorted());
  });

  it('shows the limits at which alarms ring', () => {
    const limits = graphs.flatMap(({ properties }) => properties.annotations?.horizontal ?? []);
    const names = new Set(limits.flatMap(({ label }) => label.split(', ')));
    const shown = alarms.filter(({ resource }) => names.has(slugOf(resource.Properties?.['AlarmName'])));
    expect(shown).toHaveLength(names.size);
    expect(names.size).toBeGreaterThan(10);
  });

  it('tells the lines of one graph from each other', () => {
    for (const { properties } of graphs) {
      const labels = (properties.metrics ?? [])
        .map((metric) => Object(metric.at(-1)))
        .filter(({ visible }) => visible !== false)
        .map(({ label }) => label);
      expect(labels).not.toContain(undefined);
      expect(new Set(labels).size).toBe(labels.length);
    }
  });

  it('can be drawn', () => {
    expect(pageOf(widgets).match(/<svg/g)).toHaveLength(graphs.length);
  });
});

it('shows quantities as people read them, and the limit in the same unit', () => {
  const storage = widgetsOf(40).find(({ properties }) => properties.title?.startsWith('Free storage'));
  const expressions = storage?.properties.metrics?.flatMap(
    (metric) => Object(metric.at(-1)).expression ?? [],
  );
  expect(expressions).toEqual([`m0 / ${1024 ** 3}`]);
  const limits = storage?.properties.annotations?.horizontal.map(({ label, value }) => [label, value]);
  const { storageGiB } = templatesStorage(40);
  expect(limits).toEqual([
    ['database-free-storage', 0.05 * storageGiB],
    ['database-storage', 0.15 * storageGiB],
  ]);
});

it('has another name where the environment was brought back: names are of the account, not of a Region', () => {
  const names = [templatesOf, recoveredTemplatesOf].map((synthesize) =>
    resourcesOf(synthesize(environmentOf(10, production)), 'AWS::CloudWatch::Dashboard').map(
      ({ resource }) => resource.Properties?.['DashboardName'],
    ),
  );
  expect(names).toEqual([['Odoo-test'], ['Odoo-test-Recovery']]);
});

function templatesStorage(users: number): { readonly storageGiB: number } {
  const [database] = resourcesOf(templatesOf(environmentOf(users)), 'AWS::RDS::DBInstance');
  return { storageGiB: Number(database?.resource.Properties?.['AllocatedStorage']) };
}

function cellsOf({ x, y, width, height }: Widget): string[] {
  return Array.from(
    { length: width * height },
    (_, cell) => `${x + (cell % width)},${y + Math.floor(cell / width)}`,
  );
}

function slugOf(alarmName: unknown): string {
  return String(alarmName).replace(/^test-(critical|warning)-/, '');
}
