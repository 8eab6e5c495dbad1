import { aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';

export interface OdooLogQueriesProps {
  /** Folder of the queries in the console: their names are one list per account and Region. */
  readonly environment: string;
  readonly logGroup: logs.ILogGroup;
}

/** Questions to Odoo's log that come up in operation, ready in CloudWatch Logs Insights. They cost nothing until asked. */
export class OdooLogQueries extends Construct {
  constructor(scope: Construct, id: string, props: OdooLogQueriesProps) {
    super(scope, id);
    // What users wait for most in all, not the slowest single one.
    this.define('SlowRequests', 'slow requests', props, {
      filterStatements: ["logger = 'werkzeug'", 'seconds > 1'],
      statsStatements: [
        'count(*) as requests, sum(seconds) as total, pct(seconds, 95) as p95, avg(queries) as sqlQueries by path, call',
      ],
      sort: 'total desc',
      limit: 50,
    });
    this.define('Errors', 'errors with traceback', props, {
      fields: ['@timestamp', 'logger', 'message', 'exception', 'traceback', '@logStream'],
      filterStatements: ["level in ['ERROR', 'CRITICAL']"],
      sort: '@timestamp desc',
      limit: 100,
    });
    // From nginx, which also knows of the requests that never reached Odoo.
    this.define('FailedRequests', 'requests of users that failed', props, {
      filterStatements: ['ispresent(client)', 'status >= 500 or status = 429'],
      statsStatements: ['count(*) as requests, count_distinct(client) as clients by status, path, bin(5m)'],
      sort: 'requests desc',
      limit: 100,
    });
  }

  private define(
    id: string,
    name: string,
    { environment, logGroup }: OdooLogQueriesProps,
    query: logs.QueryStringProps,
  ): void {
    new logs.QueryDefinition(this, id, {
      queryDefinitionName: `${environment}/Odoo/${name}`,
      queryString: new logs.QueryString(query),
      logGroups: [logGroup],
    });
  }
}
