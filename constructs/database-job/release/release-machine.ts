import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { aws_kms as kms, aws_rds as rds } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Network } from '../../network/network.ts';
import type { OdooCluster } from '../../odoo-service/odoo-cluster.ts';
import { acknowledge } from '../../shared/acknowledge.ts';
import { StateMachineLogGroup } from '../../shared/state-machine-log-group.ts';
import type { DatabaseJob } from '../database-job.ts';
import { releaseRole } from './release-role.ts';
import { releaseStates } from './release-states.ts';

export interface ReleaseMachineProps {
  readonly cluster: OdooCluster;
  readonly job: DatabaseJob;
  readonly network: Network;
  /** The database that snapshots are taken of. */
  readonly instance: rds.IDatabaseInstance;
  /** Key of the machine's own log. */
  readonly logKey: kms.IKey;
  /** Days for which that log is kept. */
  readonly logRetentionDays: number;
}

/**
 * The state machine that runs the database job: once, or twice with a snapshot of the database in between if the job
 * asks for one. It lasts as long as its input allows, while a deployment is over after an hour.
 *
 * Input: `request`, the job's request as text, and `deadline`, ISO 8601, at most twelve hours ahead. At the deadline the
 * job is stopped, and only when it has stopped the execution fails. Output, and as JSON in the cause of a failure: `task`
 * (ARN), `logStream` and `snapshot`; a failure adds `why`. The name of an execution is part of the snapshot's name and
 * marks the task: letters, digits and single hyphens.
 *
 * Whoever aborts an execution leaves its task running; stop the task instead, and the execution fails by itself.
 */
export class ReleaseMachine extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: ReleaseMachineProps) {
    super(scope, id);
    const { cluster, job, instance } = props;
    const states = releaseStates(this, {
      cluster: cluster.cluster,
      container: job.container.containerName,
      logStreams: job.logStreams,
      runTask: runTask(props),
      instanceIdentifier: instance.instanceIdentifier,
    });
    this.machine = new sfn.StateMachine(this, 'Machine', {
      comment: 'Brings the database of Odoo to a release',
      definitionBody: sfn.DefinitionBody.fromChainable(states),
      role: releaseRole(this, { cluster: cluster.cluster, task: job.definition, instance }),
      logs: {
        destination: new StateMachineLogGroup(this, 'Logs', { ...props, prefix: 'odoo' }),
        level: sfn.LogLevel.ALL,
        // What a state read and made is in the execution itself, for 90 days.
        includeExecutionData: false,
      },
    });
    acknowledge(
      this.machine,
      'AwsSolutions-SF2',
      'A release calls ECS a few thousand times in a row and nothing else; a trace would show that and no more. The log of the machine has every state with its time.',
    );
  }
}

function runTask({ job, network }: ReleaseMachineProps): Readonly<Record<string, unknown>> {
  return {
    TaskDefinition: job.definition.taskDefinitionArn,
    CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
    PlatformVersion: '1.4.0',
    NetworkConfiguration: {
      AwsvpcConfiguration: {
        Subnets: network.vpc.selectSubnets(network.appSubnets).subnetIds,
        SecurityGroups: [network.databaseJobSecurityGroup.securityGroupId],
        AssignPublicIp: 'DISABLED',
      },
    },
  };
}
