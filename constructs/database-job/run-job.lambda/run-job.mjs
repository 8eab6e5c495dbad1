// @ts-check
import { explain, whatRestores } from './explain.mjs';

/**
 * Runs one release for a deployment: `onEvent` starts an execution of its state machine, `isComplete` is asked until it
 * has ended. Both are called by the CDK's provider framework, which answers CloudFormation.
 *
 * @typedef {object} JobProperties What the template says. CloudFormation turns every number into text.
 * @property {string} StateMachine
 * @property {string} TaskDefinition With its revision: a new one is what makes a deployment run the job again.
 * @property {string} Cluster
 * @property {string} LogGroup
 * @property {string} LogStreams What the names of the container's log streams begin with.
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
 * @property {string} [ExecutionArn] Absent when there was nothing to run.
 *
 * @typedef {import('./explain.mjs').Execution} Execution
 *
 * @typedef {object} Clients The few calls of the AWS SDK that are made.
 * @property {{
 *   startExecution(input: object): Promise<{ executionArn?: string }>,
 *   describeExecution(input: object): Promise<Execution>,
 *   stopExecution(input: object): Promise<unknown>,
 *   listExecutions(input: object): Promise<{ executions?: { executionArn?: string }[] }>,
 * }} sfn
 * @property {{
 *   listTasks(input: object): Promise<{ taskArns?: string[] }>,
 *   stopTask(input: object): Promise<unknown>,
 * }} ecs
 * @property {import('./explain.mjs').Logs} logs
 * @property {{ describeStacks(input: object): Promise<{ Stacks?: { StackStatus?: string }[] }> }} cloudFormation
 */

/**
 * How long the state machine may take to stop the job after its deadline: two minutes for the task to end by itself, up
 * to five until that is seen. Four minutes of CloudFormation's hour then are left.
 */
const GRACE_MINUTES = 6;

/**
 * @param {Clients} clients
 * @param {() => number} now
 */
export function createHandlers({ sfn, ecs, logs, cloudFormation }, now = Date.now) {
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
      console.log(
        `the stack is rolling back: the job is not run${await latestSnapshot(event.ResourceProperties)}`,
      );
      return { PhysicalResourceId };
    }
    return { PhysicalResourceId, ExecutionArn: await start(event) };
  }

  /** @param {string} stack */
  async function isRollingBack(stack) {
    const { Stacks = [] } = await cloudFormation.describeStacks({ StackName: stack });
    return Stacks[0]?.StackStatus === 'UPDATE_ROLLBACK_IN_PROGRESS';
  }

  /**
   * Never fails: a rollback must not.
   *
   * @param {JobProperties} job
   */
  async function latestSnapshot({ StateMachine }) {
    try {
      const { executions = [] } = await sfn.listExecutions({ stateMachineArn: StateMachine, maxResults: 1 });
      if (executions[0]?.executionArn === undefined) return '';
      return whatRestores(await sfn.describeExecution({ executionArn: executions[0].executionArn }));
    } catch (error) {
      console.log('the latest execution is not known', error);
      return '';
    }
  }

  /** @param {JobEvent} event */
  async function start({ RequestId, ResourceProperties: job }) {
    const name = `deployment-${RequestId}`;
    const deadline = new Date(now() + Number(job.BudgetMinutes) * 60_000).toISOString();
    try {
      const { executionArn } = await sfn.startExecution({
        stateMachineArn: job.StateMachine,
        name,
        input: JSON.stringify({ request: '{"kind":"release"}', deadline }),
      });
      console.log(`started ${executionArn}`);
      return executionArn;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ExecutionAlreadyExists') throw error;
      // The same request was delivered twice. Its execution is there, with the deadline of the first time.
      return `${job.StateMachine.replace(':stateMachine:', ':execution:')}:${name}`;
    }
  }

  /** @param {JobEvent & Started} event */
  async function isComplete({ ExecutionArn, ResourceProperties: job }) {
    if (ExecutionArn === undefined) return { IsComplete: true };
    const execution = await sfn.describeExecution({ executionArn: ExecutionArn });
    if (execution.status === 'SUCCEEDED') return { IsComplete: true };
    if (execution.status !== 'RUNNING') {
      // An execution that ended in order has stopped its task; one that somebody aborted has not.
      const stopped = await stopTasks(execution, job);
      throw new Error(`${await explain(logs, execution, job.LogGroup)}${stopped}`);
    }
    const { deadline } = JSON.parse(execution.input ?? '{}');
    if (now() < Date.parse(deadline) + GRACE_MINUTES * 60_000) return { IsComplete: false };
    // Before CloudFormation gives up by itself, which would leave the job working on the database unseen.
    await sfn.stopExecution({ executionArn: ExecutionArn, cause: 'the deployment waits no longer' });
    const stopped = await stopTasks(execution, job);
    throw new Error(
      `the execution had not ended ${GRACE_MINUTES} minutes after the end of its time${stopped}; log streams ${job.LogStreams}* of log group ${job.LogGroup} have the rest`,
    );
  }

  /**
   * Never fails: why the execution ended is worth more.
   *
   * @param {Execution} execution
   * @param {JobProperties} job
   */
  async function stopTasks({ name }, { Cluster }) {
    try {
      const { taskArns = [] } = await ecs.listTasks({ cluster: Cluster, startedBy: name });
      for (const task of taskArns) {
        await ecs.stopTask({ cluster: Cluster, task, reason: 'its release has ended' });
      }
      return taskArns.length > 0 ? '; its task was stopped' : '';
    } catch (error) {
      console.log('the tasks could not be stopped', error);
      return '; its task may still run: stop it in ECS before anything else';
    }
  }

  return { onEvent, isComplete };
}
