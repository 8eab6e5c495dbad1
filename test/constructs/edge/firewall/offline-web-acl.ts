import type { Template } from 'aws-cdk-lib/assertions';
import { inspectAll, PUBLISHED_GROUPS, type PublishedRule } from './managed-rule-catalogue.ts';
import { type HttpRequest, normalizePath, parts, urlDecode } from './http-request.ts';

interface TextTransformation {
  readonly Priority: number;
  readonly Type: string;
}

interface FieldToMatch {
  readonly UriPath?: object;
  readonly Method?: object;
  readonly JsonBody?: { readonly MatchPattern: { readonly IncludedPaths: readonly string[] } };
}

interface Statement {
  readonly ManagedRuleGroupStatement?: {
    readonly Name: string;
    readonly RuleActionOverrides?: readonly { readonly Name: string; readonly ActionToUse: object }[];
  };
  readonly RateBasedStatement?: { readonly Limit: number; readonly ScopeDownStatement: Statement };
  readonly AndStatement?: { readonly Statements: readonly Statement[] };
  readonly OrStatement?: { readonly Statements: readonly Statement[] };
  readonly NotStatement?: { readonly Statement: Statement };
  readonly LabelMatchStatement?: { readonly Key: string };
  readonly ByteMatchStatement?: {
    readonly FieldToMatch: FieldToMatch;
    readonly SearchString: string;
    readonly PositionalConstraint: string;
    readonly TextTransformations: readonly TextTransformation[];
  };
  readonly RegexMatchStatement?: {
    readonly FieldToMatch: FieldToMatch;
    readonly RegexString: string;
    readonly TextTransformations: readonly TextTransformation[];
  };
}

interface Rule {
  readonly Name: string;
  readonly Priority: number;
  readonly Statement: Statement;
  readonly Action?: { readonly Block?: { readonly CustomResponse?: { readonly ResponseCode: number } } };
}

/** What becomes of a request. */
export interface Verdict {
  /** The rule that blocked it, of a managed group with the group's rule behind a slash. */
  readonly blockedBy: string | undefined;
  readonly status: number;
  /** Managed rules that matched and let it pass. */
  readonly counted: readonly string[];
}

/**
 * Applies the rules of a synthesized web ACL to requests, as AWS documents that WAF applies them: in order of priority
 * until one blocks, labels for later rules, the first 8 KB of a body.
 *
 * Our own rules are evaluated exactly, but for the rate: WAF estimates it, half a minute late. Managed rules are
 * evaluated as far as AWS publishes what they do, see the catalogue.
 */
export class OfflineWebAcl {
  readonly rules: readonly Rule[];
  private readonly counts = new Map<string, number>();
  private readonly everyBodyIsSuspect: boolean;

  /**
   * @param options.everyBodyIsSuspect lets every managed rule that reads bodies match every body, whatever it holds: a
   *   request that passes then, passes whatever AWS looks for.
   */
  constructor(template: Template, options: { readonly everyBodyIsSuspect?: boolean } = {}) {
    const [webAcl] = Object.values(template.findResources('AWS::WAFv2::WebACL'));
    const rules: Rule[] = webAcl?.['Properties'].Rules ?? [];
    this.rules = rules.toSorted((one, other) => one.Priority - other.Priority);
    this.everyBodyIsSuspect = options.everyBodyIsSuspect ?? false;
  }

  evaluate(request: HttpRequest): Verdict {
    inspectAll([request]);
    const labels = new Set<string>();
    const counted: string[] = [];
    for (const rule of this.rules) {
      const blocked = this.apply(rule, request, labels, counted);
      if (blocked) {
        return {
          blockedBy: blocked,
          status: rule.Action?.Block?.CustomResponse?.ResponseCode ?? 403,
          counted,
        };
      }
    }
    return { blockedBy: undefined, status: 200, counted };
  }

  private apply(
    rule: Rule,
    request: HttpRequest,
    labels: Set<string>,
    counted: string[],
  ): string | undefined {
    const { ManagedRuleGroupStatement: managed, RateBasedStatement: rate } = rule.Statement;
    if (managed) {
      const overridden = new Set(managed.RuleActionOverrides?.map(({ Name }) => Name));
      for (const published of publishedRules(managed.Name)) {
        if (!this.matchesManaged(published, request)) continue;
        if (!overridden.has(published.name)) return `${managed.Name}/${published.name}`;
        counted.push(published.name);
        labels.add(published.label);
      }
      return undefined;
    }
    if (!rule.Action?.Block) return undefined;
    if (!rate) return matches(rule.Statement, request, labels) ? rule.Name : undefined;
    if (!matches(rate.ScopeDownStatement, request, labels)) return undefined;
    const key = `${rule.Name} ${request.client}`;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count > rate.Limit ? rule.Name : undefined;
  }

  private matchesManaged(rule: PublishedRule, request: HttpRequest): boolean {
    if (this.everyBodyIsSuspect && rule.reads === 'body' && request.body !== '') return true;
    return rule.matches(request);
  }
}

function publishedRules(groupName: string): readonly PublishedRule[] {
  const group = PUBLISHED_GROUPS.find(({ name }) => name === groupName);
  if (!group) throw new Error(`the catalogue lacks the managed rule group ${groupName}`);
  return group.rules;
}

function matches(statement: Statement, request: HttpRequest, labels: ReadonlySet<string>): boolean {
  const of = (nested: Statement) => matches(nested, request, labels);
  if (statement.AndStatement) return statement.AndStatement.Statements.every(of);
  if (statement.OrStatement) return statement.OrStatement.Statements.some(of);
  if (statement.NotStatement) return !of(statement.NotStatement.Statement);
  if (statement.LabelMatchStatement) return labels.has(statement.LabelMatchStatement.Key);
  if (statement.ByteMatchStatement?.PositionalConstraint === 'EXACTLY') {
    const { FieldToMatch, SearchString, TextTransformations } = statement.ByteMatchStatement;
    return fieldValues(FieldToMatch, request).some(
      (value) => transformed(value, TextTransformations) === SearchString,
    );
  }
  if (statement.RegexMatchStatement) {
    const { FieldToMatch, RegexString, TextTransformations } = statement.RegexMatchStatement;
    return fieldValues(FieldToMatch, request).some((value) =>
      new RegExp(RegexString).test(transformed(value, TextTransformations)),
    );
  }
  throw new Error(`cannot evaluate ${JSON.stringify(statement)}`);
}

function fieldValues(field: FieldToMatch, request: HttpRequest): string[] {
  if (field.UriPath) return [parts.path(request)];
  if (field.Method) return [request.method];
  if (field.JsonBody) {
    const document = readJson(parts.inspectedBody(request));
    return field.JsonBody.MatchPattern.IncludedPaths.map((path) => valueAt(document, path)).filter(
      (value) => typeof value === 'string',
    );
  }
  throw new Error(`cannot read ${JSON.stringify(field)}`);
}

function transformed(text: string, transformations: readonly TextTransformation[]): string {
  return transformations
    .toSorted((one, other) => one.Priority - other.Priority)
    .reduce((value, { Type }) => {
      if (Type === 'NONE') return value;
      if (Type === 'URL_DECODE') return urlDecode(value);
      if (Type === 'NORMALIZE_PATH') return normalizePath(value);
      throw new Error(`cannot transform by ${Type}`);
    }, text);
}

/** The document as far as it can be read: of a body that was cut off, everything before its last whole member. */
function readJson(text: string): unknown {
  for (let end = text.length; end > 0; end = text.lastIndexOf(',', end - 1)) {
    try {
      return JSON.parse(text.slice(0, end) + closing(text.slice(0, end)));
    } catch {
      // Cut off within a member: without it, then.
    }
  }
  return undefined;
}

function closing(text: string): string {
  const open: string[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{') open.unshift('}');
    else if (token === '[') open.unshift(']');
    else if (token === '}' || token === ']') open.shift();
  }
  return open.join('');
}

function valueAt(document: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      document,
    );
}

/**
 * Web ACL capacity units of the rules, by AWS's price list of statements (developer guide, read in November 2026): a
 * label 1, an exact match 2, a regular expression 3, a rate 2, each text transformation 10; JSON doubles the match.
 */
export function capacityUnits(rules: readonly Rule[]): number {
  return rules.reduce((sum, { Statement: statement }) => sum + unitsOf(statement), 0);
}

function unitsOf(statement: Statement): number {
  const sum = (nested: readonly Statement[]) => nested.reduce((units, one) => units + unitsOf(one), 0);
  const {
    ManagedRuleGroupStatement: managed,
    ByteMatchStatement: bytes,
    RegexMatchStatement: regex,
  } = statement;
  if (managed) return PUBLISHED_GROUPS.find(({ name }) => name === managed.Name)?.capacityUnits ?? Infinity;
  if (statement.RateBasedStatement) return 2 + unitsOf(statement.RateBasedStatement.ScopeDownStatement);
  if (statement.AndStatement) return sum(statement.AndStatement.Statements);
  if (statement.OrStatement) return sum(statement.OrStatement.Statements);
  if (statement.NotStatement) return unitsOf(statement.NotStatement.Statement);
  if (statement.LabelMatchStatement) return 1;
  if (bytes) return (bytes.FieldToMatch.JsonBody ? 4 : 2) + 10 * bytes.TextTransformations.length;
  if (regex) return 3 + 10 * regex.TextTransformations.length;
  throw new Error(`no price for ${JSON.stringify(statement)}`);
}
