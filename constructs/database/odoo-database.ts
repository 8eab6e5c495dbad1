import type { aws_ec2 as ec2, aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';

/** Name of Odoo's database; `db_name` pins it, so that no request ever lists databases. */
export const DATABASE_NAME = 'odoo';

/** Role that owns the database: no superuser, may not create databases. */
export const DATABASE_ROLE = 'odoo';

/** A PostgreSQL server for Odoo, wherever it runs. */
export interface OdooDatabase {
  /** Endpoint name. On RDS certificates are issued for it: connect by no other name, or verify-full fails. */
  readonly host: string;
  readonly port: string;
  /** Administrator's credentials, for jobs that create roles and databases; never for Odoo itself. */
  readonly masterSecret: secretsmanager.ISecret;
  readonly connections: ec2.Connections;
}
