import { S3Client } from '@aws-sdk/client-s3';
import { EnvironmentStacks } from '../../growth/aws/stacks.ts';
import type { StackPurpose } from '../../growth/cloud.ts';
import { JobFailure, type JobPlace } from '../../release/job-run.ts';
import { ReleaseExecutions } from '../../release/release-executions.ts';
import { FailbackProblem } from '../failback.ts';

export interface RegionSideProps {
  readonly region: string;
  /** What the names of its stacks begin with: `prod`, or `prod-Recovery`. */
  readonly prefix: string;
  /** Stack that has the buckets, and the beginning of their logical ids. */
  readonly buckets: {
    readonly stacks: EnvironmentStacks;
    readonly stack: StackPurpose;
    readonly kind: 'Bucket' | 'Replica';
  };
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/** An environment in one of its two Regions. */
export class RegionSide {
  readonly region: string;
  readonly stacks: EnvironmentStacks;
  readonly s3: S3Client;
  private readonly props: RegionSideProps;
  private readonly releases: ReleaseExecutions;

  constructor(props: RegionSideProps) {
    const { region, prefix, pause } = props;
    this.region = region;
    this.stacks = new EnvironmentStacks(prefix, region);
    // Many small requests at once, some of which S3 asks to repeat.
    this.s3 = new S3Client({ region, maxAttempts: 8 });
    this.props = props;
    this.releases = new ReleaseExecutions(region, pause);
  }

  bucket(purpose: 'Filestore' | 'Backup' | 'Audit'): Promise<string> {
    const { stacks, stack, kind } = this.props.buckets;
    return stacks.resource(stack, 'AWS::S3::Bucket', `${purpose}${kind}`);
  }

  /** @throws FailbackProblem if the job that is run fails. */
  async withJob<T>(run: (place: JobPlace) => Promise<T>): Promise<T> {
    const [stateMachine, logGroup] = await Promise.all([
      this.stacks.output('Release', 'StateMachine'),
      this.stacks.output('Release', 'JobLogGroup'),
    ]);
    try {
      return await run({ releases: this.releases, stateMachine, logGroup, pause: this.props.pause });
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      throw new FailbackProblem(
        `the database job in ${this.region} did not succeed: ${error.message}; mend it and run failback again, or go back with --undo`,
      );
    }
  }
}
