/** What no template makes, and a rebuild needs all the same. */
export interface Beside {
  readonly what: string;
  readonly where: string;
  readonly comesBack: string;
}

export const beside: readonly Beside[] = [
  {
    what: 'this repository: code, `config/environments/`, `addons/`',
    where: 'git: keep a copy outside the AWS account',
    comesBack:
      '`git clone`, `npm ci`; without it the templates that are deployed can be read from CloudFormation',
  },
  {
    what: 'image of Odoo',
    where:
      'official: the public gallery of ECR, by digest in `config/data/images.json`; `addons`: made from git; another registry: yours',
    comesBack:
      'pulled or built by the deployment; who must not depend on the gallery keeps a copy in a registry and names it in `odoo.image`',
  },
  {
    what: "the CDK's bucket and ECR repository: assets, images from `addons/`",
    where: 'none: both are made from git',
    comesBack: '`npx cdk bootstrap` in the Region, `npx cdk deploy`',
  },
  {
    what: 'hosted zone, registration of the domain',
    where: 'Route 53, in no Region; not made by this project',
    comesBack: 'yours: keep the records in a file, and the login of the registrar',
  },
  {
    what: 'snapshots before releases',
    where: 'RDS, in the Region alone; not in the recovery Region',
    comesBack: 'not at all: any moment of the last `retention.pointInTimeDays` days is there without them',
  },
  {
    what: 'quotas, production access of SES',
    where: 'the account, for each Region',
    comesBack: 'ask for them in the recovery Region now: `npm run plan` lists them, and an answer takes days',
  },
  {
    what: "access to the AWS account, credentials of the relay (`mail.relay`), identity providers' settings",
    where: 'yours',
    comesBack: 'yours: nobody can rebuild without the first',
  },
];
