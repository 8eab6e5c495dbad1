import { z } from 'zod';
import { fieldsOf, isMap } from './field.ts';
import { valueAt } from './issues.ts';

/**
 * The part of a value that its schema accepts: wrong and unknown fields are left out, the others stay. With it the rules
 * between fields also run when some field is wrong, so that every problem shows at once.
 */
export function salvage(schema: z.core.$ZodType, value: unknown): unknown {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) {
    return parsed.data;
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  if (isMap(schema)) {
    return withoutUndefined(
      Object.entries(value).map(([key, entry]) => [key, salvageEntry(schema, key, entry)]),
    );
  }
  const fields = fieldsOf(schema);
  return fields === undefined
    ? undefined
    : withoutUndefined(
        Object.entries(fields).map(([name, field]) => [name, salvage(field, valueAt(value, [name]))]),
      );
}

function salvageEntry(map: z.core.$ZodType, key: string, entry: unknown): unknown {
  return z.safeParse(map, { [key]: entry }).success ? entry : undefined;
}

function withoutUndefined(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}
