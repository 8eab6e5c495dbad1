import { aws_iam as iam, aws_sns as sns, Stack, type aws_kms as kms } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  /** Name of the environment; the names of its alarms begin with it. */
  readonly environmentName: string;
  /**
   * Key of the messages. Its policy must let `cloudwatch.amazonaws.com` decrypt and generate data keys, or every
   * notification is lost without a trace.
   */
  readonly encryptionKey: kms.IKey;
  /**
   * Address that receives the alarms. AWS sends it a message with a link to confirm; until then it receives nothing.
   *
   * @default - nobody; the topic is there to subscribe to
   */
  readonly email?: string;
  /**
   * Where the runbook is read.
   *
   * @default - its place in this repository
   */
  readonly runbookUrl?: string;
}

/**
 * Where the alarms of an environment go, and how people learn of them.
 *
 * Security notes: encrypted with a customer key; only alarms of this account and its mail events may publish, over TLS only.
 */
export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;
  readonly environmentName: string;
  /** Where the runbook is read; the sections bear the names of the alarms. */
  readonly runbook: string;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    this.environmentName = props.environmentName;
    this.runbook = props.runbookUrl ?? 'docs/runbook.md';
    this.topic = new sns.Topic(this, 'Topic', {
      displayName: `Odoo ${props.environmentName}`,
      masterKey: props.encryptionKey,
      enforceSSL: true,
    });
    this.letAlarmsPublish();
    if (props.email !== undefined) {
      // Not through `addSubscription`, which makes the address part of the logical id.
      new sns.Subscription(this, 'Email', {
        topic: this.topic,
        protocol: sns.SubscriptionProtocol.EMAIL,
        endpoint: props.email,
      });
    }
  }

  /** A topic with a policy loses SNS's default one, by which the alarms of the account could publish. */
  private letAlarmsPublish(): void {
    const stack = Stack.of(this);
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: {
            'aws:SourceArn': stack.formatArn({ service: 'cloudwatch', resource: 'alarm:*' }),
          },
        },
      }),
    );
  }
}
