import type { Check } from '../check.ts';
import type { Alarm } from '../answers.ts';
import type { Findings } from '../findings.ts';
import type { Located, Subject } from '../subject.ts';

const ALARMS = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];
const TOPIC = 'AWS::SNS::Topic';
const LOG_GROUP = 'AWS::Logs::LogGroup';

/** The most that CloudWatch answers at once. */
const PAGE = 100;

interface Watched {
  readonly located: Located;
  readonly name: string;
  /** Absent: it is not deployed. */
  readonly alarm?: Alarm;
}

/** Every alarm of the templates with what CloudWatch says of it. */
async function alarmsOf(subject: Subject, findings: Findings): Promise<readonly Watched[]> {
  const named = subject.of(ALARMS).flatMap((located) => {
    const name = located.properties['AlarmName'];
    return typeof name === 'string' ? [{ located, name }] : [];
  });
  const regions = [...new Set(named.map(({ located }) => located.stack.region))];
  const found = await Promise.all(
    regions.map(async (region) => {
      const there = named.filter(({ located }) => located.stack.region === region);
      const pages = Array.from({ length: Math.ceil(there.length / PAGE) }, (_, page) =>
        there.slice(page * PAGE, (page + 1) * PAGE).map(({ name }) => name),
      );
      const answers = await findings.read(`alarms in ${region}`, async () => {
        const deployed = await subject.in(region);
        return (await Promise.all(pages.map((names) => deployed.alarms(names)))).flat();
      });
      if (answers === undefined) return [];
      return there.map((each) => ({ ...each, alarm: answers.find((one) => one.AlarmName === each.name) }));
    }),
  );
  return found.flat();
}

/** What is only a part of another alarm tells nobody by itself. */
function tells({ properties }: Located): boolean {
  const actions = properties['AlarmActions'];
  return Array.isArray(actions) && actions.length > 0;
}

/** Whether somebody hears of it. */
export const watchChecks: readonly Check[] = [
  {
    name: 'alarms',
    asks: 'Is every alarm of the templates there, switched on, at its threshold, and connected to somebody?',
    basis: 'templates',
    todo: 'deploy again; an alarm that somebody silenced: aws cloudwatch enable-alarm-actions --alarm-names NAME',
    page: 'docs/runbook.md',
    async look(subject, findings) {
      for (const { located, name, alarm } of await alarmsOf(subject, findings)) {
        if (alarm === undefined) {
          findings.fault(`${name} is not there`);
          continue;
        }
        findings.require(alarm.ActionsEnabled, `${name} is on`, `${name} is silenced`);
        if (alarm.AlarmActions.length === 0 && tells(located)) findings.fault(`${name} tells nobody`);
        findings.expect(`threshold of ${name}`, alarm.Threshold, located.properties['Threshold']);
      }
    },
  },
  {
    name: 'alarm-states',
    asks: 'Does no alarm ring?',
    basis: 'this project',
    todo: 'docs/runbook.md has a section for each alarm, named like the end of its name: Means, Look, Do. Critical ones first',
    page: 'docs/runbook.md',
    async look(subject, findings) {
      for (const { name, alarm } of await alarmsOf(subject, findings)) {
        if (alarm === undefined) continue;
        // New alarms and those on what seldom happens have nothing to judge by. That is known, and no fault.
        if (alarm.StateValue === 'INSUFFICIENT_DATA') findings.see(`${name} has too little data to judge by`);
        else
          findings.require(alarm.StateValue === 'OK', `${name} is OK`, `${name} rings: ${alarm.StateReason}`);
      }
    },
  },
  {
    name: 'alarm-receiver',
    asks: 'Does somebody get the alarms, who has confirmed it?',
    basis: 'environment file',
    todo: 'click the link in the message that AWS sent to that address after the deployment (AWS Notification - Subscription Confirmation); expired or lost, it comes again by SNS, the topic, Request confirmation. No address: alarmEmail in the environment file, or subscribe what pages people',
    page: 'docs/runbook.md',
    appliesTo: (subject) => subject.has(TOPIC),
    async look(subject, findings) {
      await Promise.all(
        subject.of([TOPIC]).map(async (located) => {
          const { place, stack } = located;
          const subscriptions = await findings.read(`receivers of ${place}`, () =>
            subject.ask(located, (deployed, arn) => deployed.subscriptions(arn)),
          );
          if (subscriptions === undefined) return;
          const confirmed = subscriptions.filter(({ SubscriptionArn: arn }) => arn.startsWith('arn:'));
          const waiting = subscriptions.filter((each) => each.SubscriptionArn === 'PendingConfirmation');
          const names = waiting.map(({ Endpoint }) => Endpoint).join(', ');
          findings.require(
            confirmed.length > 0,
            `${stack.region}: ${confirmed.map(({ Endpoint }) => Endpoint).join(', ')}`,
            `${place} in ${stack.region}: ${waiting.length === 0 ? 'nobody is subscribed' : `${names} has not confirmed`}`,
          );
        }),
      );
    },
  },
  {
    name: 'logs',
    asks: 'Are logs kept as long as planned, and encrypted?',
    basis: 'environment file',
    todo: 'deploy again; CloudWatch Logs, the log group, Actions sets what was changed by hand',
    page: 'docs/security.md#encryption',
    async look(subject, findings) {
      await Promise.all(
        subject.of([LOG_GROUP]).map(async (located) => {
          const { place, properties } = located;
          const answer = await findings.read(`log group ${place}`, () =>
            subject.ask(located, async (deployed, name) => ({ group: await deployed.logGroup(name) })),
          );
          if (answer === undefined) return;
          const { group } = answer;
          if (group === undefined) return findings.fault(`${place} was deleted`);
          findings.expect(
            `days of ${place}`,
            group.retentionInDays ?? 'for ever',
            properties['RetentionInDays'],
          );
          if (properties['KmsKeyId'] === undefined) return;
          findings.require(
            group.kmsKeyId !== undefined,
            `${place} is encrypted`,
            `${place} has lost its encryption key`,
          );
        }),
      );
    },
  },
];
