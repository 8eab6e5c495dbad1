import type { DatabaseInstance, DatabaseRestore, Databases } from '../../../lib/staging/cloud.ts';

/** Looks at an instance until it is in the next state. */
const LOOKS = 2;

/** States that follow each other; the last one lasts. */
const RESTORED = ['creating', 'backing-up', 'modifying', 'available'];

export interface FakeInstance extends DatabaseInstance {
  readonly next: readonly string[];
  readonly looks: number;
}

/** RDS as far as instances go: they take their time, refuse to be deleted while they are made, and disappear slowly. */
export class FakeDatabases implements Databases {
  readonly instances = new Map<string, FakeInstance>();
  /** Every call that changes something, in order. */
  readonly calls: string[] = [];
  /** Called with the name of each call before it is carried out; what it throws is its answer. */
  fault: (call: string) => void = () => undefined;
  /** Where a restored instance answers, and who sets its password there. */
  readonly restored: {
    readonly endpoint: { readonly host: string; readonly port: number };
    readonly setPassword: (password: string) => void;
  };

  constructor(restored: FakeDatabases['restored']) {
    this.restored = restored;
  }

  add(
    instance: Partial<DatabaseInstance> & { readonly identifier: string },
    next: readonly string[] = [],
  ): void {
    this.instances.set(instance.identifier, {
      status: 'available',
      passwordPending: false,
      instanceClass: 'db.t4g.large',
      storage: 100,
      storageMax: 400,
      masterUser: 'odoo_master',
      engineVersion: '17.5',
      latestRestorable: new Date('2026-11-30T04:00:00Z'),
      subnetGroup: `subnets of ${instance.identifier}`,
      securityGroups: [`group of ${instance.identifier}`],
      parameterGroup: `parameters of ${instance.identifier}`,
      endpoint: undefined,
      tags: {},
      ...instance,
      next,
      looks: 0,
    });
  }

  /** Those that exist and are not being deleted. */
  get standing(): readonly string[] {
    return [...this.instances.values()]
      .filter(({ status }) => status !== 'deleting')
      .map(({ identifier }) => identifier);
  }

  async find(identifier: string): Promise<DatabaseInstance | undefined> {
    this.fault('find');
    const instance = this.instances.get(identifier);
    if (instance === undefined) return undefined;
    this.age(instance);
    return instance;
  }

  async tagged(tags: Readonly<Record<string, string>>): Promise<readonly DatabaseInstance[]> {
    return [...this.instances.values()].filter((instance) =>
      Object.entries(tags).every(([key, value]) => instance.tags[key] === value),
    );
  }

  async restoreLatest(restore: DatabaseRestore): Promise<void> {
    this.calls.push(`restore ${restore.source}`);
    this.fault('restore');
    const { source: _, ...rest } = restore;
    this.add({ ...rest, status: RESTORED[0] ?? '', endpoint: this.restored.endpoint }, RESTORED.slice(1));
    this.fault('restored');
  }

  async setMasterPassword(identifier: string, password: string): Promise<void> {
    this.calls.push('password');
    this.fault('password');
    const instance = this.instances.get(identifier);
    if (instance?.status !== 'available') throw new Error(`${identifier} is ${instance?.status}`);
    // As RDS: for a moment nothing has changed yet.
    this.instances.set(identifier, {
      ...instance,
      next: ['resetting-master-credentials', 'available'],
      looks: 0,
    });
    this.restored.setPassword(password);
  }

  async delete(identifier: string): Promise<boolean> {
    this.calls.push('delete');
    this.fault('delete');
    const instance = this.instances.get(identifier);
    if (instance === undefined) return true;
    if (instance.status === 'creating') return false;
    this.instances.set(identifier, { ...instance, status: 'deleting', next: ['gone'], looks: 0 });
    return true;
  }

  private age(instance: FakeInstance): void {
    const [following] = instance.next;
    if (following === undefined) return;
    if (instance.looks < LOOKS) {
      this.instances.set(instance.identifier, { ...instance, looks: instance.looks + 1 });
    } else if (following === 'gone') {
      this.instances.delete(instance.identifier);
    } else {
      this.instances.set(instance.identifier, {
        ...instance,
        status: following,
        next: instance.next.slice(1),
        looks: 0,
      });
    }
  }
}
