import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import type { S3 } from '@aws-sdk/client-s3';
import { HEALTH_REPORTS } from '../../audit/audit-prefixes.ts';
import { rungIn } from './alarm-history.ts';
import { conclusionsOf } from './conclusions.ts';
import { drillIn, lastLook, proofsIn } from './evidence.ts';
import { type Gathered, healthOf } from './health.ts';
import { alarmHistory, measure } from './measurements.ts';
import { messageOf, pageOf } from './page.ts';
import { monthBefore } from './series.ts';
import type { Settings } from './settings.ts';

/** Months that are compared with the reported one. */
const MONTHS_BEFORE = 3;

const DAY = 86_400;
/** Values of five minutes are kept for two months. */
const FIVE_MINUTES = 300;

export interface Surroundings {
  readonly settings: Settings;
  readonly cloudWatch: Pick<CloudWatch, 'getMetricData' | 'describeAlarmHistory'>;
  readonly s3: Pick<S3, 'listObjectsV2' | 'getObject' | 'putObject'>;
  /** Where drills are reported. */
  readonly s3OfDrills: Pick<S3, 'listObjectsV2' | 'getObject'>;
  readonly now: () => Date;
  readonly log: (line: string) => void;
}

/** What goes to the topic. */
export interface HealthMessage {
  readonly subject: string;
  readonly message: string;
}

/** Reports on the month before: a page in the audit bucket, and what to tell people of it. */
export function createHandler({ settings, cloudWatch, s3, s3OfDrills, now, log }: Surroundings) {
  /** One source that does not answer shall not cost the others: the report says that it is missing. */
  async function gather(): Promise<Gathered> {
    const failures: string[] = [];
    const attempt = async <Value>(what: string, ask: () => Promise<Value>): Promise<Value | undefined> => {
      try {
        return await ask();
      } catch (error) {
        log(JSON.stringify({ level: 'ERROR', what, error: String(error) }));
        failures.push(`${what} could not be read: ${error instanceof Error ? error.name : 'an error'}.`);
        return undefined;
      }
    };
    const moment = now();
    const month = monthBefore(moment);
    const earlier = Array.from({ length: MONTHS_BEFORE }, (_, index) => monthBefore(moment, index + 1));
    const { auditBucket, metrics, drills, proofs: kinds, environment } = settings;
    const first = earlier.at(-1)?.from ?? month.from;
    const [fine, daily, history, tests, drill, look] = await Promise.all([
      attempt('The load of the month', () =>
        measure(cloudWatch, metrics, { ...month, period: FIVE_MINUTES }),
      ),
      attempt('The load of the months before', () =>
        measure(cloudWatch, metrics, { from: first, until: month.until, period: DAY }),
      ),
      attempt('The history of alarms', () => alarmHistory(cloudWatch, environment, month)),
      attempt('Restore tests', () => proofsIn(s3, auditBucket, kinds)),
      drills && attempt('Drills', () => drillIn(s3OfDrills, drills.bucket)),
      attempt('The look at the database', async () => (await lastLook(s3, auditBucket)) ?? null),
    ]);
    return {
      now: moment,
      months: [month, ...earlier],
      fine,
      daily,
      rung: history && rungIn(history, month),
      proofs: [...(tests ?? []), ...(drill ? [drill] : [])],
      look,
      failures,
    };
  }

  return async function reportHealth(): Promise<HealthMessage> {
    const gathered = await gather();
    const health = healthOf(settings, gathered);
    const conclusions = conclusionsOf(settings, gathered, health);
    const key = `${HEALTH_REPORTS}${gathered.months[0].name}.html`;
    await s3.putObject({
      Bucket: settings.auditBucket,
      Key: key,
      Body: pageOf(settings, gathered, health, conclusions),
      ContentType: 'text/html; charset=utf-8',
    });
    return messageOf(settings, gathered, conclusions, `s3://${settings.auditBucket}/${key}`);
  };
}
