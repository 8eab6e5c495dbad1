import { aws_ec2 as ec2, aws_elasticloadbalancingv2 as elbv2, aws_kms as kms } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { MANAGED_RULE_GROUPS } from '../../../constructs/edge/managed-rules.ts';
import {
  API_LOGINS_PER_FIVE_MINUTES,
  FILE_PATHS,
  LOGIN_PATHS,
  loginAttemptsPerFiveMinutes,
  RPC_PATHS,
  SIGN_IN_FORMS,
  XML_RPC_LOGIN_PATH,
} from '../../../constructs/edge/web-acl-rules.ts';
import { OdooWebAcl, type OdooWebAclProps } from '../../../constructs/edge/web-acl.ts';
import { openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

describe('web ACL', () => {
  it('protects the load balancer', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Name: Match.absent(),
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
    });
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      ResourceArn: { Ref: Match.stringLikeRegexp('LoadBalancer') },
      WebACLArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('WebAcl'), 'Arn'] },
    });
  });

  it('applies its rules in a fixed order without gaps', () => {
    expect(rulesOf(templateOf()).map(({ Name, Priority }) => [Priority, Name])).toEqual([
      [0, 'AWSManagedRulesAmazonIpReputationList'],
      [1, 'AWSManagedRulesKnownBadInputsRuleSet'],
      [2, 'AWSManagedRulesCommonRuleSet'],
      [3, 'AWSManagedRulesSQLiRuleSet'],
      [4, 'SignInForms'],
      [5, 'PathsOutsideFiles'],
      [6, 'LoginAttempts'],
      [7, 'ApiLogins'],
      [8, 'RpcCalls'],
    ]);
  });

  it('shows every rule in metrics', () => {
    for (const rule of rulesOf(templateOf())) {
      expect(rule.VisibilityConfig).toEqual({
        CloudWatchMetricsEnabled: true,
        SampledRequestsEnabled: true,
        MetricName: rule.Name,
      });
    }
  });

  it.each(MANAGED_RULE_GROUPS)('blocks by $name with nothing but the listed exceptions', (group) => {
    const rule = rulesOf(templateOf()).find(({ Name }) => Name === group.name);
    expect(rule?.OverrideAction).toEqual({ None: {} });
    expect(rule?.Statement.ManagedRuleGroupStatement?.RuleActionOverrides ?? []).toEqual(
      group.counted.map((exception) => ({ Name: exception.rule, ActionToUse: { Count: {} } })),
    );
  });

  it('gives a reason of its own for every exception', () => {
    const reasons = MANAGED_RULE_GROUPS.flatMap(({ counted }) => counted.map(({ because }) => because));
    expect(new Set(reasons).size).toBe(reasons.length);
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(40);
  });

  it('leaves no policy finding open', () => {
    expect(openFindings(stackWith().webAcl).filter((finding) => finding.includes('/Firewall/'))).toEqual([]);
  });
});

describe('limit of attempts to log in', () => {
  it('answers 429 to an address that has used it up', () => {
    const rule = rulesOf(templateOf({ users: 250 })).find(({ Name }) => Name === 'LoginAttempts');
    expect(rule?.Action).toEqual({
      Block: {
        CustomResponse: { ResponseCode: 429, ResponseHeaders: [{ Name: 'Retry-After', Value: '300' }] },
      },
    });
    expect(rule?.Statement.RateBasedStatement).toMatchObject({
      AggregateKeyType: 'IP',
      EvaluationWindowSec: 300,
      Limit: 250,
    });
  });

  it('counts attempts only, not visits of the login page', () => {
    const rule = rulesOf(templateOf()).find(({ Name }) => Name === 'LoginAttempts');
    expect(rule?.Statement.RateBasedStatement?.ScopeDownStatement).toMatchObject({
      AndStatement: {
        Statements: [
          {
            ByteMatchStatement: {
              FieldToMatch: { Method: {} },
              SearchString: 'POST',
              PositionalConstraint: 'EXACTLY',
            },
          },
          { RegexMatchStatement: { FieldToMatch: { UriPath: {} }, RegexString: LOGIN_PATHS } },
        ],
      },
    });
  });

  it.each([
    [1, 100],
    [100, 100],
    [101, 101],
    [5000, 5000],
  ])('follows the users, because an office shares one address: %i users, %i attempts', (users, attempts) => {
    expect(loginAttemptsPerFiveMinutes(users)).toBe(attempts);
  });

  it.each([
    '/web/login',
    '/web/login/',
    '/fr_BE/web/login',
    '/web/session/authenticate',
    '/web/login/totp',
    '/web/signup',
    '/web/reset_password',
  ])('covers %s', (path) => {
    expect(path).toMatch(new RegExp(LOGIN_PATHS));
  });

  it.each([
    '/',
    '/web',
    '/web/login_successful',
    '/web/dataset/call_kw/res.users/web_read',
    '/xmlrpc/2/common',
  ])('leaves %s alone', (path) => {
    expect(path).not.toMatch(new RegExp(LOGIN_PATHS));
  });
});

describe('limit of logins by programs', () => {
  it('is apart from the limit of people, who may share the address', () => {
    const rule = rulesOf(templateOf()).find(({ Name }) => Name === 'ApiLogins');
    expect(rule?.Statement.RateBasedStatement?.Limit).toBe(API_LOGINS_PER_FIVE_MINUTES);
    for (const path of ['/xmlrpc/common', '/xmlrpc/2/common']) {
      expect(path).toMatch(new RegExp(XML_RPC_LOGIN_PATH));
      expect(path).not.toMatch(new RegExp(LOGIN_PATHS));
    }
    expect('/xmlrpc/2/object').not.toMatch(new RegExp(XML_RPC_LOGIN_PATH));
  });

  it('finds them in the body of JSON-RPC, which it reads as far as it is shown', () => {
    const rule = rulesOf(templateOf()).find(({ Name }) => Name === 'ApiLogins');
    expect(JSON.stringify(rule)).toContain(
      JSON.stringify({
        JsonBody: {
          MatchPattern: { IncludedPaths: ['/params/service'] },
          MatchScope: 'VALUE',
          OversizeHandling: 'CONTINUE',
        },
      }),
    );
  });
});

describe('places where exceptions end', () => {
  it.each(['/web/login', '/fr/web/login/totp', '/web/signup', '/web/reset_password/'])(
    'are forms such as %s',
    (path) => {
      expect(path).toMatch(new RegExp(SIGN_IN_FORMS));
    },
  );

  it.each([
    '/website/form/mail.mail',
    '/web/session/authenticate',
    '/web/dataset/call_kw',
    '/shop/web/login/x',
  ])('are not %s, which programs use or where people write', (path) => {
    expect(path).not.toMatch(new RegExp(SIGN_IN_FORMS));
  });

  it.each(['/web/content/1/server.log', '/web/image/7-abc/logo.ini', '/fr/web/content/1/a.conf'])(
    'spare files such as %s',
    (path) => {
      expect(path).toMatch(new RegExp(FILE_PATHS));
    },
  );

  it.each(['/odoo.ini', '/web/contents/x.log', '/x/y/web/content/a.log'])('include %s', (path) => {
    expect(path).not.toMatch(new RegExp(FILE_PATHS));
  });
});

describe('limit of API calls', () => {
  it('is generous by default and can be set', () => {
    for (const [props, limit] of [
      [{}, 6000],
      [{ rpcCallsPerFiveMinutes: 30_000 }, 30_000],
    ] as const) {
      const rule = rulesOf(templateOf(props)).find(({ Name }) => Name === 'RpcCalls');
      expect(rule?.Statement.RateBasedStatement?.Limit).toBe(limit);
    }
  });

  it.each(['/jsonrpc', '/xmlrpc/2/object', '/xmlrpc/object', '/json/2/res.partner/search_read'])(
    'covers %s',
    (path) => {
      expect(path).toMatch(new RegExp(RPC_PATHS));
    },
  );

  it.each(['/web/dataset/call_kw', '/websocket', '/json/1/action', '/shop/jsonrpc'])(
    'leaves %s alone',
    (path) => {
      expect(path).not.toMatch(new RegExp(RPC_PATHS));
    },
  );
});

describe('log of the web ACL', () => {
  it('has the prefix that WAF demands and a name that no earlier stack left behind', () => {
    templateOf().hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: {
        'Fn::Join': [
          '',
          ['aws-waf-logs-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }],
        ],
      },
      RetentionInDays: 90,
      KmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/log',
    });
  });

  it('is named to WAF without the wildcard at the end', () => {
    const [configuration] = Object.values(templateOf().findResources('AWS::WAFv2::LoggingConfiguration'));
    const destination = JSON.stringify(configuration?.['Properties'].LogDestinationConfigs);
    expect(destination).toContain(':log-group:');
    expect(destination).not.toContain(':*');
    expect(destination).not.toContain('GetAtt');
  });

  it('may be written by log delivery before logging begins', () => {
    const template = templateOf();
    const [policyId] = Object.keys(template.findResources('AWS::Logs::ResourcePolicy'));
    template.hasResource('AWS::WAFv2::LoggingConfiguration', { DependsOn: Match.arrayWith([policyId]) });
    const [policy] = Object.values(template.findResources('AWS::Logs::ResourcePolicy'));
    const document = JSON.stringify(policy?.['Properties'].PolicyDocument);
    expect(document).toContain('delivery.logs.amazonaws.com');
    expect(document).toContain('aws:SourceAccount');
  });

  it('has requests that a rule blocked or counted', () => {
    templateOf().hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      LoggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [
              { ActionCondition: { Action: 'BLOCK' } },
              { ActionCondition: { Action: 'COUNT' } },
              { ActionCondition: { Action: 'EXCLUDED_AS_COUNT' } },
            ],
          },
        ],
      },
    });
  });

  it.each([
    ['SINGLE_HEADER', ['authorization', 'cookie', 'referer']],
    ['SINGLE_COOKIE', ['session_id']],
    ['SINGLE_QUERY_ARGUMENT', Match.arrayWith(['access_token', 'code', 'hash_token', 'id_token', 'token'])],
    // WAF refuses keys for it.
    ['BODY', Match.absent()],
  ])('never holds what opens an account or what people wrote: %s', (FieldType, FieldKeys) => {
    templateOf().hasResourceProperties('AWS::WAFv2::WebACL', {
      DataProtectionConfig: {
        DataProtections: Match.arrayWith([
          Match.objectLike({ Action: 'SUBSTITUTION', Field: { FieldType, FieldKeys } }),
        ]),
      },
    });
  });
});

interface RuleTemplate {
  readonly Name: string;
  readonly Priority: number;
  readonly Action?: unknown;
  readonly OverrideAction?: unknown;
  readonly VisibilityConfig: unknown;
  readonly Statement: {
    readonly ManagedRuleGroupStatement?: { readonly RuleActionOverrides?: unknown };
    readonly RateBasedStatement?: { readonly Limit: number; readonly ScopeDownStatement: unknown };
  };
}

function rulesOf(template: Template): RuleTemplate[] {
  const [webAcl] = Object.values(template.findResources('AWS::WAFv2::WebACL'));
  return webAcl?.['Properties'].Rules;
}

function templateOf(props: Partial<OdooWebAclProps> = {}): Template {
  return Template.fromStack(stackWith(props).stack);
}

function stackWith(props: Partial<OdooWebAclProps> = {}) {
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0 });
  const webAcl = new OdooWebAcl(stack, 'Firewall', {
    environmentName: 'prod',
    loadBalancer: new elbv2.ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc }),
    users: 150,
    logRetentionDays: 90,
    logKey: kms.Key.fromKeyArn(stack, 'LogKey', 'arn:aws:kms:eu-central-1:111122223333:key/log'),
    ...props,
  });
  return { stack, webAcl };
}
