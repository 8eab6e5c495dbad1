import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { DatabaseJob } from '../../../constructs/database-job/database-job.ts';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { surroundings } from '../odoo-service/odoo-service.fixture.ts';

function job() {
  const fixture = surroundings(40);
  const { before, stack, cluster, node, network } = fixture;
  stack.addStackDependency(before);
  const job = new DatabaseJob(stack, 'DatabaseJob', {
    cluster,
    node,
    network,
    version: '19.0',
    adminPassword: node.masterPassword,
    logKey: new Key(before, 'JobLogKey'),
    logRetentionDays: 30,
  });
  return { ...fixture, job };
}

describe('x', () => {
  it('nag', () => {
    const { job: construct } = job();
    const f = findingsOf(construct).filter((x) => x.path.includes('DatabaseJob'));
    console.log(f.map((x) => `${x.acknowledged ? 'ACK ' : 'OPEN'} ${x.id} ${x.path} ${x.evaluated}`).join('\n'));
    console.log(idleAcknowledgments(construct, f));
  });
  it('template', () => {
    const { stack } = job();
    const t = Template.fromStack(stack).toJSON();
    const size = JSON.stringify(Object.values<any>(t.Resources).find((r: any) => r.Type === 'AWS::ECS::TaskDefinition')).length;
    console.log(size, Object.entries<any>(t.Resources).map(([k, r]) => k + ' ' + r.Type).join('\n'));
    console.log(JSON.stringify(t.Resources, (k, v) => (typeof v === 'string' && v.length > 500 ? v.slice(0, 60) + '...' : v), 1));
  });
});
