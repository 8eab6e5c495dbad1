import { z } from 'zod';
import { didYouMean } from '../closest.ts';

/** What a reader needs to know about a field: the reference page and every problem are made of it. */
export interface FieldText {
  /** What the field is for and what it costs. Markdown. */
  readonly meaning: string;
  /** The allowed values in words, for example `1 to 35`. */
  readonly allowed: string;
  /** What to do about a value that is not allowed. */
  readonly fix: string | ((value: unknown) => string);
}

/** The texts of every field of the environment file, kept apart from zod's own free-form metadata to be typed. */
export const fieldTexts = z.registry<FieldText>();

/** Fields that belong together under one name. */
export function group<Shape extends z.core.$ZodLooseShape>(meaning: string, shape: Shape) {
  const fields = Object.keys(shape).join(', ');
  return z.strictObject(shape).register(fieldTexts, {
    meaning,
    allowed: `an object with ${fields}`,
    fix: `write an object, for example { ${Object.keys(shape)[0]}: … }; its fields are ${fields}`,
  });
}

/** Advice for a field that knows a few values: the one that was probably meant. */
export function chooseOneOf(values: readonly (string | number)[]): (value: unknown) => string {
  return (value) => suggestion(value, values) ?? 'choose one of the allowed values';
}

function suggestion(value: unknown, values: readonly (string | number)[]): string | undefined {
  if (typeof value === 'string') {
    return didYouMean(value, values.map(String));
  }
  const numbers = values.filter((candidate) => typeof candidate === 'number');
  if (typeof value !== 'number' || Number.isNaN(value) || numbers.length === 0) {
    return undefined;
  }
  const nearest = numbers.reduce((best, next) =>
    Math.abs(next - value) < Math.abs(best - value) ? next : best,
  );
  return `the nearest is ${nearest}`;
}

/** The schema without the wrapper that makes it optional. */
export function required(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? required(schema.unwrap()) : schema;
}

/** Whether a schema describes free keys with values of one kind. */
export function isMap(schema: z.core.$ZodType): boolean {
  return required(schema) instanceof z.ZodRecord;
}

/** The fields of an object schema by name; undefined for any other schema. */
export function fieldsOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const inner = required(schema);
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

/** The schema one step further down: of a field of an object, or of the entries of a list. */
export function childOf(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  return typeof key === 'number' ? entryOf(schema) : fieldsOf(schema)?.[String(key)];
}

/** The schema of the entries of a list; undefined for any other schema. */
export function entryOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const inner = required(schema);
  return inner instanceof z.ZodArray ? inner.element : undefined;
}

/** Text of the field at a path or, where it has none of its own, of the list or map that it is in. */
export function textAt(root: z.core.$ZodType, path: readonly PropertyKey[]): FieldText | undefined {
  let schema = root;
  let text = fieldTexts.get(required(schema));
  for (const key of path) {
    const next = childOf(schema, key);
    if (next === undefined) {
      break;
    }
    schema = next;
    text = fieldTexts.get(required(schema)) ?? text;
  }
  return text;
}
