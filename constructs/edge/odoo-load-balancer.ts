import {
  aws_ec2 as ec2,
  aws_elasticloadbalancingv2 as elbv2,
  Duration,
  type aws_certificatemanager as acm,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { NGINX_PORT } from '../odoo-node/nginx-conf.ts';
import { acknowledge } from '../shared/acknowledge.ts';

/**
 * How long a connection may be silent. A report sends nothing until it is finished, so this is as long as nginx waits
 * for Odoo. Websockets are pinged at least every 55 s (Odoo 18 and 19) and do not come near it.
 *
 * Whatever stands behind the load balancer must keep idle connections open for longer than this, or requests meet
 * connections that the other side has just closed and end as 502.
 */
export const IDLE_TIMEOUT = Duration.seconds(720);

export interface OdooLoadBalancerProps {
  readonly vpc: ec2.IVpc;
  /** Public subnets, in at least two Availability Zones. */
  readonly subnets: ec2.SubnetSelection;
  /** IPv4 networks that may connect. */
  readonly allowedCidrs: readonly string[];
  readonly certificate: acm.ICertificate;
  /** Security group of the Odoo tasks; it is opened here, to this load balancer alone. */
  readonly targetSecurityGroup: ec2.ISecurityGroup;
  /** Encrypted with S3's own keys: load balancers do not write into a bucket with a customer key. */
  readonly logBucket: s3.IBucket;
  /** Refuses to be deleted, also by a deletion of the stack, until it is turned off. */
  readonly deletionProtection: boolean;
}

/**
 * The entry of the medium and large architectures: ends TLS and spreads requests over the Odoo tasks.
 *
 * What it defines: an internet-facing load balancer with a security group of its own, an HTTPS listener, a redirect
 * from HTTP, and one target group. The tasks are attached later, from another stack:
 * `loadBalancer.targetGroup.addTarget(service)` there.
 *
 * There is one target group although Odoo has two ports: nginx in the task sends `/websocket` to Odoo's gevent port
 * and everything else to its HTTP workers, as it must stand there anyway. The load balancer sends no
 * X-Forwarded-Host, without which Odoo ignores the other X-Forwarded headers. HSTS is set by nginx too, in one place
 * for all architectures.
 *
 * Security notes: TLS 1.2 and 1.3 with forward secrecy, AEAD ciphers and post-quantum key exchange; the only security
 * group besides the single server's that `allowedCidrs` can reach; it reaches nothing but nginx. Where a web ACL is
 * attached and WAF itself is unreachable, requests are refused rather than let through uninspected: the web ACL limits
 * attempts to log in.
 */
export class OdooLoadBalancer extends Construct {
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly listener: elbv2.ApplicationListener;
  readonly targetGroup: elbv2.ApplicationTargetGroup;
  readonly securityGroup: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: OdooLoadBalancerProps) {
    super(scope, id);
    this.securityGroup = this.defineSecurityGroup(props);
    this.loadBalancer = this.defineLoadBalancer(props);
    this.targetGroup = this.defineTargetGroup(props.vpc);
    this.listener = this.defineHttpsListener(props.certificate);
    this.redirectHttp();
    this.closeDatabaseManager();
  }

  /** Name that AWS gave it; the target of the DNS record. */
  get loadBalancerDnsName(): string {
    return this.loadBalancer.loadBalancerDnsName;
  }

  private defineSecurityGroup(props: OdooLoadBalancerProps): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Entry to Odoo from the allowed networks',
      allowAllOutbound: false,
    });
    for (const cidr of props.allowedCidrs) {
      group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(443), 'HTTPS from an allowed network');
      group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(80), 'HTTP from an allowed network, redirected');
    }
    // By its id, so that the rule stands inside the group: one without rules of its own gets AWS's, which lets all out.
    const targets = ec2.Peer.securityGroupId(props.targetSecurityGroup.securityGroupId);
    group.addEgressRule(targets, ec2.Port.tcp(NGINX_PORT), 'Requests to nginx');
    // As a remote rule, which is part of this stack although the group is the network's.
    props.targetSecurityGroup.addIngressRule(
      group,
      ec2.Port.tcp(NGINX_PORT),
      'Requests from the load balancer',
      true,
    );
    if (props.allowedCidrs.some((cidr) => cidr.endsWith('/0'))) {
      acknowledge(
        group,
        'AwsSolutions-EC23',
        'The environment allows Odoo to be reached from anywhere. This is the entry: ports 443 and 80 only, 80 answers ' +
          'with a redirect, and nothing but nginx on its one port can be reached through it. Narrow it with allowedCidrs.',
      );
    }
    return group;
  }

  private defineLoadBalancer(props: OdooLoadBalancerProps): elbv2.ApplicationLoadBalancer {
    const loadBalancer = new elbv2.ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: props.vpc,
      vpcSubnets: props.subnets,
      internetFacing: true,
      securityGroup: this.securityGroup,
      idleTimeout: IDLE_TIMEOUT,
      deletionProtection: props.deletionProtection,
      http2Enabled: true,
      // Odoo reads no header with an underscore or another invalid name; smuggling attempts use them.
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elbv2.DesyncMitigationMode.DEFENSIVE,
      // Odoo builds its links from the host that the user typed.
      preserveHostHeader: true,
      // nginx believes the last entry, which is the load balancer's own.
      xffHeaderProcessingMode: elbv2.XffHeaderProcessingMode.APPEND,
    });
    loadBalancer.logAccessLogs(props.logBucket, 'load-balancer/access');
    loadBalancer.logConnectionLogs(props.logBucket, 'load-balancer/connections');
    return loadBalancer;
  }

  private defineTargetGroup(vpc: ec2.IVpc): elbv2.ApplicationTargetGroup {
    // Never a name of its own: replacing a target group that is in use fails with a fixed one.
    return new ClosedTargetGroup(this, 'Targets', {
      vpc,
      targetType: elbv2.TargetType.IP,
      protocol: elbv2.ApplicationProtocol.HTTP,
      // Create-only, like the name.
      port: NGINX_PORT,
      // Odoo's requests take from milliseconds to minutes: counting them beats taking turns. Excludes slow start.
      loadBalancingAlgorithmType: elbv2.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      // Spares the shared session directory its delay between nodes. Counted from the last answer, so that after an
      // hour's break a user lands on a node that was added meanwhile; no session is lost by that.
      stickinessCookieDuration: Duration.hours(1),
      // ECS stops a task only after this; websockets are cut at its end and the browser connects again.
      deregistrationDelay: Duration.seconds(90),
      healthCheck: {
        // Shallow on purpose: a check of the database would replace the whole fleet during its failover.
        path: '/web/health',
        healthyHttpCodes: '200',
        interval: Duration.seconds(15),
        // The probe queues behind other requests when all workers are busy.
        timeout: Duration.seconds(10),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 4,
      },
    });
  }

  private defineHttpsListener(certificate: acm.ICertificate): elbv2.ApplicationListener {
    return this.loadBalancer.addListener('Https', {
      port: 443,
      protocol: elbv2.ApplicationProtocol.HTTPS,
      certificates: [certificate],
      // Named, because the service's default and the CDK's RECOMMENDED still allow TLS 1.0.
      sslPolicy: elbv2.SslPolicy.TLS13_12_RES_PQ,
      open: false,
      defaultAction: elbv2.ListenerAction.forward([this.targetGroup]),
    });
  }

  private redirectHttp(): void {
    this.loadBalancer.addRedirect({ open: false });
  }

  /** Odoo's database manager creates, copies and deletes databases; nginx and Odoo's `list_db` close it as well. */
  private closeDatabaseManager(): void {
    this.listener.addAction('DatabaseManager', {
      priority: 10,
      conditions: [elbv2.ListenerCondition.pathPatterns(['/web/database', '/web/database/*'])],
      action: elbv2.ListenerAction.fixedResponse(404, {
        contentType: 'text/plain',
        messageBody: 'Not found',
      }),
    });
  }
}

/**
 * Leaves security groups alone when a task is attached. The CDK would write the rule of the tasks' group into the
 * network's stack, pointing back at this one: a cycle between stacks. The load balancer wrote both rules already.
 */
class ClosedTargetGroup extends elbv2.ApplicationTargetGroup {
  override registerConnectable(): void {}
}
