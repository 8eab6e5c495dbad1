import { notNull } from '../not-null.ts';
import { part } from '../thing.ts';
import { type Fault, ago, fault } from './fault.ts';

const BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/** Drift and neglect of stacks and the way in. */
export const ENTRY_FAULTS: readonly Fault[] = [
  fault(
    'prod',
    'stacks',
    'a deployment was rolled back',
    /prod-Service is UPDATE_ROLLBACK_COMPLETE/,
    ({ world }) => {
      world.stack('Service').StackStatus = 'UPDATE_ROLLBACK_COMPLETE';
    },
  ),
  fault(
    'prod',
    'stacks',
    'the alarms were never deployed',
    /prod-Operations is not there/,
    ({ world }) => {
      delete world.stacks['prod-Operations'];
    },
    ['resources', 'templates', 'buckets', 'alarm-receiver', 'logs', 'drift'],
  ),
  fault(
    'prod',
    'resources',
    'a resource is missing',
    /prod-Backup has no \w+ \(AWS::Events::Rule\)/,
    ({ world }) => {
      const { resources } = world.stack('Backup');
      resources.splice(
        resources.findIndex((each) => each.ResourceType === 'AWS::Events::Rule'),
        1,
      );
    },
  ),
  fault('dev', 'resources', 'an update of a resource failed', /LogGroup\) is UPDATE_FAILED/, ({ world }) => {
    const group = world.stack('Server').resources.find((each) => each.ResourceType === 'AWS::Logs::LogGroup');
    notNull(group).ResourceStatus = 'UPDATE_FAILED';
  }),
  fault(
    'prod',
    'termination-protection',
    'somebody took the protection off',
    /prod-Data may be deleted/,
    ({ world }) => {
      world.stack('Data').EnableTerminationProtection = false;
    },
  ),
  fault(
    'prod',
    'templates',
    'another checkout is deployed',
    /prod-Data: DatabaseInstance\w+ \(AWS::RDS::DBInstance\) would change: AllocatedStorage, MultiAZ/,
    ({ world }) => {
      const stack = world.stack('Data');
      stack.template = stack.template
        .replace('"AllocatedStorage":"500"', '"AllocatedStorage":"600"')
        .replace('"MultiAZ":true', '"MultiAZ":false');
    },
  ),
  fault(
    'prod',
    'drift',
    'a bucket was changed by hand',
    /FilestoreBucket\w+: \/LifecycleConfiguration is 1, in the template 379/,
    ({ world }) => {
      world.drifted.set('FilestoreBucket31C3BA78', {
        StackResourceDriftStatus: 'MODIFIED',
        PropertyDifferences: [
          {
            PropertyPath: '/LifecycleConfiguration',
            ExpectedValue: '379',
            ActualValue: '1',
            DifferenceType: 'NOT_EQUAL',
          },
        ],
      });
    },
  ),
  fault(
    'prod',
    'certificate',
    'the certificate is not renewed',
    /valid until .*, 12 days; it should be 30/,
    ({ world }) => {
      world.thing('AWS::CertificateManager::Certificate')['NotAfter'] = ago(-12.5);
    },
  ),
  fault(
    'prod',
    'certificate',
    'the certificate is for another name',
    /not for odoo.example.com/,
    ({ world }) => {
      world.thing('AWS::CertificateManager::Certificate')['DomainName'] = 'erp.example.com';
    },
  ),
  fault(
    'prod',
    'dns',
    'the domain leads to the old system',
    /leads to 192.0.2.7; the entry has 198/,
    ({ world }) => {
      world.names['odoo.example.com'] = ['192.0.2.7'];
    },
  ),
  fault('dev', 'dns', 'the domain has no record', /odoo-dev.example.com has no address/, ({ world }) => {
    world.names['odoo-dev.example.com'] = [];
  }),
  fault('dev', 'dns', 'the record is believed for a day', /believed for 86400 s/, ({ world }) => {
    world.ttl = 86_400;
  }),
  fault(
    'prod',
    'https',
    'Odoo shows the page for maintenance',
    /\/web\/health answers with 503/,
    ({ world }) => {
      world.pages['https://odoo.example.com/web/health'] = { status: 503, validTo: ago(-60) };
    },
  ),
  fault(
    'dev',
    'https',
    'the server does not renew its certificate',
    /valid for 5 days; it should be 14/,
    ({ world }) => {
      world.pages['https://odoo-dev.example.com/web/health'] = { status: 200, validTo: ago(-5.5) };
    },
  ),
  fault('prod', 'targets', 'a node is sick', /10.40.0.1 is unhealthy, Target.Timeout/, ({ world }) => {
    const group = world.thing('AWS::ElasticLoadBalancingV2::TargetGroup');
    part(group, 'targets', 1)['TargetHealth'] = { State: 'unhealthy', Reason: 'Target.Timeout' };
  }),
  fault(
    'prod',
    'load-balancer',
    'it could be deleted',
    /deletion_protection.enabled is false, planned is true/,
    ({ world }) => {
      part(world.thing(BALANCER), 'attributes', 0)['Value'] = 'false';
    },
  ),
  fault(
    'prod',
    'tls',
    'old TLS was let in',
    /TLS policy of port 443 is ELBSecurityPolicy-2016-08/,
    ({ world }) => {
      world.thing('AWS::ElasticLoadBalancingV2::Listener', 'EntryLoadBalancerHttps')['SslPolicy'] =
        'ELBSecurityPolicy-2016-08';
    },
  ),
  fault('prod', 'firewall', 'the firewall was taken off', /no firewall stands in front/, ({ world }) => {
    world.thing(BALANCER)['firewall'] = undefined;
  }),
];
