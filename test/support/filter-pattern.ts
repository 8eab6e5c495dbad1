/**
 * The part of CloudWatch Logs' filter patterns that this project uses, by what AWS says of it (CloudWatch Logs user guide,
 * "Filter pattern syntax", read in November 2026). Whatever is not documented is refused, so that no pattern rests on a guess:
 *
 * - Terms of text are in double quotes, match anywhere in the event, as they are written. All of them must match; of those
 *   with a question mark one; none with a minus sign. Question marks beside other terms are refused: CloudWatch ignores them.
 * - A pattern in braces matches JSON objects alone. A selector names a field that is a string or a number; a condition on a field that
 *   is not there, is null or an object does not match, whatever is compared, but for NOT EXISTS.
 * - A string is compared as a whole. An asterisk stands for anything, at its beginning or end alone.
 * - A number is compared with numbers alone.
 */
export type FilterPattern = (event: string) => boolean;

/** Longest pattern that CloudWatch Logs takes. */
const LONGEST = 1024;

/** @throws if the pattern is not one, or is of a kind that nothing here uses. */
export function filterPattern(pattern: string): FilterPattern {
  if (pattern.length > LONGEST) throw new Error(`a pattern has at most ${LONGEST} characters: ${pattern}`);
  return pattern.startsWith('{') ? jsonPattern(pattern) : textPattern(pattern);
}

/** The value that a metric filter takes from an event that matches: a number, or what stands in a field such as `$.seconds`. */
export function metricValue(value: string, event: string): number {
  const found = value.startsWith('$') ? fieldOf(JSON.parse(event), value) : Number(value);
  if (typeof found !== 'number' || !Number.isFinite(found))
    throw new Error(`${value} is no number in ${event}`);
  // As it is written there: CloudWatch takes no scientific notation.
  if (value.startsWith('$') && /e/i.test(String(found)))
    throw new Error(`${found} is in scientific notation`);
  return found;
}

function textPattern(pattern: string): FilterPattern {
  const terms = [...pattern.matchAll(/([?-]?)"((?:[^"\\]|\\["\\])+)"(?: |$)/gy)];
  if (terms.map(([whole]) => whole).join('') !== pattern || terms.length === 0) {
    throw new Error(`terms are in double quotes with one space between them: ${pattern}`);
  }
  const of = (sign: string): readonly string[] =>
    terms.filter((term) => term[1] === sign).map((term) => unescaped(term[2] ?? ''));
  const [all, any, none] = [of(''), of('?'), of('-')];
  if (any.length > 0 && any.length < terms.length)
    throw new Error(`?term beside others is ignored: ${pattern}`);
  return (event) =>
    all.every((term) => event.includes(term)) &&
    !none.some((term) => event.includes(term)) &&
    (any.length === 0 || any.some((term) => event.includes(term)));
}

type Condition = (event: object) => boolean;

function jsonPattern(pattern: string): FilterPattern {
  const parser = new Parser(pattern);
  parser.take('{');
  const condition = parser.either();
  parser.take('}');
  parser.end();
  return (event) => {
    const parsed = parsedObject(event);
    return parsed !== undefined && condition(parsed);
  };
}

/** Parentheses before `&&` before `||`. */
class Parser {
  private readonly pattern: string;
  private at = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  either(): Condition {
    const conditions = this.list('||', () => this.both());
    return (event) => conditions.some((condition) => condition(event));
  }

  take(token: string): void {
    if (!this.has(token)) throw new Error(`expected ${token} at ${this.at} in ${this.pattern}`);
    this.at += token.length;
  }

  end(): void {
    if (this.at < this.pattern.length) throw new Error(`nothing may follow at ${this.at} in ${this.pattern}`);
  }

  private both(): Condition {
    const conditions = this.list('&&', () => this.one());
    return (event) => conditions.every((condition) => condition(event));
  }

  private list(operator: string, parse: () => Condition): readonly Condition[] {
    const conditions = [parse()];
    while (this.has(operator)) {
      this.take(operator);
      conditions.push(parse());
    }
    return conditions;
  }

  private one(): Condition {
    if (this.has('(')) {
      this.take('(');
      const condition = this.either();
      this.take(')');
      return condition;
    }
    const selector = this.match(/\$(\.[A-Za-z][\w-]*)+/y, 'a selector');
    if (this.has('NOT EXISTS')) {
      this.take('NOT EXISTS');
      return (event) => fieldOf(event, selector) === undefined;
    }
    const operator = this.match(/!=|>=|<=|=|>|</y, 'an operator');
    return this.has('"') ? this.text(selector, operator) : this.number(selector, operator);
  }

  private text(selector: string, operator: string): Condition {
    if (operator !== '=' && operator !== '!=')
      throw new Error(`${operator} compares numbers: ${this.pattern}`);
    const quoted = this.match(/"(?:[^"\\]|\\["\\])*"/y, 'a string');
    const wanted = wildcard(unescaped(quoted.slice(1, -1)));
    return (event) => {
      const value = fieldOf(event, selector);
      return (
        (typeof value === 'string' || typeof value === 'number') &&
        wanted(String(value)) === (operator === '=')
      );
    };
  }

  private number(selector: string, operator: string): Condition {
    const wanted = Number(this.match(/[+-]?\d+(\.\d+)?(?![\w.*])/y, 'a number'));
    return (event) => {
      const value = fieldOf(event, selector);
      return typeof value === 'number' && compared(value, operator, wanted);
    };
  }

  private has(token: string): boolean {
    while (this.pattern[this.at] === ' ') this.at += 1;
    return this.pattern.startsWith(token, this.at);
  }

  private match(expression: RegExp, what: string): string {
    while (this.pattern[this.at] === ' ') this.at += 1;
    expression.lastIndex = this.at;
    const [found] = expression.exec(this.pattern) ?? [];
    if (found === undefined) throw new Error(`expected ${what} at ${this.at} in ${this.pattern}`);
    this.at += found.length;
    return found;
  }
}

function compared(value: number, operator: string, wanted: number): boolean {
  switch (operator) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    case '<':
      return value < wanted;
    default:
      return value <= wanted;
  }
}

function wildcard(text: string): (value: string) => boolean {
  const before = text.startsWith('*');
  const after = text.endsWith('*') && text.length > 1;
  const core = text.slice(before ? 1 : 0, after ? -1 : undefined);
  if (core.includes('*')) throw new Error(`an asterisk within a string is an asterisk: ${text}`);
  // Whether a lone asterisk matches an empty string is not said; nothing may rest on it.
  if (core === '') return (value) => value !== '';
  if (before && after) return (value) => value.includes(core);
  if (before) return (value) => value.endsWith(core);
  return after ? (value) => value.startsWith(core) : (value) => value === core;
}

function fieldOf(event: unknown, selector: string): unknown {
  let value = event;
  for (const name of selector.split('.').slice(1)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

function parsedObject(event: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(event);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(["\\])/g, '$1');
}
