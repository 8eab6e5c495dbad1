import { notNull } from '../not-null.ts';
import { part, parts } from '../thing.ts';
import { type Fault, fault } from './fault.ts';

const SERVICE = 'AWS::ECS::Service';

/** Drift and neglect of services and the single server. */
export const SERVICE_FAULTS: readonly Fault[] = [
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
      for (const container of parts(definition, 'containerDefinitions')) {
        if (container['name'] === 'Odoo') container['image'] = 'docker.io/odoo:latest';
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
    part(world.thing('AWS::ApplicationAutoScaling::ScalableTarget'), 'SuspendedState')[
      'DynamicScalingOutSuspended'
    ] = true;
  }),
  fault('staging', 'last-release', 'the last release failed', /release r1 .* is FAILED/, ({ world }) => {
    part(world.thing('AWS::StepFunctions::StateMachine', 'Release'), 'executions', 0)['status'] = 'FAILED';
  }),
  fault('dev', 'server', 'the server is sick', /1 servers, 0 in service and healthy/, ({ world }) => {
    part(world.thing('AWS::AutoScaling::AutoScalingGroup'), 'Instances', 0)['HealthStatus'] = 'Unhealthy';
  }),
  fault(
    'dev',
    'server',
    'the server is of another type',
    /type of i-0abc is t3.large, planned is t4g.medium/,
    ({ world }) => {
      part(world.thing('AWS::AutoScaling::AutoScalingGroup'), 'Instances', 0)['InstanceType'] = 't3.large';
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
];
