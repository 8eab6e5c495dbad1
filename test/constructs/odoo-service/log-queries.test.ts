import { aws_logs as logs } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { OdooLogQueries } from '../../../constructs/odoo-service/log-queries.ts';
import { testStack } from '../../support/stack.ts';

interface Query {
  readonly Name: string;
  readonly QueryString: string;
  readonly LogGroupNames: unknown;
}

function queries(): readonly Query[] {
  const stack = testStack();
  const logGroup = new logs.LogGroup(stack, 'Logs');
  new OdooLogQueries(stack, 'Queries', { environment: 'prod', logGroup });
  return Object.values(Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition')).map(
    ({ Properties }) => Properties,
  );
}

describe('the queries', () => {
  it("stand in the environment's folder, so that two environments of an account have theirs", () => {
    expect(queries().map(({ Name }) => Name)).toEqual([
      'prod/Odoo/slow requests',
      'prod/Odoo/errors with traceback',
      'prod/Odoo/requests of users that failed',
    ]);
  });

  it("ask the environment's log alone, and no more than fits on a screen", () => {
    for (const { LogGroupNames, QueryString } of queries()) {
      expect(LogGroupNames).toEqual([{ Ref: expect.stringContaining('Logs') }]);
      expect(QueryString).toMatch(/\| limit (50|100)$/);
    }
  });

  it('are written as Logs Insights reads them', () => {
    const [slow, errors] = queries().map(({ QueryString }) => QueryString.split('\n| '));
    expect(slow).toEqual([
      "filter logger = 'werkzeug'",
      'filter seconds > 1',
      'stats count(*) as requests, sum(seconds) as total, pct(seconds, 95) as p95, avg(queries) as sqlQueries by path, call',
      'sort total desc',
      'limit 50',
    ]);
    expect(errors).toEqual([
      'fields @timestamp, logger, message, exception, traceback, @logStream',
      "filter level in ['ERROR', 'CRITICAL']",
      'sort @timestamp desc',
      'limit 100',
    ]);
  });
});
