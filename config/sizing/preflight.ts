import type { Environment } from '../environment.ts';
import { isRegionName, regionOf } from '../regions.ts';
import { fargateVcpu } from './fargate.ts';
import type { CheckedPlan, PreflightItem } from './plan.ts';
import { recoveryChecks } from './preflight-recovery.ts';

/** Checks on an ordinary AWS account that no synthesis can make, in the order in which a deployment would trip. */
export function preflight(environment: Environment, plan: CheckedPlan): readonly PreflightItem[] {
  return [
    ...accountChecks(environment),
    ...networkChecks(environment, plan),
    ...computeChecks(environment, plan),
    ...databaseChecks(environment, plan),
    ...filestoreChecks(environment, plan),
    ...domainChecks(environment),
    ...operationChecks(environment),
    ...mailChecks(environment),
    ...recoveryChecks(environment, plan),
  ];
}

function accountChecks({ account, region, recoveryRegion }: Environment): readonly PreflightItem[] {
  const regions = recoveryRegion === undefined ? [region] : [region, recoveryRegion];
  const optIn = regions.filter((name) => isRegionName(name) && regionOf(name).optIn);
  const targets = regions.map((name) => `aws://${account ?? 'ACCOUNT'}/${name}`).join(' ');
  return [
    {
      check: 'AWS plan of the account',
      needs: 'a paid plan',
      typicalDefault: 'new accounts may be on the free plan, which refuses many services',
      action: 'upgrade the plan in the Billing console',
    },
    ...optIn.map((name) => ({
      check: `Region ${name} switched on`,
      needs: 'an enabled Region',
      typicalDefault: 'off: it is an opt-in Region',
      action: 'enable it under Account, AWS Regions; it takes minutes to hours',
    })),
    {
      check: 'CDK bootstrap',
      needs: regions.join(' and '),
      typicalDefault: 'not done',
      action: `npx cdk bootstrap ${targets}`,
    },
  ];
}

function networkChecks({ network, region }: Environment, plan: CheckedPlan): readonly PreflightItem[] {
  const addresses = plan.tier === 'small' ? 1 : plan.network.natGateways;
  const elasticIps: PreflightItem = {
    check: 'Elastic IP addresses',
    needs: plan.tier === 'small' ? '1 for the server' : `${addresses} for NAT gateways`,
    typicalDefault: '5 per Region, those in use included',
    action: 'Service Quotas, EC2-VPC Elastic IPs, L-0263D0A3',
  };
  const vpc: PreflightItem = {
    check: 'VPCs',
    needs: '1',
    typicalDefault: '5 per Region, the default VPC included',
    action: 'Service Quotas, VPCs per Region, L-F678F1CE',
  };
  const zones: PreflightItem = {
    check: 'Availability Zones',
    needs: `${plan.network.availabilityZones} in ${region}`,
    typicalDefault: 'all zones of the Region, but older Regions hide some from new accounts',
    action: `aws ec2 describe-availability-zones --region ${region}; with fewer, use an existing network`,
  };
  return [...(network.kind === 'new' ? [vpc, zones] : []), ...(addresses > 0 ? [elasticIps] : [])];
}

function computeChecks(
  environment: Environment,
  { app, cron, server }: CheckedPlan,
): readonly PreflightItem[] {
  if (server !== undefined) {
    return [
      {
        check: 'EC2 Standard On-Demand vCPU',
        needs: `${server.vcpu} vCPU (${server.instanceType}), twice that during a restore drill`,
        typicalDefault: '5, new accounts from 1',
        action: 'Service Quotas, Running On-Demand Standard instances, L-1216C47A',
      },
      ...goldenImageChecks(environment),
    ];
  }
  const { steady, surge, scaledOut, most } = fargateVcpu({ app, cron });
  return [
    {
      check: 'Fargate On-Demand vCPU',
      needs: `${most} vCPU (${steady} steady, ${surge} more during a deployment, ${scaledOut} scaled out)`,
      typicalDefault: '6 per Region, new accounts from 0; short of it a deployment hangs instead of failing',
      action: 'Service Quotas, Fargate On-Demand vCPU resource count, L-3032A538; ask days ahead',
    },
  ];
}

function goldenImageChecks({ server, network }: Environment): readonly PreflightItem[] {
  return server.goldenImage === undefined || network.kind === 'new'
    ? []
    : [
        {
          check: 'Public addresses for the machine that builds the golden image',
          needs: `auto-assigned public IPv4 addresses in ${network.publicSubnetIds[0]}`,
          typicalDefault: 'off in most networks; Image Builder then waits in vain for its machine',
          action: `aws ec2 modify-subnet-attribute --map-public-ip-on-launch --subnet-id ${network.publicSubnetIds[0]}`,
        },
      ];
}

function databaseChecks(
  { recoveryRegion, storage }: Environment,
  { database }: CheckedPlan,
): readonly PreflightItem[] {
  const instance: PreflightItem = {
    check: 'RDS instances',
    needs: `1 ${database.class}${database.multiAz ? ' in two zones' : ''}, one more during a restore drill`,
    typicalDefault: '40 per Region',
    action: 'Service Quotas, DB instances, L-7B6409FD',
  };
  const replication: PreflightItem = {
    check: 'RDS backup replication to another Region',
    needs: `1 to ${recoveryRegion}`,
    typicalDefault: '20 per account; not between every pair of Regions',
    action:
      'aws rds describe-source-regions in the recovery Region, field SupportsDBInstanceAutomatedBackupsReplication',
  };
  const backup: PreflightItem = {
    check: 'AWS Backup opt-in',
    needs: database.kind === 'host' ? 'EBS' : storage.filestore === 'efs' ? 'RDS and EFS' : 'RDS',
    typicalDefault: 'mostly on; a type that is off is skipped without an error',
    action: 'AWS Backup console, Settings, Service opt-in, in every Region used',
  };
  return [
    ...(database.kind === 'rds' ? [instance] : []),
    ...(database.kind === 'rds' && recoveryRegion !== undefined ? [replication] : []),
    backup,
  ];
}

function filestoreChecks({ region, storage }: Environment, { tier }: CheckedPlan): readonly PreflightItem[] {
  if (tier === 'small') {
    return [];
  }
  return [
    storage.filestore === 's3-files'
      ? {
          check: 'Amazon S3 Files',
          needs: `1 file system in ${region}`,
          typicalDefault: 'a service of 2026, not yet in every Region',
          action: 'if the console does not offer it there, set storage.filestore to "efs"',
        }
      : {
          check: 'Amazon EFS for the filestore',
          needs: 'nothing to be switched on',
          typicalDefault: 'about ten times the price of S3 per GB of attachments',
          action: 'raise storage.filestoreGiB to what you have and look at the cost again',
        },
  ];
}

function domainChecks({ domain, region }: Environment): readonly PreflightItem[] {
  if (domain === undefined) {
    return [];
  }
  if (domain.certificateArn !== undefined) {
    return [
      {
        check: 'Certificate',
        needs: `issued for ${domain.name} in ${region}`,
        typicalDefault: 'pending until its DNS record exists',
        action: `aws acm describe-certificate --region ${region} --certificate-arn ${domain.certificateArn}`,
      },
    ];
  }
  return domain.hostedZone === undefined
    ? [
        {
          check: 'DNS record',
          needs: `${domain.name} pointing to the server`,
          typicalDefault: 'none',
          action: 'create an A record with the address that the deployment prints',
        },
      ]
    : [
        {
          check: 'Hosted zone',
          needs: `public zone ${domain.hostedZone.name} (${domain.hostedZone.id}) in this account, delegated by its parent`,
          typicalDefault: 'without delegation the certificate stays pending and the stack waits for hours',
          action: `dig NS ${domain.hostedZone.name} must answer with the zone's four name servers`,
        },
      ];
}

function operationChecks({ alarmEmail, region, recoveryRegion }: Environment): readonly PreflightItem[] {
  const alarms: PreflightItem = {
    check: 'Alarm e-mail',
    needs: `${alarmEmail} confirmed${recoveryRegion === undefined ? '' : ` twice, for ${region} and for ${recoveryRegion}`}`,
    typicalDefault: 'unconfirmed subscriptions receive nothing',
    action: 'click the link in the message that AWS sends after the first deployment',
  };
  return alarmEmail === undefined ? [] : [alarms];
}

function mailChecks({ mail, region }: Environment): readonly PreflightItem[] {
  if (mail === undefined) {
    return [
      {
        check: "Odoo's outgoing mail",
        needs: 'the field mail',
        typicalDefault: 'none: no invitations, no reset of a password, no invoice by e-mail',
        action: "add mail: { from: 'odoo@example.com' } with your own domain",
      },
    ];
  }
  return mail.kind === 'ses'
    ? [
        {
          check: "Odoo's outgoing mail",
          needs: `production access of Amazon SES in ${region}`,
          typicalDefault: 'a sandbox: 200 messages a day, to verified addresses only',
          action: `ask for it on the SES page Account dashboard in ${region}; AWS answers within a day`,
        },
      ]
    : [
        {
          check: "Odoo's outgoing mail",
          needs: `${mail.host} on port ${mail.port}, open to the addresses that Odoo calls from`,
          typicalDefault: 'relays take mail from networks and logins that they know',
          action: 'let the operator of the relay admit them; docs/mail.md says how to try it',
        },
      ];
}
