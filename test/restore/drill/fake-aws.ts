import { AwsError } from '../../releases/fake-aws.ts';
import { KEY } from '../../constructs/drill/drill.fixture.ts';
import { FakeBucket } from './fake-bucket.ts';

const BACKUP = 'arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-1';

interface Instance {
  readonly id: string;
  readonly tag: string | undefined;
  status: string;
  /** Looks after which it is available, and after which it is gone once it is deleted. */
  looks: number;
}

interface FakeTask {
  readonly arn: string;
  readonly startedBy: string;
  looks: number;
  asked: boolean;
  stopped: boolean;
}

const LOOKS = 3;

/**
 * RDS, ECS, S3, Step Functions and logs as far as a drill calls them, by its state machine and by its functions. They keep
 * state, so that what is left behind shows.
 */
export class FakeAws {
  readonly instances = new Map<string, Instance>();
  readonly tasks: FakeTask[] = [];
  readonly bucket = new FakeBucket();
  readonly executions = new Map<string, string>();
  /** What its functions have begun by themselves. */
  readonly begun: object[] = [];
  /** Instead of a task. */
  failures: readonly object[] | undefined;
  /** Looks after which RDS has made an instance, and lets it be deleted. */
  looksToMake = LOOKS;
  /** How RDS ends a restore. */
  restoredAs = 'available';
  /** How the containers of the task end. */
  containers: readonly object[] = [
    { Name: 'Prepare', ExitCode: 0 },
    { Name: 'Odoo', ExitCode: 137 },
    { Name: 'Check', ExitCode: 0 },
  ];
  log: readonly string[] = [];
  /** With what RunTask was called. */
  overrides: unknown;
  /** Whether the task goes on until somebody stops it. */
  hangs = false;
  private readonly tokens = new Map<string, FakeTask>();

  /** Names of what is there. */
  get there(): readonly string[] {
    return [...this.instances.keys(), ...this.tasks.filter(({ stopped }) => !stopped).map(({ arn }) => arn)];
  }

  /** Of that, what would stay: nobody has asked for its end. */
  get left(): readonly string[] {
    const going = [
      ...[...this.instances.values()].filter(({ status }) => status === 'deleting').map(({ id }) => id),
      ...this.tasks.filter(({ asked }) => asked).map(({ arn }) => arn),
    ];
    return this.there.filter((name) => !going.includes(name));
  }

  /** A call that the state machine makes by itself. */
  answer(action: string, parameters: Readonly<Record<string, unknown>>): unknown {
    const text = (name: string) => String(parameters[name]);
    switch (action) {
      case 'rds:restoreDBInstanceToPointInTime':
        return this.restore(text('TargetDBInstanceIdentifier'), parameters);
      case 'rds:describeDBInstances':
        return { DbInstances: [described(this.look(text('DbInstanceIdentifier')))] };
      case 'rds:deleteDBInstance':
        return this.deleteInstance(text('DbInstanceIdentifier'), 'Rds.');
      case 'ecs:runTask':
        this.overrides = parameters['Overrides'];
        return this.runTask(text('ClientToken'), text('StartedBy'));
      case 'ecs:describeTasks':
        return { Tasks: [this.lookAtTask(String(parameters['Tasks']))] };
      case 'ecs:listTasks':
        return { TaskArns: this.listed('RUNNING', text('StartedBy')) };
      case 'ecs:stopTask':
        return this.stop(text('Task'));
      default:
        throw new Error(`nobody said that a drill calls ${action}`);
    }
  }

  /** What its functions call. */
  readonly clients = {
    rds: {
      describeDBInstances: async () => ({
        DBInstances: [...this.instances.keys()].map((id) => {
          const { status, tag } = this.look(id);
          return {
            DBInstanceIdentifier: id,
            DBInstanceStatus: status,
            TagList: tag === undefined ? [] : [{ Key: 'odoo-aws:drill', Value: tag }],
          };
        }),
      }),
      deleteDBInstance: async ({ DBInstanceIdentifier }: { DBInstanceIdentifier?: string }) =>
        this.deleteInstance(DBInstanceIdentifier ?? '', ''),
      describeDBInstanceAutomatedBackups: async () => ({
        DBInstanceAutomatedBackups: [
          {
            DBInstanceAutomatedBackupsArn: BACKUP,
            KmsKeyId: KEY,
            RestoreWindow: {
              EarliestTime: new Date('2026-11-01T00:00:00Z'),
              LatestTime: new Date('2026-11-30T11:55:00Z'),
            },
          },
        ],
      }),
    },
    ecs: {
      listTasks: async ({ desiredStatus, startedBy }: { desiredStatus?: string; startedBy?: string }) => ({
        taskArns: this.listed(desiredStatus ?? 'RUNNING', startedBy),
      }),
      describeTasks: async ({ tasks = [] }: { tasks?: readonly string[] }) => ({
        tasks: tasks.map((arn) => {
          this.lookAtTask(arn);
          const { asked, stopped } = this.task(arn);
          return {
            taskArn: arn,
            lastStatus: stopped ? 'STOPPED' : 'RUNNING',
            desiredStatus: asked || stopped ? 'STOPPED' : 'RUNNING',
          };
        }),
      }),
      stopTask: async ({ task }: { task?: string }) => this.stop(task ?? ''),
    },
    stepFunctions: {
      describeExecution: async ({ executionArn = '' }: { executionArn?: string }) => {
        const status = this.executions.get(executionArn);
        if (status === undefined) throw new AwsError('ExecutionDoesNotExist', executionArn);
        return { status };
      },
      startExecution: async (input: object) => {
        this.begun.push(input);
      },
    },
    logs: { getLogEvents: async () => ({ events: this.log.map((message) => ({ message })) }) },
    s3: this.bucket,
  };

  private restore(id: string, parameters: object): unknown {
    if (this.instances.has(id)) throw new AwsError('Rds.DbInstanceAlreadyExistsException', id);
    const { Tags }: { Tags?: readonly { readonly Value: string }[] } = parameters;
    this.addInstance(id, Tags?.[0]?.Value);
    return {};
  }

  addInstance(id: string, tag: string | undefined, status = 'creating'): void {
    this.instances.set(id, { id, tag, status, looks: 0 });
  }

  addTask(startedBy: string): FakeTask {
    const arn = `arn:aws:ecs:eu-west-1:111122223333:task/drill/task${this.tasks.length + 1}`;
    const task = { arn, startedBy, looks: 0, asked: false, stopped: false };
    this.tasks.push(task);
    return task;
  }

  /** Every look brings an instance nearer to being there, or gone. */
  private look(id: string): Instance {
    const found = this.instances.get(id);
    if (found === undefined) throw new AwsError('Rds.DbInstanceNotFoundException', id);
    found.looks += 1;
    if (found.status === 'creating' && found.looks >= this.looksToMake) found.status = this.restoredAs;
    if (found.status === 'deleting' && found.looks >= LOOKS) this.instances.delete(id);
    return found;
  }

  private deleteInstance(id: string, service: string): unknown {
    const found = this.instances.get(id);
    if (found === undefined) throw new AwsError(`${service}DbInstanceNotFoundException`, id);
    if (found.status === 'creating' && service === '') {
      throw new AwsError('InvalidDBInstanceStateFault', `${id} is being created`);
    }
    Object.assign(found, { status: 'deleting', looks: 0 });
    return {};
  }

  private runTask(token: string, startedBy: string): unknown {
    if (this.failures !== undefined) return { Tasks: [], Failures: this.failures };
    const task = this.tokens.get(token) ?? this.addTask(startedBy);
    this.tokens.set(token, task);
    return { Tasks: [{ TaskArn: task.arn }], Failures: [] };
  }

  private listed(desiredStatus: string, startedBy: string | undefined): string[] {
    return this.tasks
      .filter((task) => startedBy === undefined || task.startedBy === startedBy)
      .filter(({ asked, stopped }) => (asked || stopped ? 'STOPPED' : 'RUNNING') === desiredStatus)
      .map(({ arn }) => arn);
  }

  private lookAtTask(arn: string): unknown {
    const task = this.task(arn);
    task.looks += 1;
    if (task.looks >= LOOKS && (task.asked || !this.hangs)) task.stopped = true;
    return task.stopped
      ? {
          TaskArn: arn,
          LastStatus: 'STOPPED',
          StoppedReason: 'Essential container in task exited',
          Containers: this.containers,
        }
      : { TaskArn: arn, LastStatus: 'RUNNING' };
  }

  private stop(arn: string): unknown {
    Object.assign(this.task(arn), { asked: true, looks: 0 });
    return {};
  }

  private task(arn: string): FakeTask {
    const found = this.tasks.find((task) => task.arn === arn);
    if (found === undefined) throw new AwsError('InvalidParameterException', `no task ${arn}`);
    return found;
  }
}

function described({ id, status }: Instance): unknown {
  return {
    DbInstanceArn: `arn:aws:rds:eu-west-1:111122223333:db:${id}`,
    DbInstanceStatus: status,
    ...(status !== 'creating' && { Endpoint: { Address: `${id}.example`, Port: 5432 } }),
  };
}
