// @ts-check

/**
 * Runs one ECS task for a deployment: `onEvent` starts it, `isComplete` is asked until it has ended. Both are called by
 * the CDK's provider framework, which answers CloudFormation.
 *
 * @typedef {object} JobProperties What the template says. CloudFormation turns every number into text.
 * @property {string} Cluster
 * @property {string} TaskDefinition With its revision: a new one is what makes a deployment run the job again.
 * @property {string} Container Name of the container whose exit code is the verdict.
 * @property {string[]} Subnets
 * @property {string} SecurityGroup
 * @property {string} LogGroup
 * @property {string} LogStreamPrefix
 * @property {string} BudgetMinutes
 *
 * @typedef {object} JobEvent
 * @property {'Create' | 'Update' | 'Delete'} RequestType
 * @property {string} RequestId
 * @property {string} StackId
 * @property {string} LogicalResourceId
 * @property {string} [PhysicalResourceId]
 * @property {JobProperties} ResourceProperties
 *
 * @typedef {object} Started What `onEvent` hands on to `isComplete`.
 * @property {string} PhysicalResourceId
 * @property {string} [TaskArn] Absent when there was nothing to run.
 * @property {number} [StartedAt] Milliseconds since 1970.
 *
 * @typedef {object} Container
 * @property {string} [name]
 * @property {number} [exitCode]
 * @property {string} [reason]
 *
 * @typedef {object} Task
 * @property {string} [taskArn]
 * @property {string} [lastStatus]
 * @property {string} [stopCode]
 * @property {string} [stoppedReason]
 * @property {Container[]} [containers]
 *
 * @typedef {{ tasks?: Task[], failures?: { reason?: string, detail?: string }[] }} Tasks
 *
 * @typedef {object} Clients The few calls of the AWS SDK that are made.
 * @property {{
 *   runTask(input: object): Promise<Tasks>,
 *   describeTasks(input: object): Promise<Tasks>,
 *   stopTask(input: object): Promise<unknown>,
 * }} ecs
 * @property {{ getLogEvents(input: object): Promise<{ events?: { message?: string }[] }> }} logs
 * @property {{ describeStacks(input: object): Promise<{ Stacks?: { StackStatus?: string }[] }> }} cloudFormation
 */

/** CloudFormation drops an answer above 4 KB without a word, and would then wait for an hour. */
const LONGEST_MESSAGE = 1500;

/**
 * @param {Clients} clients
 * @param {() => number} now
 */
export function createHandlers({ ecs, logs, cloudFormation }, now = Date.now) {
  /**
   * @param {JobEvent} event
   * @returns {Promise<Started>}
   */
  async function onEvent(event) {
    const PhysicalResourceId = event.PhysicalResourceId ?? event.LogicalResourceId;
    if (event.RequestType === 'Delete') return { PhysicalResourceId };
    if (event.RequestType === 'Update' && (await isRollingBack(event.StackId))) {
      // The job never goes back to an older state, so there is nothing to do; running it could only turn one failure
      // into a second one, and leave the stack in UPDATE_ROLLBACK_FAILED.
      console.log('the stack is rolling back: the job is not run');
      return { PhysicalResourceId };
    }
    return { PhysicalResourceId, TaskArn: await start(event), StartedAt: now() };
  }

  /** @param {string} stack */
  async function isRollingBack(stack) {
    const { Stacks = [] } = await cloudFormation.describeStacks({ StackName: stack });
    return Stacks[0]?.StackStatus === 'UPDATE_ROLLBACK_IN_PROGRESS';
  }

  /** @param {JobEvent} event */
  async function start({ RequestId, ResourceProperties: job }) {
    const { tasks = [], failures = [] } = await ecs.runTask({
      cluster: job.Cluster,
      taskDefinition: job.TaskDefinition,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1 }],
      platformVersion: '1.4.0',
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: job.Subnets,
          securityGroups: [job.SecurityGroup],
          assignPublicIp: 'DISABLED',
        },
      },
      count: 1,
      // A repeated invocation for the same request finds the task that is already there.
      clientToken: RequestId,
      startedBy: 'CloudFormation',
    });
    // ECS answers 200 even when it started nothing, for lack of capacity for example.
    const [task] = tasks;
    if (task?.taskArn === undefined) {
      const reasons = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': '));
      throw new Error(
        `ECS could not start the job: ${reasons.join('; ') || 'no reason given'}; deploy again`,
      );
    }
    console.log(`started ${task.taskArn}`);
    return task.taskArn;
  }

  /** @param {JobEvent & Started} event */
  async function isComplete({ TaskArn, StartedAt = now(), ResourceProperties: job }) {
    if (TaskArn === undefined) return { IsComplete: true };
    const { tasks = [] } = await ecs.describeTasks({ cluster: job.Cluster, tasks: [TaskArn] });
    // For a moment after its start ECS may not know the task yet.
    const [task] = tasks;
    if (task?.lastStatus === 'STOPPED') {
      const exitCode = task.containers?.find(({ name }) => name === job.Container)?.exitCode;
      if (exitCode === 0) return { IsComplete: true };
      throw new Error(await explain(task, TaskArn, job));
    }
    const minutes = (now() - StartedAt) / 60_000;
    if (minutes < Number(job.BudgetMinutes)) return { IsComplete: false };
    // Before CloudFormation gives up by itself, which would leave the task working on the database unseen.
    await ecs.stopTask({ cluster: job.Cluster, task: TaskArn, reason: 'the deployment waits no longer' });
    throw new Error(
      `the job was stopped after ${Math.round(minutes)} minutes, the longest that a deployment waits; ${whereToLook(TaskArn, job)}`,
    );
  }

  /**
   * @param {Task} task
   * @param {string} taskArn
   * @param {JobProperties} job
   */
  async function explain(task, taskArn, job) {
    const report = await readReport(taskArn, job);
    const ended = (task.containers ?? [])
      .filter(({ exitCode, reason }) => exitCode !== 0 || reason)
      .map(({ name, exitCode, reason }) =>
        [`${name} ended with ${exitCode ?? 'no exit code'}`, reason].filter(Boolean).join(': '),
      );
    const cause = report ?? [task.stopCode, task.stoppedReason, ...ended].filter(Boolean).join('; ');
    return `${cause.slice(0, LONGEST_MESSAGE)}; ${whereToLook(taskArn, job)}`;
  }

  /**
   * The job's own account, the last line of its log.
   *
   * @param {string} taskArn
   * @param {JobProperties} job
   * @returns {Promise<string | undefined>}
   */
  async function readReport(taskArn, job) {
    try {
      const { events = [] } = await logs.getLogEvents({
        logGroupName: job.LogGroup,
        logStreamName: logStream(taskArn, job),
        limit: 10,
      });
      const line = events.findLast(({ message }) => message?.startsWith('{"databaseJob"'))?.message;
      if (line === undefined) return undefined;
      const { databaseJob } = JSON.parse(line);
      return `step ${databaseJob.step}: ${databaseJob.error ?? databaseJob.outcome}`;
    } catch (error) {
      // Without a container there is no log stream. What ECS says about the task is then all there is.
      console.log('no report in the log', error);
      return undefined;
    }
  }

  return { onEvent, isComplete };
}

/**
 * @param {string} taskArn
 * @param {JobProperties} job
 */
function whereToLook(taskArn, job) {
  return `log stream ${logStream(taskArn, job)} of log group ${job.LogGroup} has the rest`;
}

/**
 * @param {string} taskArn
 * @param {JobProperties} job
 */
function logStream(taskArn, job) {
  return `${job.LogStreamPrefix}/${job.Container}/${taskArn.split('/').at(-1)}`;
}
