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
import { logRetention } from '../shared/log-retention.ts';
import { visibility, webAclRules, type WebAclLimits } from './web-acl-rules.ts';

/**
 * Query arguments that open an account or a document: shared documents, password resets, unsubscribing, invitations to
 * channels, and what OAuth brings back (arguments of Odoo 18.0 and 19.0).
 */
const TOKENS_IN_LINKS = [
  'access_token',
  'answer_token',
  'code',
  'hash',
  'hash_token',
  'id_token',
  'invite_hash',
  'token',
];

export interface OdooWebAclProps extends WebAclLimits {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  /** Name of the environment: its metrics are told from those of others in the account by it. */
  readonly environmentName: string;
  /** Days for which logs are kept; one of CloudWatch Logs' retention values. */
  readonly logRetentionDays: number;
  /** Key for CloudWatch Logs. */
  readonly logKey: kms.IKey;
}

/**
 * Web application firewall in front of the load balancer.
 *
 * Blocks known attackers and attacks by AWS's managed rules, with the exceptions that Odoo needs, and addresses that
 * try passwords or call the APIs too often (429). `docs/firewall.md` has each exception and what still protects there.
 *
 * Security notes: the load balancer shows the firewall the first 8 KB of a body and no more, so rules on bodies could
 * be evaded anyway. Session cookies, API keys, tokens in links and bodies are masked in logs and in sampled requests.
 * Logged are requests that a rule blocked or counted; the load balancer's access log has all of them.
 */
export class OdooWebAcl extends Construct {
  readonly webAcl: wafv2.CfnWebACL;
  /** Value of the dimension `WebACL` of its metrics. */
  readonly metricName: string;

  constructor(scope: Construct, id: string, props: OdooWebAclProps) {
    super(scope, id);
    this.metricName = `Odoo-${props.environmentName}`;
    this.webAcl = this.defineWebAcl(props);
    this.logTo(this.defineLogGroup(props));
    new wafv2.CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.loadBalancer.loadBalancerArn,
      webAclArn: this.webAcl.attrArn,
    });
  }

  private defineWebAcl(props: OdooWebAclProps): wafv2.CfnWebACL {
    return new wafv2.CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      rules: webAclRules(props),
      visibilityConfig: visibility(this.metricName),
      dataProtectionConfig: {
        dataProtections: [
          // The page that one comes from has its tokens in its address too.
          masked('SINGLE_HEADER', ['authorization', 'cookie', 'referer']),
          masked('SINGLE_COOKIE', ['session_id']),
          masked('SINGLE_QUERY_ARGUMENT', TOKENS_IN_LINKS),
          // A counted rule quotes what it matched, which may be a password or the text of a letter.
          masked('BODY'),
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

/** Replaces a value in logs and samples; rules still see it. The keys are for fields that have several values. */
function masked(fieldType: string, fieldKeys?: string[]): wafv2.CfnWebACL.DataProtectProperty {
  return { action: 'SUBSTITUTION', field: { fieldType, fieldKeys } };
}
