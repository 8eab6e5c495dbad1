import type { aws_wafv2 as wafv2 } from 'aws-cdk-lib';
import { labelsBlockedAt, MANAGED_RULE_GROUPS, type ManagedRuleGroup } from './managed-rules.ts';

/** Forms at which people sign in, sign up or ask for a new password, also below a language (`/fr/web/login`). */
export const SIGN_IN_FORMS = '^(/[^/]+)?/web/(login(/totp)?|signup|reset_password)/?$';

/** Paths where a person or an app signs in or uploads a module with a password. POST requests are counted. */
export const LOGIN_PATHS =
  '^(/[^/]+)?/(web/(login(/totp)?|signup|reset_password|session/authenticate)|base_import_module/login_upload)/?$';

/** Path where programs sign in by XML-RPC; by JSON-RPC it is {@link JSON_RPC_PATH}, and the body tells. */
export const XML_RPC_LOGIN_PATH = '^/xmlrpc/(2/)?common/?$';

/** Path of the external JSON-RPC API. */
export const JSON_RPC_PATH = '^/jsonrpc/?$';

/** Paths of Odoo's external APIs, where every call carries credentials. */
export const RPC_PATHS = '^/(jsonrpc|xmlrpc/|json/2/)';

/** Paths that may end in the name of a file, which is whatever a user called it. */
export const FILE_PATHS = '^(/[^/]+)?/web/(content|image)/';

/** What the rules are made for. */
export interface WebAclLimits {
  /** Named Odoo users, the measure of how many may log in at once. */
  readonly users: number;
  /**
   * Calls to the external APIs that one address may make in five minutes. A connector that waits for each answer
   * makes 10 to 20 a second.
   *
   * @default 6000
   */
  readonly rpcCallsPerFiveMinutes?: number;
}

/**
 * Attempts to log in that one address may make in five minutes.
 *
 * An office shares one address, so the limit follows the users: a third of all users logging in within the same five
 * minutes, each with one mistyped password and a second factor. Sessions last a week, so an ordinary morning is far
 * below. Never under 100. nginx in every node limits bursts more tightly.
 */
export function loginAttemptsPerFiveMinutes(users: number): number {
  return Math.max(100, users);
}

/**
 * Logins through the external APIs that one address may make in five minutes.
 *
 * Counted apart from people's: a connector in the office must not lock the office out, nor the other way round. One a
 * second is plenty for connectors that log in before every batch. Each login costs Odoo about 280 CPU-milliseconds
 * (measured on Odoo 18.0, November 2026).
 */
export const API_LOGINS_PER_FIVE_MINUTES = 300;

/**
 * All rules, in the order in which they are applied. The managed groups come before the rules that look at their
 * labels, and the limits last: what is blocked anyway is not counted.
 */
export function webAclRules(limits: WebAclLimits): wafv2.CfnWebACL.RuleProperty[] {
  const rules: Rule[] = [
    ...MANAGED_RULE_GROUPS.map(managedRule),
    blockRule('SignInForms', all(anyLabel(labelsBlockedAt('sign-in-forms')), pathMatches(SIGN_IN_FORMS))),
    blockRule(
      'PathsOutsideFiles',
      all(anyLabel(labelsBlockedAt('outside-files')), not(pathMatches(FILE_PATHS))),
    ),
    rateRule(
      'LoginAttempts',
      loginAttemptsPerFiveMinutes(limits.users),
      all(isPost(), pathMatches(LOGIN_PATHS)),
    ),
    rateRule('ApiLogins', API_LOGINS_PER_FIVE_MINUTES, apiLogins()),
    rateRule('RpcCalls', limits.rpcCallsPerFiveMinutes ?? 6000, pathMatches(RPC_PATHS)),
  ];
  return rules.map((rule, priority) => ({ ...rule, priority }));
}

type Rule = Omit<wafv2.CfnWebACL.RuleProperty, 'priority'>;
type Statement = wafv2.CfnWebACL.StatementProperty;

function managedRule(group: ManagedRuleGroup): Rule {
  return {
    name: group.name,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name: group.name,
        ruleActionOverrides: group.counted.map(({ rule }) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    overrideAction: { none: {} },
    visibilityConfig: visibility(group.name),
  };
}

function blockRule(name: string, statement: Statement): Rule {
  return { name, statement, action: { block: {} }, visibilityConfig: visibility(name) };
}

function rateRule(name: string, limit: number, scopeDownStatement: Statement): Rule {
  return {
    name,
    statement: {
      rateBasedStatement: { aggregateKeyType: 'IP', evaluationWindowSec: 300, limit, scopeDownStatement },
    },
    action: {
      block: {
        customResponse: { responseCode: 429, responseHeaders: [{ name: 'Retry-After', value: '300' }] },
      },
    },
    visibilityConfig: visibility(name),
  };
}

/**
 * A call of Odoo's service `common`, where programs exchange a password for a user id. Calls of `object` carry the
 * password too, but they are a connector's work, and WAF cannot see which of them failed. Of those Odoo lets one a
 * minute through per address and worker, after the first five.
 */
function apiLogins(): Statement {
  const isJsonRpcLogin: Statement = {
    byteMatchStatement: {
      fieldToMatch: {
        jsonBody: {
          matchPattern: { includedPaths: ['/params/service'] },
          matchScope: 'VALUE',
          // Without a fallback for invalid JSON, what comes before the first mistake is judged: the load balancer shows
          // 8 KB, and a longer call arrives cut off.
          oversizeHandling: 'CONTINUE',
        },
      },
      positionalConstraint: 'EXACTLY',
      searchString: 'common',
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  };
  return any(pathMatches(XML_RPC_LOGIN_PATH), all(pathMatches(JSON_RPC_PATH), isJsonRpcLogin));
}

function isPost(): Statement {
  return {
    byteMatchStatement: {
      fieldToMatch: { method: {} },
      positionalConstraint: 'EXACTLY',
      searchString: 'POST',
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  };
}

function pathMatches(regexString: string): Statement {
  return {
    regexMatchStatement: {
      fieldToMatch: { uriPath: {} },
      regexString,
      // As nginx and Odoo read the path: decoded, with doubled slashes and dots resolved.
      textTransformations: [
        { priority: 0, type: 'URL_DECODE' },
        { priority: 1, type: 'NORMALIZE_PATH' },
      ],
    },
  };
}

function anyLabel(keys: readonly string[]): Statement {
  return any(...keys.map((key): Statement => ({ labelMatchStatement: { scope: 'LABEL', key } })));
}

function all(...statements: Statement[]): Statement {
  return { andStatement: { statements } };
}

function any(...statements: Statement[]): Statement {
  return { orStatement: { statements } };
}

function not(statement: Statement): Statement {
  return { notStatement: { statement } };
}

/** Metrics and samples of a rule or of the whole web ACL. */
export function visibility(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
