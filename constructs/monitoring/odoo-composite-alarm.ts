import { aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import type { OdooAlarmProps } from './odoo-alarm.ts';

export interface OdooCompositeAlarmProps extends Pick<
  OdooAlarmProps,
  'name' | 'severity' | 'meaning' | 'because'
> {
  readonly topic: AlarmTopic;
  /** When it rings; made of alarms that tell nobody themselves. */
  readonly rule: cloudwatch.IAlarmRule;
  /** The same in words, beginning with `above`, `at or above`, `below` or `at or below`. */
  readonly condition: string;
}

/** As `OdooAlarm`, of several conditions. AWS bills it as five alarms. */
export class OdooCompositeAlarm extends Construct {
  constructor(scope: Construct, id: string, props: OdooCompositeAlarmProps) {
    super(scope, id);
    const { topic, name } = props;
    const alarm = new cloudwatch.CompositeAlarm(this, 'Alarm', {
      compositeAlarmName: `${topic.environmentName}-${props.severity}-${name}`,
      alarmDescription: `${props.meaning} Rings ${props.condition}: ${props.because}. Runbook: ${topic.runbook}#${name}`,
      alarmRule: props.rule,
    });
    const notify = new actions.SnsAction(topic.topic);
    alarm.addAlarmAction(notify);
    alarm.addOkAction(notify);
  }
}
