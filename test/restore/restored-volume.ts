/** One call, by the state that makes it. */
export interface Made {
  readonly state: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

type Answer = (parameters: Readonly<Record<string, unknown>>) => unknown;

export const VOLUME = 'vol-0fedcba9876543210';
export const SERVER = 'i-0123456789abcdef0';
export const JOB = {
  RestoreJobId: '7C3F-1',
  CreatedResourceArn: `arn:aws:ec2:eu-central-1:111122223333:volume/${VOLUME}`,
  RecoveryPointCreationDate: '2026-11-29T03:41:00Z',
};

interface Attachment {
  readonly InstanceId: string;
  readonly State: string;
}

/** The AWS that a validation of a restored volume calls. It keeps state, so that a volume left attached shows. */
export class RestoredVolume {
  readonly calls: Made[] = [];
  /** What is attached to what. */
  readonly attachments = new Map<string, Attachment>();
  /** Servers by how Auto Scaling sees them. */
  servers: { InstanceId: string; LifecycleState: string }[] = [
    { InstanceId: 'i-0aaaaaaaaaaaaaaaa', LifecycleState: 'Terminating' },
    { InstanceId: SERVER, LifecycleState: 'InService' },
  ];
  job: Readonly<Record<string, unknown>> = JOB;
  /** How the command stands, each time somebody asks; the last one for good. */
  statuses = ['Pending', 'InProgress', 'Success'];
  said = '10 checks passed\n';
  /** How often the volume is asked to go before it does; a volume that is in use minds. */
  holdsOn = 0;
  readonly verdicts: Readonly<Record<string, unknown>>[] = [];
  /** Replaces the answer of a state; what it throws is the error of the call. */
  readonly answers: Record<string, (attempt: number, usual: () => unknown) => unknown> = {};

  private readonly usual: Record<string, Answer> = {
    'Describe restore': () => this.job,
    'Find server': () => ({ AutoScalingGroups: [{ Instances: this.servers }] }),
    'Find leftovers': () => ({
      Volumes: [...this.attachments.keys()].map((VolumeId) => ({ VolumeId })),
    }),
    'Detach leftover': (parameters) => this.detach(parameters),
    Attach: ({ VolumeId, InstanceId }) => this.attach(String(VolumeId), String(InstanceId)),
    'Look at volume': () => this.describe(),
    Prove: () => ({ Command: { CommandId: 'command-1' } }),
    'Ask for proof': () => ({
      Status: this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0],
      StatusDetails: 'ExecutionTimedOut',
      StandardOutputContent: this.said,
    }),
    'Look whether it is still there': () => this.describe(),
    'Look whether it is gone': () => this.describe(),
    Detach: (parameters) => this.detach(parameters),
    'Detach by force': (parameters) => this.detach(parameters),
    'Give verdict': (parameters) => {
      this.verdicts.push(parameters);
      return {};
    },
  };

  /** Every state that calls AWS. */
  get states(): readonly string[] {
    return Object.keys(this.usual);
  }

  call(state: string, parameters: Readonly<Record<string, unknown>>): unknown {
    const attempt = this.calls.filter((made) => made.state === state).length;
    this.calls.push({ state, parameters });
    const answer = this.usual[state];
    if (answer === undefined) throw new Error(`AWS knows no "${state}"`);
    const usual = (): unknown => answer(parameters);
    return this.answers[state] === undefined ? usual() : this.answers[state](attempt, usual);
  }

  madeBy(state: string): Made['parameters'][] {
    return this.calls.filter((made) => made.state === state).map(({ parameters }) => parameters);
  }

  /** The instance is gone, and with it whatever was attached to it. */
  replaceServer(): void {
    this.attachments.clear();
    this.servers = [{ InstanceId: 'i-0bbbbbbbbbbbbbbbb', LifecycleState: 'InService' }];
  }

  private attach(volume: string, InstanceId: string): unknown {
    if (this.attachments.has(volume)) throw ec2Error(`${volume} is already attached to an instance`);
    this.attachments.set(volume, { InstanceId, State: 'attaching' });
    return {};
  }

  private describe(): unknown {
    const attachment = this.attachments.get(VOLUME);
    if (attachment === undefined) return { Volumes: [{ VolumeId: VOLUME, Attachments: [] }] };
    // The next time somebody looks, it is further.
    if (attachment.State === 'attaching') this.attachments.set(VOLUME, { ...attachment, State: 'attached' });
    return { Volumes: [{ VolumeId: VOLUME, Attachments: [attachment] }] };
  }

  private detach({ VolumeId, Force }: Readonly<Record<string, unknown>>): unknown {
    const volume = String(VolumeId);
    if (!this.attachments.has(volume)) throw ec2Error(`Volume '${volume}' is in the 'available' state.`);
    if (Force !== true && this.holdsOn-- > 0) return { State: 'busy' };
    this.attachments.delete(volume);
    return { State: 'detaching' };
  }
}

/** As Step Functions calls all of EC2's. */
export function ec2Error(message: string): Error {
  return Object.assign(new Error(message), { name: 'Ec2.Ec2Exception' });
}
