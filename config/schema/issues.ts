import type { z } from 'zod';
import { didYouMean } from '../closest.ts';
import type { Problem } from '../problem.ts';
import { childOf, fieldsOf, textAt } from './field.ts';

/** Words for a value that a schema refuses, unless the schema has its own. */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kindOf(issue.expected)}`;
    case 'too_small':
      return issue.origin === 'array'
        ? `needs ${issue.minimum} or more entries`
        : `must be ${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'array'
        ? `has more than ${issue.maximum} entries`
        : `must be at most ${issue.maximum}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : 'is not one of the allowed values';
    case 'invalid_key':
      return 'is not an allowed key';
    default:
      return 'is not valid';
  }
}

const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function kindOf(expected: string): string {
  return kinds[expected] ?? expected;
}

/** The problems behind a zod error, each with what the schema knows about its field. */
export function problemsOf(schema: z.core.$ZodType, file: unknown, error: z.core.$ZodError): Problem[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownField(schema, file, [...issue.path, key]))
      : [wrongValue(schema, file, issue)],
  );
}

function wrongValue(schema: z.core.$ZodType, file: unknown, issue: z.core.$ZodIssue): Problem {
  const text = textAt(schema, issue.path);
  const value = valueAt(file, issue.path);
  return {
    path: pathText(issue.path),
    value,
    message: issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message,
    allowed: text?.allowed ?? 'an environment file',
    fix: typeof text?.fix === 'function' ? text.fix(value) : (text?.fix ?? 'follow docs/configuration.md'),
  };
}

function unknownField(schema: z.core.$ZodType, file: unknown, path: readonly PropertyKey[]): Problem {
  const group = path.slice(0, -1);
  const name = String(path.at(-1));
  const siblings = Object.keys(fieldsAt(schema, group) ?? {});
  return {
    path: pathText(path),
    value: valueAt(file, path),
    message: group.length === 0 ? 'is not a field of an environment' : `is not a field of ${pathText(group)}`,
    allowed: siblings.join(', '),
    fix:
      misplaced(schema, file, name) ??
      didYouMean(name, siblings) ??
      'remove it; docs/configuration.md lists every field',
  };
}

/** `logDays` at the top level is right in spelling and wrong in place. Of several places it is the least deep that is free. */
function misplaced(schema: z.core.$ZodType, file: unknown, name: string): string | undefined {
  const [home] = leafPaths(schema)
    .map((path) => path.split('.'))
    .filter((path) => path.at(-1) === name && valueAt(file, path) === undefined)
    .toSorted((one, other) => one.length - other.length);
  return home === undefined ? undefined : `write it as ${pathText(home)}`;
}

function leafPaths(schema: z.core.$ZodType, prefix = ''): string[] {
  return Object.entries(fieldsOf(schema) ?? {}).flatMap(([name, field]) =>
    fieldsOf(field) === undefined ? [`${prefix}${name}`] : leafPaths(field, `${prefix}${name}.`),
  );
}

function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]) {
  const reached = path.reduce<z.core.$ZodType | undefined>(
    (parent, key) => parent && childOf(parent, key),
    schema,
  );
  return reached && fieldsOf(reached);
}

/** What was written at a path; undefined where nothing is. */
export function valueAt(file: unknown, path: readonly PropertyKey[]): unknown {
  let value = file;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
      return undefined;
    }
    value = Reflect.get(value, key);
  }
  return value;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
