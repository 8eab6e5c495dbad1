import type { PlannedEnvironment } from '../../config/load.ts';
import type { BackupsReport } from '../backups/report.ts';
import type { StoredReport } from '../drill/drill-report.ts';
import type { Fence } from '../failover/fence.ts';
import type { DeployedResource } from './answers.ts';
import type { Deployed } from './deployed.ts';
import type { Outside } from './outside.ts';

/** A stack as this checkout makes it. */
export interface ExpectedStack {
  readonly name: string;
  readonly region: string;
  readonly terminationProtection: boolean;
  /** The whole template. */
  readonly template: unknown;
  readonly resources: Readonly<Record<string, ExpectedResource>>;
}

export interface ExpectedResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A resource of a template. */
export interface Located {
  readonly stack: ExpectedStack;
  readonly logicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** For people: `prod-Data, DatabaseInstanceAA8A5FDE`. */
  readonly place: string;
}

export interface SubjectProps {
  readonly planned: PlannedEnvironment;
  readonly stacks: readonly ExpectedStack[];
  readonly deployedIn: (region: string) => Promise<Deployed>;
  /** What can be restored, as `npm run backups` finds it. */
  readonly backups: () => Promise<BackupsReport>;
  /** The newest report of a drill; undefined before the first one. */
  readonly lastDrill: () => Promise<StoredReport | undefined>;
  readonly fence: () => Promise<Fence | undefined>;
  readonly outside: Outside;
  readonly now: Date;
  /** When the environment goes live. */
  readonly goLive?: Date;
}

/** The environment that is looked at: what it should be, and whom to ask what it is. */
export class Subject {
  readonly props: SubjectProps;

  constructor(props: SubjectProps) {
    this.props = props;
  }

  get environment() {
    return this.props.planned.environment;
  }

  get plan() {
    return this.props.planned.plan;
  }

  in(region = this.environment.region): Promise<Deployed> {
    return this.props.deployedIn(region);
  }

  /**
   * Resources of some types in the templates.
   *
   * @param stack - end of the stack's name, for example `Release`; all stacks if left out.
   */
  of(types: readonly string[], stack?: string): readonly Located[] {
    return this.props.stacks
      .filter(({ name }) => stack === undefined || name === `${this.environment.name}-${stack}`)
      .flatMap((located) =>
        Object.entries(located.resources)
          .filter(([, { Type }]) => types.includes(Type))
          .map(([logicalId, { Properties }]) => ({
            stack: located,
            logicalId,
            properties: Properties,
            place: `${located.name}, ${logicalId}`,
          })),
      );
  }

  has(type: string, stack?: string): boolean {
    return this.of([type], stack).length > 0;
  }

  /** Asks about a resource, by the id that it has in its Region. */
  async ask<T>(
    { stack, logicalId }: Located,
    question: (deployed: Deployed, id: string) => Promise<T>,
  ): Promise<T> {
    const deployed = await this.in(stack.region);
    return question(deployed, idOf(await deployed.resources(stack.name), stack, logicalId));
  }
}

function idOf(
  resources: readonly DeployedResource[],
  { name, region }: ExpectedStack,
  logicalId: string,
): string {
  const found = resources.find(({ LogicalResourceId }) => LogicalResourceId === logicalId);
  if (found?.PhysicalResourceId === undefined) {
    throw new Error(`the stack ${name} in ${region} has no ${logicalId}: deploy it from this checkout`);
  }
  return found.PhysicalResourceId;
}
