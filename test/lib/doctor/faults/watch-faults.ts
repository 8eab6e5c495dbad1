import { notNull } from '../not-null.ts';
import { part } from '../thing.ts';
import { type Fault, fault } from './fault.ts';

/** Drift and neglect of alarms, logs, mail, and what the account allows. */
export const WATCH_FAULTS: readonly Fault[] = [
  fault(
    'prod',
    'alarms',
    'an alarm is silenced',
    /prod-critical-database-free-storage is silenced/,
    ({ world }) => {
      world.thing('AWS::CloudWatch::Alarm', 'DatabaseAlarmsFreeStorage')['ActionsEnabled'] = false;
    },
  ),
  fault(
    'prod',
    'alarms',
    'an alarm was disconnected',
    /prod-critical-database-free-storage tells nobody/,
    ({ world }) => {
      world.thing('AWS::CloudWatch::Alarm', 'DatabaseAlarmsFreeStorage')['AlarmActions'] = [];
    },
  ),
  fault(
    'prod',
    'alarms',
    'an alarm was deleted',
    /prod-critical-database-free-storage is not there/,
    ({ world }) => {
      world.things.delete('eu-central-1 prod-critical-database-free-storage');
    },
  ),
  fault(
    'prod',
    'alarms',
    'a threshold was moved',
    /threshold of prod-warning-database-cpu is 99/,
    ({ world }) => {
      world.thing('AWS::CloudWatch::Alarm', 'DatabaseAlarmsCpu')['Threshold'] = 99;
    },
  ),
  fault(
    'dev',
    'alarm-states',
    'an alarm rings',
    /dev-critical-server-odoo-unhealthy rings: too many/,
    ({ world }) => {
      Object.assign(world.thing('AWS::CloudWatch::Alarm', 'ServerHealthAlarmsOdoo'), {
        StateValue: 'ALARM',
        StateReason: 'too many',
      });
    },
  ),
  fault(
    'prod',
    'alarm-receiver',
    'nobody has confirmed',
    /odoo-alarms@example.com has not confirmed/,
    ({ world }) => {
      part(world.thing('AWS::SNS::Topic'), 'subscriptions', 0)['SubscriptionArn'] = 'PendingConfirmation';
    },
  ),
  fault('dev', 'alarm-receiver', 'nobody is subscribed', /nobody is subscribed/, ({ world }) => {
    world.thing('AWS::SNS::Topic')['subscriptions'] = [];
  }),
  fault(
    'prod',
    'logs',
    'a log is kept for a day',
    /days of prod-Network, \w+ is 1, planned is 365/,
    ({ world }) => {
      world.thing('AWS::Logs::LogGroup', 'NetworkFlow')['retentionInDays'] = 1;
    },
  ),
  fault(
    'prod',
    'mail-domain',
    'the signature is not known yet',
    /its DKIM is PENDING, planned is SUCCESS/,
    ({ world }) => {
      part(world.mailIdentity, 'DkimAttributes')['Status'] = 'PENDING';
    },
  ),
  fault(
    'prod',
    'mail-access',
    'the recovery Region is in the sandbox',
    /eu-west-1: in the sandbox/,
    ({ world }) => {
      notNull(world.mailAccount['eu-west-1'])['ProductionAccessEnabled'] = false;
    },
  ),
  fault(
    'prod',
    'quotas',
    'the account has the default',
    /eu-central-1: .*Fargate.* 6 allowed, 17 needed/,
    ({ world }) => {
      world.quotas.set('eu-central-1 L-3032A538', 6);
    },
  ),
  fault(
    'prod',
    'recovery-size',
    'the class is not offered there',
    /eu-west-1 does not offer db.m7g.4xlarge/,
    ({ world }) => {
      world.isOffered = false;
    },
  ),
  fault(
    'test',
    'recovery-size',
    'the instance type is not offered there',
    /eu-west-1 does not offer t4g/,
    ({ world }) => {
      world.isOffered = false;
    },
  ),
];
