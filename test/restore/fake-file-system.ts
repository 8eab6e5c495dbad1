/** How a thing of EFS stands: it takes one look for it to be made, and one for a mount target to be removed. */
interface Thing {
  readonly id: string;
  readonly fileSystem: string;
  state: 'creating' | 'available' | 'deleting';
}

type Parameters = Readonly<Record<string, unknown>>;

interface Mounted {
  readonly Arn: string;
  readonly LocalMountPath: string;
}

/** How long Lambda takes to change a function. */
const UPDATE_MS = 5_000;

/** EFS and one function of Lambda, as far as a restore test uses them, with what there is. */
export class FakeFileSystem {
  /** What is never reached, however long somebody waits. */
  never: Thing['state'] | undefined;
  private readonly mountTargets: Thing[] = [];
  private readonly accessPoints: Thing[] = [];
  private mounted: readonly Mounted[] = [];
  /** Until when Lambda changes the function, milliseconds since 1970. */
  private busyUntil = 0;
  private made = 0;

  /** What would keep AWS Backup from deleting the file system, and what would be wrong in the next test. */
  get left(): readonly string[] {
    return [
      ...(this.mounted.length > 0 ? ['mounted'] : []),
      ...this.accessPoints.map(() => 'access point'),
      ...this.mountTargets.map(() => 'mount target'),
    ];
  }

  mountedAt(path: string): boolean {
    const [first] = this.mounted;
    return first?.LocalMountPath === path && this.mountTargets[0]?.state === 'available';
  }

  mount(Arn: string, LocalMountPath: string): void {
    this.mounted = [{ Arn, LocalMountPath }];
  }

  unmount(): void {
    this.mounted = [];
  }

  /** As after an execution that was stopped. */
  makeAll(fileSystem: string): void {
    this.make(this.mountTargets, 'fsmt', fileSystem, 'MountTargetConflictException');
    this.make(this.accessPoints, 'fsap', fileSystem, 'AccessPointAlreadyExistsException');
  }

  /** As after AWS Backup has deleted the file system. */
  forget(): void {
    this.mountTargets.length = this.accessPoints.length = 0;
  }

  answer(action: string, parameters: Parameters): unknown {
    const fileSystem = String(parameters['FileSystemId']);
    switch (action) {
      case 'createMountTarget':
        return this.make(this.mountTargets, 'fsmt', fileSystem, 'MountTargetConflictException');
      case 'createAccessPoint':
        return this.make(this.accessPoints, 'fsap', fileSystem, 'AccessPointAlreadyExistsException');
      case 'describeMountTargets':
        return { MountTargets: this.look(this.mountTargets, fileSystem, 'MountTargetId') };
      case 'describeAccessPoints':
        return { AccessPoints: this.look(this.accessPoints, fileSystem, 'AccessPointId') };
      case 'deleteMountTarget':
        return remove(this.mountTargets, parameters['MountTargetId'], 'MountTargetNotFoundException');
      case 'deleteAccessPoint':
        return this.removeAtOnce(parameters['AccessPointId']);
      case 'updateFunctionConfiguration':
        return this.configure(parameters);
      case 'getFunctionConfiguration':
        return this.lookAtFunction();
      default:
        throw new Error(`nobody answers ${action}`);
    }
  }

  private make(things: Thing[], kind: string, fileSystem: string, exists: string): object {
    if (things.some((thing) => thing.fileSystem === fileSystem)) throw efsError(exists);
    this.made++;
    things.push({ id: `${kind}-${kind === 'fsap' ? 1 : this.made}`, fileSystem, state: 'creating' });
    return {};
  }

  private look(things: Thing[], fileSystem: string, id: string): readonly object[] {
    const found = things.filter((thing) => thing.fileSystem === fileSystem);
    const seen = found.map((thing) => ({
      [id]: thing.id,
      LifeCycleState: thing.state,
      AccessPointArn: `arn:of:${thing.id}`,
    }));
    for (const thing of found) {
      if (thing.state === 'creating' && this.never !== 'available') thing.state = 'available';
      else if (thing.state === 'deleting') things.splice(things.indexOf(thing), 1);
    }
    return seen;
  }

  private removeAtOnce(id: unknown): object {
    const answer = remove(this.accessPoints, id, 'AccessPointNotFoundException');
    this.accessPoints.splice(0, Infinity, ...this.accessPoints.filter(({ state }) => state !== 'deleting'));
    return answer;
  }

  private configure({ FileSystemConfigs }: Parameters): object {
    if (this.isBusy) throw named('Lambda.ResourceConflictException');
    const configs: readonly Mounted[] = JSON.parse(JSON.stringify(FileSystemConfigs));
    this.mounted = configs;
    this.busyUntil = Date.now() + UPDATE_MS;
    return {};
  }

  private lookAtFunction(): object {
    return { LastUpdateStatus: this.isBusy ? 'InProgress' : 'Successful', Environment: { Variables: {} } };
  }

  private get isBusy(): boolean {
    return Date.now() < this.busyUntil;
  }
}

function remove(things: Thing[], id: unknown, notFound: string): object {
  const thing = things.find((one) => one.id === id);
  if (thing === undefined) throw efsError(notFound);
  thing.state = 'deleting';
  return {};
}

function efsError(name: string): Error {
  return named(`Efs.${name}`);
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
