import { aws_certificatemanager as acm, aws_ec2 as ec2, aws_ecs as ecs, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AccessLogBucket } from '../../../constructs/access-logs/access-log-bucket.ts';
import {
  IDLE_TIMEOUT,
  OdooLoadBalancer,
  type OdooLoadBalancerProps,
} from '../../../constructs/edge/odoo-load-balancer.ts';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { testApp, testStack } from '../../support/stack.ts';

describe('security group of the entry', () => {
  it('lets HTTPS and HTTP in from the allowed networks and from nowhere else', () => {
    const { edge } = environment({ allowedCidrs: ['198.51.100.0/24', '203.0.113.7/32', '198.51.100.0/24'] });
    const ingress = ['198.51.100.0/24', '203.0.113.7/32'].flatMap((CidrIp) =>
      [443, 80].map((port) => Match.objectLike({ CidrIp, FromPort: port, ToPort: port, IpProtocol: 'tcp' })),
    );
    edge.template().hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: ingress });
  });

  it('lets nothing out but requests to nginx in the Odoo tasks', () => {
    const { edge } = environment();
    edge.template().resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
    edge.template().hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: [
        {
          DestinationSecurityGroupId: { 'Fn::GetStackOutput': Match.objectLike({ StackName: 'Network' }) },
          Description: 'Requests to nginx',
          IpProtocol: 'tcp',
          FromPort: 8080,
          ToPort: 8080,
        },
      ],
    });
  });

  it('opens the security group of the tasks to the load balancer alone', () => {
    const { edge } = environment();
    edge.template().resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    edge.template().hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('SecurityGroup'), 'GroupId'] },
      FromPort: 8080,
      ToPort: 8080,
    });
  });

  it('is attached to a service of a later stack without a cycle and without a second rule', () => {
    const { edge, network, service } = environment();
    attachService(service.stack, network.vpc, network.tasks, edge.entry);
    const later = Template.fromStack(service.stack);
    later.hasResourceProperties('AWS::ECS::Service', {
      LoadBalancers: [Match.objectLike({ ContainerPort: 8080 })],
    });
    for (const template of [later, Template.fromStack(network.stack)]) {
      template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
      template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
    }
    expect(edge.stack.dependencies).toEqual([network.stack]);
  });
});

describe('load balancer', () => {
  it('is internet-facing, in the given subnets', () => {
    const { edge } = environment();
    edge.template().hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internet-facing',
      Type: 'application',
      Name: Match.absent(),
      Subnets: [Match.anyValue(), Match.anyValue(), Match.anyValue()],
    });
  });

  it.each([
    ['idle_timeout.timeout_seconds', '720'],
    ['routing.http2.enabled', 'true'],
    ['routing.http.drop_invalid_header_fields.enabled', 'true'],
    ['routing.http.desync_mitigation_mode', 'defensive'],
    ['routing.http.preserve_host_header.enabled', 'true'],
    ['routing.http.xff_header_processing.mode', 'append'],
    ['access_logs.s3.enabled', 'true'],
    ['access_logs.s3.prefix', 'load-balancer/access'],
    ['connection_logs.s3.enabled', 'true'],
    ['connection_logs.s3.prefix', 'load-balancer/connections'],
  ])('has %s set to %s', (key, value) => {
    const { edge } = environment();
    expect(loadBalancerAttributes(edge.template())).toContainEqual({ Key: key, Value: value });
  });

  it.each([true, false])('is protected from deletion if asked: %s', (deletionProtection) => {
    const { edge } = environment({ deletionProtection });
    expect(loadBalancerAttributes(edge.template())).toContainEqual({
      Key: 'deletion_protection.enabled',
      Value: String(deletionProtection),
    });
  });

  it('closes idle connections before nginx does, which would end in 502', () => {
    const conf = readFileSync(
      new URL('../../../constructs/odoo-node/files/nginx-entry-load-balancer.conf', import.meta.url),
      'utf8',
    );
    const nginxSeconds = Number(/keepalive_timeout (\d+)s;/.exec(conf)?.[1]);
    expect(nginxSeconds).toBeGreaterThan(IDLE_TIMEOUT.toSeconds());
  });

  it('refuses requests rather than let them pass uninspected when WAF is unreachable', () => {
    const { edge } = environment();
    const keys = loadBalancerAttributes(edge.template()).map(({ Key }) => Key);
    expect(keys).not.toContain('waf.fail_open.enabled');
  });
});

describe('listeners', () => {
  it('refuse TLS below 1.2 and ciphers without forward secrecy', () => {
    const { edge } = environment();
    edge.template().hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
      Certificates: [{ CertificateArn: CERTIFICATE_ARN }],
      DefaultActions: [Match.objectLike({ Type: 'forward' })],
    });
  });

  it('redirect HTTP to HTTPS for good', () => {
    const { edge } = environment();
    edge.template().hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [
        { Type: 'redirect', RedirectConfig: { Port: '443', Protocol: 'HTTPS', StatusCode: 'HTTP_301' } },
      ],
    });
  });

  it('answer the database manager with 404', () => {
    const { edge } = environment();
    edge.template().hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Conditions: [
        { Field: 'path-pattern', PathPatternConfig: { Values: ['/web/database', '/web/database/*'] } },
      ],
      Actions: [
        Match.objectLike({
          Type: 'fixed-response',
          FixedResponseConfig: Match.objectLike({ StatusCode: '404' }),
        }),
      ],
    });
  });
});

describe('target group', () => {
  it('never has a name, because a named one cannot be replaced while it is in use', () => {
    targetGroupHas({ Name: Match.absent() });
  });

  it('reaches nginx in the tasks by address', () => {
    targetGroupHas({ TargetType: 'ip', Protocol: 'HTTP', Port: 8080 });
  });

  it('asks for the shallow health check, patiently', () => {
    targetGroupHas({
      HealthCheckPath: '/web/health',
      Matcher: { HttpCode: '200' },
      HealthCheckIntervalSeconds: 15,
      HealthCheckTimeoutSeconds: 10,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 4,
    });
  });

  it.each([
    ['stickiness.enabled', 'true'],
    ['stickiness.type', 'lb_cookie'],
    ['stickiness.lb_cookie.duration_seconds', '3600'],
    ['deregistration_delay.timeout_seconds', '90'],
    ['load_balancing.algorithm.type', 'least_outstanding_requests'],
  ])('has %s set to %s', (Key, Value) => {
    targetGroupHas({ TargetGroupAttributes: Match.arrayWith([{ Key, Value }]) });
  });
});

describe('policy findings', () => {
  it('accept an entry that is open to the world, with a reason', () => {
    const { edge } = environment({ allowedCidrs: ['0.0.0.0/0'] });
    const findings = findingsOf(edge.stack);
    expect(
      findings.filter((finding) => finding.path.startsWith('Edge/Entry') && !finding.acknowledged),
    ).toEqual([]);
    expect(idleAcknowledgments(edge.entry, findings).filter((id) => id.includes('Edge/Entry'))).toEqual([]);
  });

  it('have nothing to accept where only some networks are allowed', () => {
    const { edge } = environment({ allowedCidrs: ['198.51.100.0/24'] });
    const findings = findingsOf(edge.stack).filter(({ path }) => path.startsWith('Edge/Entry'));
    expect(findings).toEqual([]);
    expect(idleAcknowledgments(edge.entry, findings).filter((id) => id.includes('Edge/Entry'))).toEqual([]);
  });
});

const CERTIFICATE_ARN =
  'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';

/** Network, edge and service stacks as an environment has them, so that references between them are the real ones. */
function environment(props: Partial<OdooLoadBalancerProps> = {}) {
  const app = testApp();
  const networkStack = testStack(app, 'Network');
  const edgeStack = testStack(app, 'Edge');
  const vpc = new ec2.Vpc(networkStack, 'Vpc', {
    natGateways: 0,
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
      { name: 'App', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    ],
  });
  const tasks = new ec2.SecurityGroup(networkStack, 'Tasks', { vpc });
  const logBucket = new AccessLogBucket(edgeStack, 'AccessLogs', {
    writers: 'load-balancer',
    logRetentionDays: 90,
  });
  const entry = new OdooLoadBalancer(edgeStack, 'Entry', {
    vpc,
    subnets: { subnetType: ec2.SubnetType.PUBLIC },
    allowedCidrs: ['198.51.100.0/24'],
    certificate: acm.Certificate.fromCertificateArn(edgeStack, 'Certificate', CERTIFICATE_ARN),
    targetSecurityGroup: tasks,
    logBucket,
    deletionProtection: true,
    ...props,
  });
  return {
    network: { stack: networkStack, vpc, tasks },
    edge: { stack: edgeStack, entry, template: () => Template.fromStack(edgeStack) },
    service: { stack: testStack(app, 'Service') },
  };
}

function attachService(
  stack: Stack,
  vpc: ec2.IVpc,
  tasks: ec2.ISecurityGroup,
  entry: OdooLoadBalancer,
): void {
  const taskDefinition = new ecs.FargateTaskDefinition(stack, 'Task');
  taskDefinition.addContainer('Nginx', {
    image: ecs.ContainerImage.fromRegistry('nginx'),
    portMappings: [{ containerPort: 8080 }],
  });
  const service = new ecs.FargateService(stack, 'Web', {
    cluster: new ecs.Cluster(stack, 'Cluster', { vpc }),
    taskDefinition,
    securityGroups: [tasks],
    minHealthyPercent: 100,
    circuitBreaker: { rollback: true },
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  });
  entry.targetGroup.addTarget(service);
}

function loadBalancerAttributes(template: Template): { Key: string; Value: string }[] {
  const [loadBalancer] = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
  return loadBalancer?.['Properties'].LoadBalancerAttributes;
}

function targetGroupHas(properties: Record<string, unknown>): void {
  environment().edge.template().hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', properties);
}
