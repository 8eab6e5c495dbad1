import {
  ArnFormat,
  aws_iam as iam,
  aws_logs as logs,
  aws_wafv2 as wafv2,
  Fn,
  RemovalPolicy,
  Stack,
  type aws_elasticloadbalancingv2 as elbv2,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MANAGED_RULE_GROUPS, type ManagedRuleGroup } from './managed-rules.ts';
import { logRetention } from '../shared/log-retention.ts';

/** Paths where a password is tried, also below a language (`/fr/web/login`). POST requests are counted. */
export const LOGIN_PATHS =
  '^(/[^/]+)?/(web/login|web/session/authenticate|web/reset_password|xmlrpc/common|xmlrpc/2/common)/?$';

/** Paths of Odoo's external APIs, where every call carries credentials. */
export const RPC_PATHS = '^/(jsonrpc|xmlrpc/|json/2/)';

export interface OdooWebAclProps {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  /** Named Odoo users, the measure of how many may log in at once. */
  readonly users: number;
  /** Days for which logs are kept; one of CloudWatch Logs' retention values. */
  readonly logRetentionDays: number;
  /** Key for CloudWatch Logs. */
  readonly logKey: kms.IKey;
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
 * An office shares one address, so the limit follows the users: half of all users logging in within the same five
 * minutes, each with one mistyped password. Never under 100. nginx in every node limits bursts more tightly.
 */
export function loginAttemptsPerFiveMinutes(users: number): number {
  return Math.max(100, users);
}

/**
 * Web application firewall in front of the load balancer.
 *
 * Blocks known attackers and attacks by AWS's managed rules, with the exceptions that Odoo needs
 * ({@link MANAGED_RULE_GROUPS}), and addresses that try passwords or call the APIs too often (429).
 *
 * Security notes: the load balancer shows the firewall the first 8 KB of a body and no more, so rules on bodies could
 * be evaded anyway. Session cookies, API keys and tokens in links are masked in logs and in sampled requests. Logged
 * are requests that a rule blocked or counted; the load balancer's access log has all of them.
 */
export class OdooWebAcl extends Construct {
  readonly webAcl: wafv2.CfnWebACL;

  constructor(scope: Construct, id: string, props: OdooWebAclProps) {
    super(scope, id);
    this.webAcl = this.defineWebAcl(props);
    this.logTo(this.defineLogGroup(props));
    new wafv2.CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.loadBalancer.loadBalancerArn,
      webAclArn: this.webAcl.attrArn,
    });
  }

  private defineWebAcl(props: OdooWebAclProps): wafv2.CfnWebACL {
    const rules = [
      ...MANAGED_RULE_GROUPS.map(managedRule),
      rateRule('LoginAttempts', loginAttemptsPerFiveMinutes(props.users), loginRequests()),
      rateRule('RpcCalls', props.rpcCallsPerFiveMinutes ?? 6000, pathMatches(RPC_PATHS)),
    ];
    return new wafv2.CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      rules: rules.map((rule, priority) => ({ ...rule, priority })),
      visibilityConfig: visibility('Odoo'),
      dataProtectionConfig: {
        dataProtections: [
          masked('SINGLE_HEADER', ['authorization', 'cookie']),
          masked('SINGLE_COOKIE', ['session_id']),
          // Shared documents and password resets.
          masked('SINGLE_QUERY_ARGUMENT', ['access_token', 'token']),
        ],
      },
    });
  }

  private defineLogGroup(props: OdooWebAclProps): logs.LogGroup {
    return new logs.LogGroup(this, 'Logs', {
      // WAF demands the prefix. The stack's own unique id follows, so that the log group which a deleted stack leaves
      // behind never blocks the next one.
      logGroupName: `aws-waf-logs-${Fn.select(2, Fn.split('/', Stack.of(this).stackId))}`,
      retention: logRetention(props.logRetentionDays),
      encryptionKey: props.logKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  private logTo(logGroup: logs.LogGroup): void {
    const stack = Stack.of(this);
    const policy = new logs.ResourcePolicy(this, 'LogDelivery', {
      policyStatements: [
        new iam.PolicyStatement({
          principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [logGroup.logGroupArn],
          conditions: {
            StringEquals: { 'aws:SourceAccount': stack.account },
            ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'logs', resource: '*' }) },
          },
        }),
      ],
    });
    const logging = new wafv2.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.webAcl.attrArn,
      // Without the `:*` at the end of the group's own ARN, which WAF refuses.
      logDestinationConfigs: [
        stack.formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((action) => ({
              ActionCondition: { Action: action },
            })),
          },
        ],
      },
    });
    logging.node.addDependency(policy);
  }
}

type Rule = Omit<wafv2.CfnWebACL.RuleProperty, 'priority'>;

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

function rateRule(name: string, limit: number, scopeDownStatement: wafv2.CfnWebACL.StatementProperty): Rule {
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

function loginRequests(): wafv2.CfnWebACL.StatementProperty {
  const isPost: wafv2.CfnWebACL.StatementProperty = {
    byteMatchStatement: {
      fieldToMatch: { method: {} },
      positionalConstraint: 'EXACTLY',
      searchString: 'POST',
      textTransformations: [{ priority: 0, type: 'NONE' }],
    },
  };
  return { andStatement: { statements: [isPost, pathMatches(LOGIN_PATHS)] } };
}

function pathMatches(regexString: string): wafv2.CfnWebACL.StatementProperty {
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

function masked(fieldType: string, fieldKeys: string[]): wafv2.CfnWebACL.DataProtectProperty {
  return { action: 'SUBSTITUTION', field: { fieldType, fieldKeys } };
}

function visibility(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
