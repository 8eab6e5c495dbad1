import { CustomResource, type aws_kms as kms } from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import type { OdooCluster } from '../odoo-service/odoo-cluster.ts';
import type { DatabaseJob } from './database-job.ts';
import { JobRunner } from './job-runner.ts';
import type { ReleaseMachine } from './release/release-machine.ts';

/**
 * How long a deployment gives the job. CloudFormation waits for an hour at most, whatever it is told; the rest is for
 * stopping the task and answering in time.
 */
const BUDGET_MINUTES = 50;

export interface DatabaseJobRunProps {
  readonly cluster: OdooCluster;
  readonly job: DatabaseJob;
  readonly release: ReleaseMachine;
  /** Key of the logs of the functions that start the release and wait for it. */
  readonly logKey: kms.IKey;
  /** Days for which those logs are kept. */
  readonly logRetentionDays: number;
}

/**
 * The run of the database job in a deployment: a custom resource that starts the release and waits for it.
 *
 * The job runs on the first deployment and on each one that changes its task (image, configuration, program). When it
 * fails, the deployment fails with its message, and what served before goes on serving.
 */
export class DatabaseJobRun extends Construct {
  /** Whatever serves the database depends on this. */
  readonly done: IDependable;

  constructor(scope: Construct, id: string, props: DatabaseJobRunProps) {
    super(scope, id);
    const { cluster, job, release } = props;
    const { serviceToken } = new JobRunner(this, 'Runner', {
      machine: release.machine,
      cluster: cluster.cluster,
      taskLogs: cluster.logGroup,
      logKey: props.logKey,
      logRetentionDays: props.logRetentionDays,
    });
    this.done = new CustomResource(this, 'Run', {
      resourceType: 'Custom::DatabaseJob',
      serviceToken,
      properties: {
        StateMachine: release.machine.stateMachineArn,
        // With its revision, which is what makes a deployment run the job again.
        TaskDefinition: job.definition.taskDefinitionArn,
        Cluster: cluster.cluster.clusterName,
        LogGroup: cluster.logGroup.logGroupName,
        LogStreams: job.logStreams,
        BudgetMinutes: BUDGET_MINUTES,
      },
    });
  }
}
