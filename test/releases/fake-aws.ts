/** An error as Step Functions names those of AWS. */
export class AwsError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** How one run of the job ends. */
export interface JobRun {
  /** Times that somebody looks before it has stopped; Infinity: it hangs until it is stopped. */
  readonly looks: number;
  /** Absent: its container never ran. */
  readonly exitCode?: number;
  readonly reason?: string;
  /** Looks that it takes to stop after it was asked to; Infinity: it cannot be stopped. */
  readonly looksToStop?: number;
}

export interface FakeTask {
  readonly arn: string;
  readonly request: string;
  readonly startedBy: string;
  readonly run: JobRun;
  looks: number;
  asked: boolean;
  stopped: boolean;
}

interface RunTask {
  readonly ClientToken: string;
  readonly StartedBy: string;
  readonly Overrides: {
    readonly ContainerOverrides: readonly [
      {
        readonly Name: string;
        readonly Environment: readonly [{ readonly Name: string; readonly Value: string }];
      },
    ];
  };
}

/** Parameters of all calls; each has some of them. */
interface Parameters extends RunTask {
  readonly Task: string;
  readonly Tasks: readonly string[];
  readonly DbSnapshotIdentifier: string;
}

/** ECS and RDS as far as a release calls them. They keep state, so what is left behind can be seen. */
export class FakeAws {
  readonly tasks: FakeTask[] = [];
  readonly snapshots: string[] = [];
  readonly calls: { readonly state: string; readonly action: string; readonly parameters: unknown }[] = [];
  /** What the job does, run by run; the last one again and again. */
  runs: readonly JobRun[] = [{ looks: 2, exitCode: 0 }];
  /** Instead of a task. */
  failures: readonly object[] | undefined;
  snapshotStatus: readonly string[] = ['creating', 'creating', 'available'];
  /** State whose call is never answered. */
  silent: string | undefined;
  /** Called before every call; may throw. */
  before: (state: string, attempt: number) => void = () => {};
  /** Called after it, when its effect is there; may throw. */
  after: (state: string, attempt: number) => void = () => {};

  private readonly tokens = new Map<string, FakeTask>();
  private snapshotLooks = 0;

  get running(): readonly FakeTask[] {
    return this.tasks.filter(({ stopped }) => !stopped);
  }

  readonly call = (state: string, resource: string, parameters: Partial<Parameters>): unknown => {
    const action = resource.split(':').slice(-2).join(':');
    const attempt = this.calls.filter((earlier) => earlier.state === state).length;
    this.calls.push({ state, action, parameters });
    this.before(state, attempt);
    if (state === this.silent) return new Promise(() => {});
    const answer = this.answer(action, complete(parameters));
    this.after(state, attempt);
    return answer;
  };

  private answer(action: string, parameters: Parameters): unknown {
    switch (action) {
      case 'ecs:runTask':
        return this.runTask(parameters);
      case 'ecs:describeTasks':
        return { Failures: [], Tasks: parameters.Tasks.map((arn) => this.look(this.task(arn))) };
      case 'ecs:stopTask':
        this.task(parameters.Task).asked = true;
        return { Task: { TaskArn: parameters.Task, LastStatus: 'RUNNING', DesiredStatus: 'STOPPED' } };
      case 'ecs:listTasks':
        return {
          TaskArns: this.running
            .filter(({ startedBy, asked }) => startedBy === parameters.StartedBy && !asked)
            .map(({ arn }) => arn),
        };
      case 'rds:createDBSnapshot':
        return this.createSnapshot(parameters.DbSnapshotIdentifier);
      case 'rds:describeDBSnapshots':
        return this.lookAtSnapshot(parameters.DbSnapshotIdentifier);
      default:
        throw new Error(`nobody said that a release calls ${action}`);
    }
  }

  private runTask({ ClientToken, StartedBy, Overrides }: RunTask): unknown {
    if (this.failures !== undefined) return { Tasks: [], Failures: this.failures };
    const known = this.tokens.get(ClientToken);
    if (known !== undefined) return { Tasks: [{ TaskArn: known.arn }], Failures: [] };
    const task: FakeTask = {
      arn: `arn:aws:ecs:eu-central-1:111122223333:task/cluster/task${this.tasks.length + 1}`,
      request: Overrides.ContainerOverrides[0].Environment[0].Value,
      startedBy: StartedBy,
      run: this.runs[Math.min(this.tasks.length, this.runs.length - 1)] ?? { looks: 0, exitCode: 0 },
      looks: 0,
      asked: false,
      stopped: false,
    };
    this.tasks.push(task);
    this.tokens.set(ClientToken, task);
    return { Tasks: [{ TaskArn: task.arn, LastStatus: 'PROVISIONING' }], Failures: [] };
  }

  private task(arn: string): FakeTask {
    const found = this.tasks.find((task) => task.arn === arn);
    if (found === undefined) throw new AwsError('Ecs.InvalidParameterException', `no task ${arn}`);
    return found;
  }

  /** Every look brings the task nearer to its end. */
  private look(task: FakeTask): unknown {
    task.looks += 1;
    const { looks, exitCode, reason, looksToStop = 2 } = task.run;
    if (!task.stopped && task.asked && task.looks > looksToStop) {
      task.stopped = true;
      return stopped(task, 'UserInitiated', { exitCode: 143 });
    }
    if (!task.asked && task.looks > looks) task.stopped = true;
    if (task.stopped) return stopped(task, 'EssentialContainerExited', { exitCode, reason });
    return { TaskArn: task.arn, LastStatus: 'RUNNING', Containers: [{ Name: 'Configure' }, { Name: 'Job' }] };
  }

  private createSnapshot(id: string): unknown {
    if (this.snapshots.includes(id)) {
      throw new AwsError('Rds.DbSnapshotAlreadyExistsException', `${id} already exists`);
    }
    this.snapshots.push(id);
    return { DbSnapshot: { DbSnapshotIdentifier: id, Status: 'creating' } };
  }

  private lookAtSnapshot(id: string): unknown {
    if (!this.snapshots.includes(id)) throw new AwsError('Rds.DbSnapshotNotFoundException', `no ${id}`);
    const status = this.snapshotStatus[Math.min(this.snapshotLooks++, this.snapshotStatus.length - 1)];
    return { DbSnapshots: [{ DbSnapshotIdentifier: id, Status: status }] };
  }
}

function complete(parameters: Partial<Parameters>): Parameters {
  return {
    Task: '',
    Tasks: [],
    DbSnapshotIdentifier: '',
    ClientToken: '',
    StartedBy: '',
    Overrides: { ContainerOverrides: [{ Name: '', Environment: [{ Name: '', Value: '' }] }] },
    ...parameters,
  };
}

function stopped(
  { arn }: FakeTask,
  stopCode: string,
  { exitCode, reason }: { readonly exitCode?: number; readonly reason?: string },
): unknown {
  return {
    TaskArn: arn,
    LastStatus: 'STOPPED',
    StopCode: stopCode,
    StoppedReason: exitCode === undefined ? 'CannotPullContainerError' : 'Essential container in task exited',
    Containers: [
      { Name: 'Configure', ExitCode: 0 },
      {
        Name: 'Job',
        ...(exitCode !== undefined && { ExitCode: exitCode }),
        ...(reason !== undefined && { Reason: reason }),
      },
    ],
  };
}
