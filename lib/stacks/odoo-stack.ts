import { Fn, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';

export interface OdooStackProps {
  readonly environment: Environment;
  readonly plan: Plan;
  /**
   * Brought back from its copies, in the recovery Region: `Recovery-Network` instead of `Network`, beside what is there for the
   * copies.
   * @default false
   */
  readonly recovered?: boolean;
}

interface StackPurpose {
  /** What is in the stack, in a few words without numbers: a description that changes is a change to deploy. */
  readonly description: string;
  /**
   * It holds what cannot be made again, and is protected from deletion in production. Not what is brought back: CloudFormation
   * does not remove a protected stack whose first creation has failed, and the second attempt would fail for that.
   */
  readonly stateful: boolean;
  /**
   * Where it is.
   *
   * @default - the environment's Region
   */
  readonly region?: string;
}

/** A stack of one environment: its Region and account, its Availability Zones, its tags. */
export abstract class OdooStack extends Stack {
  private readonly zoneCount: number;

  /**
   * @param purpose - PascalCase noun that ends the stack's name, for example `Network` in `prod-Network`. Stack names
   *   are part of the contract with what is deployed: a rename replaces everything in the stack.
   */
  protected constructor(
    scope: Construct,
    purpose: string,
    { environment, plan, recovered = false }: OdooStackProps,
    { description, stateful, region }: StackPurpose,
  ) {
    super(scope, `${environment.name}-${recovered ? 'Recovery-' : ''}${purpose}`, {
      env: { account: environment.account, region: region ?? environment.region },
      description: `Odoo (${environment.name}): ${description}`,
      terminationProtection: stateful && environment.production,
      // By `Fn::GetStackOutput` too: no function is made for it.
      crossRegionReferences: true,
    });
    this.zoneCount = plan.network.availabilityZones;
    this.tagEverything(environment, plan);
  }

  /**
   * Tokens, because the inherited getter looks real zones up as soon as the Region is explicit, and synthesis must
   * not need credentials.
   */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.zoneCount }, (_, index) => Fn.select(index, Fn.getAzs()));
  }

  private tagEverything(environment: Environment, plan: Plan): void {
    const tags = {
      ...environment.tags,
      'odoo-aws:project': 'odoo-aws',
      'odoo-aws:environment': environment.name,
      'odoo-aws:tier': plan.tier,
    };
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);
  }
}
