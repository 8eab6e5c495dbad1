import { notNull } from './not-null.ts';
import type { Patient, PATIENTS } from './patient.ts';
import { NOW } from './world.ts';

/** Something that is wrong, and what the doctor has to say of it. */
export interface Fault {
  /** What somebody did, or nobody. */
  readonly what: string;
  readonly environment: (typeof PATIENTS)[number];
  readonly plant: (patient: Patient) => void;
  /** The one check that fails. */
  readonly check: string;
  readonly says: RegExp;
  /** Checks that can be made no more, because what they look at is gone. */
  readonly hides?: readonly string[];
}

const RDS = 'AWS::RDS::DBInstance';
const SERVICE = 'AWS::ECS::Service';
const BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const ago = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

function fault(
  environment: Fault['environment'],
  check: string,
  what: string,
  says: RegExp,
  plant: Fault['plant'],
  hides?: readonly string[],
): Fault {
  return { environment, check, what, says, plant, hides };
}

/** One kind of drift or neglect each. */
export const FAULTS: readonly Fault[] = [
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
    const { targets } = world.thing('AWS::ElasticLoadBalancingV2::TargetGroup');
    targets[1].TargetHealth = { State: 'unhealthy', Reason: 'Target.Timeout' };
  }),
  fault(
    'prod',
    'load-balancer',
    'it could be deleted',
    /deletion_protection.enabled is false, planned is true/,
    ({ world }) => {
      world.thing(BALANCER)['attributes'][0].Value = 'false';
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
  fault('prod', 'services', 'a task does not start', /1 of 2 tasks run, 1 are starting/, ({ world }) => {
    Object.assign(world.thing(SERVICE, 'OdooWeb'), { runningCount: 1, pendingCount: 1 });
  }),
  fault(
    'staging',
    'services',
    'a deployment failed',
    /its deployment is FAILED, tasks failed to start/,
    ({ world }) => {
      world.thing(SERVICE, 'OdooCron')['deployments'] = [
        { status: 'PRIMARY', rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start' },
      ];
    },
  ),
  fault(
    'prod',
    'task-definitions',
    'the service was updated past CloudFormation',
    /the task definition is .*:6, planned is/,
    (patient) => {
      const { world } = patient;
      const service = world.thing(SERVICE, 'OdooWeb');
      const planned = String(service['taskDefinition']);
      const older = planned.replace(/:7$/, ':6');
      world.things.set(`eu-central-1 ${older}`, notNull(world.things.get(`eu-central-1 ${planned}`)));
      service['taskDefinition'] = older;
    },
  ),
  fault(
    'prod',
    'release',
    'another image runs',
    /image of Odoo is docker.io\/odoo:latest, planned is/,
    ({ world }) => {
      const definition = world.thing('AWS::ECS::TaskDefinition', 'OdooWeb');
      for (const container of definition['containerDefinitions']) {
        if (container.name === 'Odoo') container.image = 'docker.io/odoo:latest';
      }
    },
  ),
  fault(
    'prod',
    'scaling',
    'somebody fixed the number of nodes',
    /the most tasks is 2, planned is 4/,
    ({ world }) => {
      world.thing('AWS::ApplicationAutoScaling::ScalableTarget')['MaxCapacity'] = 2;
    },
  ),
  fault('prod', 'scaling', 'scaling is suspended', /growing under load is suspended/, ({ world }) => {
    world.thing('AWS::ApplicationAutoScaling::ScalableTarget')['SuspendedState'].DynamicScalingOutSuspended =
      true;
  }),
  fault('staging', 'last-release', 'the last release failed', /release r1 .* is FAILED/, ({ world }) => {
    world.thing('AWS::StepFunctions::StateMachine', 'Release')['executions'][0].status = 'FAILED';
  }),
  fault('dev', 'server', 'the server is sick', /1 servers, 0 in service and healthy/, ({ world }) => {
    world.thing('AWS::AutoScaling::AutoScalingGroup')['Instances'][0].HealthStatus = 'Unhealthy';
  }),
  fault(
    'dev',
    'server',
    'the server is of another type',
    /type of i-0abc is t3.large, planned is t4g.medium/,
    ({ world }) => {
      world.thing('AWS::AutoScaling::AutoScalingGroup')['Instances'][0].InstanceType = 't3.large';
    },
  ),
  fault(
    'dev',
    'server',
    'a lost server would not be replaced',
    /ReplaceUnhealthy of the group is suspended/,
    ({ world }) => {
      world.thing('AWS::AutoScaling::AutoScalingGroup')['SuspendedProcesses'] = [
        { ProcessName: 'ReplaceUnhealthy' },
      ];
    },
  ),
  fault('dev', 'data-volume', 'the data volume is at no server', /attached to no server/, ({ world }) => {
    world.thing('AWS::EC2::Volume')['attachmentSet'] = [];
  }),
  fault(
    'prod',
    'database-status',
    'a change waits for a restart',
    /DBInstanceClass waits to become "db.m7g.8xlarge"/,
    ({ world }) => {
      world.thing(RDS)['PendingModifiedValues'] = { DBInstanceClass: 'db.m7g.8xlarge' };
    },
  ),
  fault('prod', 'database-status', 'the database is stopped', /it is stopped, not available/, ({ world }) => {
    world.thing(RDS)['DBInstanceStatus'] = 'stopped';
  }),
  fault(
    'prod',
    'database-settings',
    'the standby was given up',
    /MultiAZ is false, planned is true/,
    ({ world }) => {
      world.thing(RDS)['MultiAZ'] = false;
    },
  ),
  fault(
    'prod',
    'database-settings',
    'the database may be deleted',
    /DeletionProtection is false/,
    ({ world }) => {
      world.thing(RDS)['DeletionProtection'] = false;
    },
  ),
  fault(
    'staging',
    'database-settings',
    'backups are kept for a day',
    /BackupRetentionPeriod is 1, planned is 7/,
    ({ world }) => {
      world.thing(RDS)['BackupRetentionPeriod'] = 1;
    },
  ),
  fault('prod', 'database-parameters', 'parameters wait for a restart', /is pending-reboot/, ({ world }) => {
    world.thing(RDS)['DBParameterGroups'][0].ParameterApplyStatus = 'pending-reboot';
  }),
  fault(
    'prod',
    'database-maintenance',
    'AWS has set a date',
    /system-update, .* at 2026-12-05T02:00:00Z/,
    ({ world }) => {
      world.maintenance = [
        {
          Action: 'system-update',
          Description: 'New operating system',
          ForcedApplyDate: new Date('2026-12-05T02:00:00Z'),
        },
      ];
    },
  ),
  fault(
    'prod',
    'database-version',
    'the version is no longer supported',
    /PostgreSQL 17.6 is deprecated/,
    ({ world }) => {
      world.engineVersion['Status'] = 'deprecated';
    },
  ),
  fault(
    'prod',
    'database-certificate',
    'the certificate of the database ends',
    /valid until .*, 20 days; it should be 60/,
    ({ world }) => {
      world.thing(RDS)['CertificateDetails'].ValidTill = ago(-20.5);
    },
  ),
  fault(
    'prod',
    'buckets',
    'a bucket could be made public',
    /AuditBucket\w+ could be made public/,
    ({ world }) => {
      world.thing('AWS::S3::Bucket', 'AuditBucket')['block'] = undefined;
    },
  ),
  fault(
    'dev',
    'buckets',
    'versions are suspended',
    /versioning of dev-Data, BackupBucket\w+ is Suspended/,
    ({ world }) => {
      world.thing('AWS::S3::Bucket', 'BackupBucket')['versioning'] = 'Suspended';
    },
  ),
  fault(
    'prod',
    'replication',
    'attachments are copied no more',
    /FilestoreBucket\w+: 0 rules are enabled, planned are 1/,
    ({ world }) => {
      world.thing('AWS::S3::Bucket', 'FilestoreBucket')['rules'] = [];
    },
  ),
  fault(
    'prod',
    'vault',
    'the lock was taken off',
    /lock of prod-Backup, \w+ is false, planned is true/,
    ({ world }) => {
      world.thing('AWS::Backup::BackupVault', 'RecoveryPoints')['Locked'] = false;
    },
  ),
  fault(
    'prod',
    'keys',
    'a key waits for its deletion',
    /key prod-Data, \w+ is PendingDeletion/,
    ({ world }) => {
      notNull(world.things.get(`eu-central-1 ${idIn(world.stack('Data').resources, 'AWS::KMS::Key')}`))[
        'KeyState'
      ] = 'PendingDeletion';
    },
  ),
  fault('prod', 'secrets', 'the rotation is late', /its rotation is late/, ({ world }) => {
    world.thing('AWS::SecretsManager::RotationSchedule')['NextRotationDate'] = ago(5);
  }),
  fault('prod', 'secrets', 'a copy of a secret failed', /its copy in eu-west-1 is Failed/, ({ world }) => {
    world.thing('AWS::SecretsManager::Secret')['ReplicationStatus'][0].Status = 'Failed';
  }),
  fault('prod', 'fence', 'the environment is fenced', /fenced since 2026-11-28/, (patient) => {
    patient.fencedAt = ago(2);
  }),
  fault(
    'prod',
    'backups',
    'nothing has been backed up for days',
    /promised are 1 h at most/,
    ({ backups }) => {
      const [backup] = backups.primary.backups;
      backups.primary.backups = [{ ...notNull(backup), window: { from: ago(35), until: ago(0.5) } }];
    },
  ),
  fault('prod', 'restore-proof', 'the last restore failed', /failed \(restore-tests\//, ({ backups }) => {
    backups.primary.put('prod-audit', `restore-tests/${ago(0.1).toISOString()}-failed-99.json`, {
      recoveryPoint: 'unknown',
      findings: [],
    });
  }),
  fault('prod', 'drill', 'the recovery took too long', /it took 5 h; promised are 4 h at most/, (patient) => {
    patient.drill = { ...notNull(patient.drill), recoverySeconds: 5 * 3600 };
  }),
  fault('prod', 'drill', 'nobody has tried the recovery', /the recovery was never tried/, (patient) => {
    patient.drill = undefined;
  }),
  fault(
    'prod',
    'alarms',
    'an alarm is silenced',
    /prod-critical-database-free-storage is silenced/,
    ({ world }) => {
      world.thing('AWS::CloudWatch::Alarm', 'DatabaseAlarmsFreeStorage')['ActionsEnabled'] = false;
    },
  ),
  fault(
    'prod',
    'alarms',
    'an alarm was disconnected',
    /prod-critical-database-free-storage tells nobody/,
    ({ world }) => {
      world.thing('AWS::CloudWatch::Alarm', 'DatabaseAlarmsFreeStorage')['AlarmActions'] = [];
    },
  ),
  fault(
    'prod',
    'alarms',
    'an alarm was deleted',
    /prod-critical-database-free-storage is not there/,
    ({ world }) => {
      world.things.delete('eu-central-1 prod-critical-database-free-storage');
    },
  ),
  fault(
    'prod',
    'alarms',
    'a threshold was moved',
    /threshold of prod-warning-database-cpu is 99/,
    ({ world }) => {
      world.thing('AWS::CloudWatch::Alarm', 'DatabaseAlarmsCpu')['Threshold'] = 99;
    },
  ),
  fault(
    'dev',
    'alarm-states',
    'an alarm rings',
    /dev-critical-server-odoo-unhealthy rings: too many/,
    ({ world }) => {
      Object.assign(world.thing('AWS::CloudWatch::Alarm', 'ServerHealthAlarmsOdoo'), {
        StateValue: 'ALARM',
        StateReason: 'too many',
      });
    },
  ),
  fault(
    'prod',
    'alarm-receiver',
    'nobody has confirmed',
    /odoo-alarms@example.com has not confirmed/,
    ({ world }) => {
      world.thing('AWS::SNS::Topic')['subscriptions'][0].SubscriptionArn = 'PendingConfirmation';
    },
  ),
  fault('dev', 'alarm-receiver', 'nobody is subscribed', /nobody is subscribed/, ({ world }) => {
    world.thing('AWS::SNS::Topic')['subscriptions'] = [];
  }),
  fault(
    'prod',
    'logs',
    'a log is kept for a day',
    /days of prod-Network, \w+ is 1, planned is 365/,
    ({ world }) => {
      world.thing('AWS::Logs::LogGroup', 'NetworkFlow')['retentionInDays'] = 1;
    },
  ),
  fault(
    'prod',
    'mail-domain',
    'the signature is not known yet',
    /its DKIM is PENDING, planned is SUCCESS/,
    ({ world }) => {
      world.mailIdentity['DkimAttributes'].Status = 'PENDING';
    },
  ),
  fault(
    'prod',
    'mail-access',
    'the recovery Region is in the sandbox',
    /eu-west-1: in the sandbox/,
    ({ world }) => {
      notNull(world.mailAccount['eu-west-1'])['ProductionAccessEnabled'] = false;
    },
  ),
  fault(
    'prod',
    'quotas',
    'the account has the default',
    /eu-central-1: .*Fargate.* 6 allowed, 17 needed/,
    ({ world }) => {
      world.quotas.set('eu-central-1 L-3032A538', 6);
    },
  ),
  fault(
    'prod',
    'recovery-size',
    'the class is not offered there',
    /eu-west-1 does not offer db.m7g.4xlarge/,
    ({ world }) => {
      world.isOffered = false;
    },
  ),
  fault(
    'test',
    'recovery-size',
    'the instance type is not offered there',
    /eu-west-1 does not offer t4g/,
    ({ world }) => {
      world.isOffered = false;
    },
  ),
  fault('test', 'drill', 'the last drill failed', /has failed: rows are missing/, (patient) => {
    patient.drill = { ...notNull(patient.drill), outcome: 'failed', issues: ['rows are missing'] };
  }),
  fault(
    'test',
    'restore-proof',
    'the data volume was never tested',
    /restore of the data volume was ever/,
    ({ backups }) => {
      const [list] = notNull(backups.primary.objects['test-backups/server/recovery-points.json']);
      const { volumeProof: _volumeProof, ...others } = JSON.parse(notNull(list).text);
      backups.primary.put('test-backups', 'server/recovery-points.json', others);
    },
  ),
];

function idIn(
  resources: readonly { ResourceType: string; PhysicalResourceId: string }[],
  type: string,
): string {
  return notNull(resources.find((each) => each.ResourceType === type)).PhysicalResourceId;
}
