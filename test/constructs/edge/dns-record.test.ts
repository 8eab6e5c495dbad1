import { aws_ec2 as ec2, aws_elasticloadbalancingv2 as elbv2, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import type { Domain } from '../../../config/environment.ts';
import {
  askForDnsRecord,
  type DnsTarget,
  OdooDnsRecord,
  type OdooDnsRecordProps,
} from '../../../constructs/edge/dns-record.ts';
import { testStack } from '../../support/stack.ts';

const hostedZone = { id: 'Z0123456789', name: 'example.com' };

describe('DNS record', () => {
  it('is an alias of the load balancer', () => {
    toLoadBalancer({ name: 'erp.example.com', hostedZone }).hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'erp.example.com.',
      Type: 'A',
      HostedZoneId: 'Z0123456789',
      AliasTarget: Match.objectLike({ DNSName: Match.anyValue() }),
    });
  });

  it('may stand at the top of its zone', () => {
    toLoadBalancer({ name: 'example.com', hostedZone }).hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'example.com.',
    });
  });

  it('names the fixed address of the server, for a minute at a time', () => {
    toAddress({ name: 'erp.example.com', hostedZone }).hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'erp.example.com.',
      Type: 'A',
      ResourceRecords: ['203.0.113.7'],
      TTL: '60',
    });
  });

  it.each([
    ['switch', 'primary', 0],
    ['switch', 'recovery', 255],
    ['health-check', 'primary', 255],
    ['health-check', 'recovery', 0],
  ] as const)('by %s of the %s side has the weight %i', (failover, side, weight) => {
    const stack = testStack();
    point(stack, { name: 'erp.example.com', hostedZone }, { ipAddress: '203.0.113.7' }, { side, failover });
    Template.fromStack(stack).hasResourceProperties('AWS::Route53::RecordSet', {
      SetIdentifier: side,
      Weight: weight,
    });
  });

  it('of the primary side is watched by its address, where health decides', () => {
    const stack = testStack();
    const watched = { side: 'primary', failover: 'health-check' } as const;
    point(stack, { name: 'erp.example.com', hostedZone }, { ipAddress: '203.0.113.7' }, watched);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Route53::HealthCheck', {
      HealthCheckConfig: {
        Type: 'HTTPS',
        IPAddress: '203.0.113.7',
        FullyQualifiedDomainName: 'erp.example.com',
        EnableSNI: true,
        Port: 443,
        ResourcePath: '/web/health',
      },
    });
    template.hasResourceProperties('AWS::Route53::RecordSet', { HealthCheckId: Match.anyValue() });
  });

  it.each([
    ['primary', 'health-check', true],
    ['primary', 'switch', false],
    ['recovery', 'health-check', false],
  ] as const)('of a load balancer, %s, by %s: its nodes are asked: %s', (side, failover, asked) => {
    toLoadBalancer({ name: 'erp.example.com', hostedZone }, { side, failover }).hasResourceProperties(
      'AWS::Route53::RecordSet',
      { AliasTarget: Match.objectLike({ EvaluateTargetHealth: asked }) },
    );
  });

  it('is an instruction where the zone is elsewhere: a CNAME to the load balancer', () => {
    const template = toLoadBalancer({ name: 'erp.example.com' });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
    template.hasOutput('*', {
      Description: Match.stringLikeRegexp('^Create a CNAME record for erp\\.example\\.com'),
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('LoadBalancer'), 'DNSName'] },
    });
  });

  it('is an instruction where the zone is elsewhere: an A record with the address', () => {
    const template = toAddress({ name: 'erp.example.com' });
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
    template.hasOutput('*', {
      Description: Match.stringLikeRegexp('^Create an A record for erp\\.example\\.com'),
      Value: '203.0.113.7',
    });
  });
});

type Whose = Pick<OdooDnsRecordProps, 'side' | 'failover'>;
const AT_HOME: Whose = { side: 'primary', failover: 'switch' };

function toLoadBalancer(domain: Domain, whose?: Whose): Template {
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0 });
  const loadBalancer = new elbv2.ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc });
  point(stack, domain, { loadBalancer }, whose);
  return Template.fromStack(stack);
}

function toAddress(domain: Domain): Template {
  const stack = testStack();
  point(stack, domain, { ipAddress: '203.0.113.7' });
  return Template.fromStack(stack);
}

function point(stack: Stack, domain: Domain, target: DnsTarget, whose: Whose = AT_HOME): void {
  if (domain.hostedZone === undefined) askForDnsRecord(stack, domain.name, target);
  else new OdooDnsRecord(stack, 'DnsRecord', { domain, target, ...whose });
}
