import { duration } from '../backups/words.ts';

/** That an environment serves nobody, because it goes on in its recovery Region, or is about to. */
export interface Fence {
  readonly fencedAt: Date;
}

/** What the environment itself has seen of its fence. */
export interface FenceNote {
  /** Of the fence that was seen. */
  readonly fencedAt: Date;
  readonly seenAt: Date;
  /** Tasks or servers that had not ended then. */
  readonly running: number;
}

/** The recovery Region, where the fence stands: nothing is asked of the Region that may be lost. */
export interface FenceRegion {
  fence(): Promise<Fence | undefined>;
  setFence(fence: Fence): Promise<void>;
  removeFence(): Promise<void>;
  note(): Promise<FenceNote | undefined>;
  /** Whether the environment has been brought back there. */
  isRecovered(): Promise<boolean>;
}

export interface FenceProps {
  readonly environment: string;
  readonly region: string;
  readonly recoveryRegion: string;
  readonly cloud: FenceRegion;
  /** Whether that shall be done. */
  readonly confirm: (question: string) => Promise<boolean>;
  readonly say: (text: string) => void;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What became of it. `unconfirmed`: the fence stands, and the Region has not answered. */
export type FenceOutcome = 'done' | 'refused' | 'unconfirmed';

/** The guard looks each minute, and a task has two minutes to end. */
const PATIENCE = 6 * 60_000;

const LOOK_EVERY = 5_000;

/** Stops an environment for as long as the fence stands, and waits until nothing of it runs any more. */
export async function setFence(props: FenceProps): Promise<FenceOutcome> {
  const { environment, region, cloud, confirm, say, now } = props;
  const standing = await cloud.fence();
  if (standing !== undefined) {
    say(`${environment} is fenced since ${standing.fencedAt.toISOString()}.`);
    return awaitStop(props, standing);
  }
  const question = `Nobody will be able to work with ${environment} in ${region} from now on. Stop it?`;
  if (!(await confirm(question))) return 'refused';
  const fence = { fencedAt: now() };
  await cloud.setFence(fence);
  say(
    `${environment} is fenced: its guard in ${region} stops it within a minute, and again if somebody starts it.`,
  );
  return awaitStop(props, fence);
}

/** Lets an environment serve again in its own Region. */
export async function liftFence(props: FenceProps): Promise<FenceOutcome> {
  const { environment, region, recoveryRegion, cloud, confirm, say } = props;
  if ((await cloud.fence()) === undefined && (await cloud.note()) === undefined) {
    say(`${environment} is not fenced.`);
    return 'done';
  }
  if (await cloud.isRecovered()) {
    say(
      `${environment} goes on in ${recoveryRegion}, with what was entered there since: both would serve the same users. Bring that back first, and remove the environment there (docs/recovery.md).`,
    );
    return 'refused';
  }
  if (
    !(await confirm(
      `${environment} will serve again in ${region}, with what it had when it was stopped. Start it?`,
    ))
  )
    return 'refused';
  return startAgain(props);
}

/** Removes the fence, without asking, and waits until the guard has started what it had stopped. */
export async function startAgain(props: Omit<FenceProps, 'confirm'>): Promise<FenceOutcome> {
  const { environment, region, cloud, say } = props;
  await cloud.removeFence();
  const started = await until(props, async () => (await cloud.note()) === undefined);
  say(started ? `${environment} starts in ${region}.` : notAnswered(props, 'starts it when it is back'));
  return started ? 'done' : 'unconfirmed';
}

async function awaitStop(props: FenceProps, fence: Fence): Promise<FenceOutcome> {
  const { environment, region, cloud, say } = props;
  let told = -1;
  const stopped = await until(props, async () => {
    const note = await cloud.note();
    if (note === undefined || note.fencedAt.getTime() !== fence.fencedAt.getTime()) return false;
    if (note.running > 0 && note.running !== told) say(`${note.running} still running in ${region} ...`);
    told = note.running;
    return note.running === 0;
  });
  if (stopped) {
    say(`Nothing of ${environment} runs in ${region} any more.`);
    return 'done';
  }
  say(
    told > 0
      ? `${told} of ${environment} still run in ${region} after ${duration(PATIENCE)}: look at them in ECS or EC2.`
      : notAnswered(props, 'stops it when it is back, within a minute'),
  );
  return 'unconfirmed';
}

function notAnswered(
  { environment, region }: Pick<FenceProps, 'environment' | 'region'>,
  what: string,
): string {
  return `The guard of ${environment} in ${region} has not answered for ${duration(PATIENCE)}. Whether it serves is not known; its guard ${what}.`;
}

async function until(
  { now, sleep }: Pick<FenceProps, 'now' | 'sleep'>,
  isSo: () => Promise<boolean>,
): Promise<boolean> {
  const end = now().getTime() + PATIENCE;
  while (!(await isSo())) {
    if (now().getTime() >= end) return false;
    await sleep(LOOK_EVERY);
  }
  return true;
}
