import type { DatabaseInstance, Databases } from './cloud.ts';
import type { Patience } from './patience.ts';

/** On every instance that a copy restores, so that one that was left over is recognised, and nothing else is deleted. */
export function temporaryTags(environment: string): Readonly<Record<string, string>> {
  return { 'odoo-aws:temporary': 'staging-copy', 'odoo-aws:environment': environment };
}

/** States from which an instance becomes available by itself; any other one that lasts needs a person. */
const ON_ITS_WAY = new Set([
  'available',
  'backing-up',
  'configuring-enhanced-monitoring',
  'configuring-iam-database-auth',
  'configuring-log-exports',
  'creating',
  'modifying',
  'rebooting',
  'renaming',
  'resetting-master-credentials',
  'starting',
  'storage-config-upgrade',
  'storage-initialization',
  'storage-optimization',
]);

export interface TemporaryDatabaseProps {
  readonly databases: Databases;
  readonly patience: Patience;
  /** Names of environments. */
  readonly from: string;
  readonly to: string;
  readonly say: (line: string) => void;
}

/** Production's database at its latest recovery point, in an instance of its own that is gone afterwards. */
export class TemporaryDatabase {
  private readonly props: TemporaryDatabaseProps;

  constructor(props: TemporaryDatabaseProps) {
    this.props = props;
  }

  private get tags(): Readonly<Record<string, string>> {
    return temporaryTags(this.props.to);
  }

  /** Deletes what earlier runs left behind. */
  async deleteLeftOvers(): Promise<void> {
    const { databases, say } = this.props;
    for (const { identifier, status } of await databases.tagged(this.tags)) {
      if (status === 'deleting') continue;
      say(`deleting ${identifier}, which an earlier run left behind`);
      await this.delete(identifier);
    }
  }

  /** Begins to restore `source` beside `target`, whose network and size it gets. */
  async restore(identifier: string, source: DatabaseInstance, target: DatabaseInstance): Promise<void> {
    await this.props.databases.restoreLatest({
      source: source.identifier,
      identifier,
      instanceClass: target.instanceClass,
      subnetGroup: target.subnetGroup,
      securityGroups: target.securityGroups,
      parameterGroup: target.parameterGroup,
      tags: { ...this.tags, 'odoo-aws:copy-of': this.props.from },
    });
  }

  /** Waits until an instance can be used; returns where it is. */
  async available(identifier: string): Promise<{ readonly host: string; readonly port: number }> {
    const { databases, patience } = this.props;
    return patience.until(`${identifier} to be available`, async () => {
      const instance = await databases.find(identifier);
      if (instance === undefined) throw new Error(`${identifier} is gone, though it was being restored`);
      if (!ON_ITS_WAY.has(instance.status)) {
        throw new Error(`${identifier} is ${instance.status} and will not become available by itself`);
      }
      return instance.status === 'available' && !instance.passwordPending ? instance.endpoint : undefined;
    });
  }

  /** Gives the administrator another password. What it had is production's and is not known here. */
  async setPassword(identifier: string, password: string): Promise<void> {
    await this.props.databases.setMasterPassword(identifier, password);
    // The state says so only a while later, and looks available until then.
    await this.props.patience.pause();
    await this.available(identifier);
  }

  /**
   * Deletes an instance, if it carries the tags of a temporary one: no other is ever deleted. Waits while RDS refuses because
   * it is being made, also when the run was interrupted.
   */
  async delete(identifier: string): Promise<void> {
    const { databases, patience, say } = this.props;
    let told = false;
    await patience.insist(`${identifier} to be deleted`, async () => {
      const instance = await databases.find(identifier);
      if (instance === undefined || instance.status === 'deleting') return true;
      if (Object.entries(this.tags).some(([key, value]) => instance.tags[key] !== value)) {
        throw new Error(`${identifier} is not a temporary database of ${this.props.to}: it is not deleted`);
      }
      if (await databases.delete(identifier)) return true;
      if (!told) say(`${identifier} cannot be deleted while it is ${instance.status}: waiting`);
      told = true;
      return undefined;
    });
  }
}
