import { aws_rds as rds } from 'aws-cdk-lib';

/** Major version of PostgreSQL. */
export const POSTGRESQL = 17;

/**
 * The major version only: RDS picks the minor and moves it in the maintenance window. A pinned minor that it has moved
 * past would turn the next update into a downgrade, which fails.
 */
export const ENGINE = rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_17 });

/** Of PostgreSQL. */
export const PORT = 5432;
