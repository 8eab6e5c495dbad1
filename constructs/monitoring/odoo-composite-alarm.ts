import { aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import type { DescribedAlarm, OdooAlarmProps, Severity } from './odoo-alarm.ts';

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
export class OdooCompositeAlarm extends Construct implements DescribedAlarm {
  readonly alarm: cloudwatch.CompositeAlarm;
  readonly name: string;
  readonly severity: Severity;
  readonly meaning: string;
  readonly condition: string;
  readonly because: string;

  constructor(scope: Construct, id: string, props: OdooCompositeAlarmProps) {
    super(scope, id);
    const { topic } = props;
    this.name = props.name;
    this.severity = props.severity;
    this.meaning = props.meaning;
    this.condition = props.condition;
    this.because = props.because;
    this.alarm = new cloudwatch.CompositeAlarm(this, 'Alarm', {
      compositeAlarmName: `${topic.environmentName}-${this.severity}-${this.name}`,
      alarmDescription: `${this.meaning} Rings ${this.condition}: ${this.because}. Runbook: ${topic.runbook}#${this.name}`,
      alarmRule: props.rule,
    });
    const notify = new actions.SnsAction(topic.topic);
    this.alarm.addAlarmAction(notify);
    this.alarm.addOkAction(notify);
  }
}
