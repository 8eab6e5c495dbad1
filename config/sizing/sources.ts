/** Where a number comes from, as shown in the plan beside the sentence that uses it. */
export const sources = {
  guide: 'the implementation guide (sizes, tested load, PostgreSQL settings)',
  odooDeploy: "Odoo's deployment guide, chapter Builtin server",
  odooCode: 'Odoo 18.0 and 19.0 source code, odoo/tools/config.py and odoo/sql_db.py',
  measured: 'measured on Odoo 18.0 and PostgreSQL 15 with two cores, November 2026',
  hostTests:
    'provisioning and pgBackRest measured on Debian 12 with two cores, November 2026; AWS and download times assumed',
  fargate: 'Amazon ECS developer guide, Fargate task CPU and memory',
  rds: 'Amazon RDS user guide, PostgreSQL parameters and gp3 storage',
  rdsChange: 'Amazon RDS user guide, Settings for DB instances, and AWS re:Post on what a change interrupts',
  rdsParameterGroup: 'CloudFormation reference, AWS::RDS::DBInstance, DBParameterGroupName',
  rollingUpdate: 'docs/architecture.md, A node, from start to stop',
  waf: 'AWS WAF developer guide, associating a web ACL',
  ebs: 'Amazon EBS user guide, Elastic Volumes',
  postgres: 'PostgreSQL 17 documentation, chapter Server Configuration',
  prices: 'dated price data in config/data/aws-prices.json',
  project: 'a decision of this project',
  configured: 'the environment file',
} as const;
