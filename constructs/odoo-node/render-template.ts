import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PLACEHOLDER = /\{\{([A-Z][A-Z0-9_]*)\}\}/g;

/** Values by placeholder name; a value may span lines. */
export type TemplateValues = Readonly<Record<string, string | number | boolean>>;

/**
 * Fills the `{{NAMES}}` of a template.
 *
 * Strict in both directions, because a configuration that is silently incomplete starts and misbehaves: every
 * placeholder needs a value, every value needs a placeholder, and no value may bring a placeholder of its own.
 *
 * @param name - what the template is called in errors.
 * @param deferred - placeholders that stay, because a later step fills them (secrets, on the node).
 * @throws Error that lists everything that does not match, at once.
 */
export function renderTemplate(
  name: string,
  template: string,
  values: TemplateValues,
  deferred: readonly string[] = [],
): string {
  const used = new Set(Array.from(template.matchAll(PLACEHOLDER), ([, key]) => String(key)));
  const allowed = new Set([...Object.keys(values), ...deferred]);
  const problems = [
    ...[...used].filter((key) => !allowed.has(key)).map((key) => `no value for {{${key}}}`),
    ...[...allowed].filter((key) => !used.has(key)).map((key) => `no placeholder for the value ${key}`),
    ...Object.entries(values)
      .filter(([, value]) => String(value).search(PLACEHOLDER) >= 0)
      .map(([key]) => `the value ${key} contains a placeholder`),
  ];
  if (problems.length > 0) {
    throw new Error(`template ${name} cannot be rendered: ${problems.join('; ')}`);
  }
  return template.replace(PLACEHOLDER, (placeholder, key: string) => String(values[key] ?? placeholder));
}

/** Reads a file that is shipped to the node, from this folder's `files/`. */
export function nodeFile(name: string): string {
  return readFileSync(fileURLToPath(new URL(`files/${name}`, import.meta.url)), 'utf8');
}
