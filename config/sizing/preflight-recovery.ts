import type { Environment } from '../environment.ts';
import { withoutDrill } from './drilled.ts';
import { fargateVcpu } from './fargate.ts';
import type { CheckedPlan, PreflightItem } from './plan.ts';
import { recoveredEnvironment, recoveredNetwork } from './recovered.ts';

/**
 * What the recovery Region may lack on the day on which it is needed: quotas, SES's sandbox and certificates are of one Region,
 * and an account that has run nothing there has what every new one has.
 */
export function recoveryChecks(environment: Environment, plan: CheckedPlan): readonly PreflightItem[] {
  const region = environment.recoveryRegion;
  if (region === undefined) return [];
  const recovered = recoveredEnvironment(environment, region);
  return [
    quotas(recovered, environment.region, plan),
    ...drillQuota(recovered, plan),
    sizeOffered(recovered, plan),
    ...certificate(environment, region),
    ...mail(recovered),
  ];
}

function quotas(recovered: Environment, primaryRegion: string, plan: CheckedPlan): PreflightItem {
  const { region } = recovered;
  const compute = plan.server
    ? { vcpu: plan.server.vcpu, name: 'EC2 Standard', usual: '5 (new accounts 1)', code: 'L-1216C47A' }
    : { vcpu: fargateVcpu(plan).most, name: 'Fargate', usual: '6 (new accounts 0)', code: 'L-3032A538' };
  const addresses = plan.server ? 1 : recoveredNetwork(recovered, plan.tier).natGateways;
  const [alsoAddresses, alsoFive, alsoCode] =
    addresses === 0
      ? ['', '', '']
      : [
          `, ${addresses} Elastic IP address${addresses === 1 ? '' : 'es'}`,
          ', 5 addresses',
          ' and L-0263D0A3',
        ];
  return {
    check: `Quotas in ${region}, for a recovery`,
    needs: `${compute.vcpu} vCPU of ${compute.name} On-Demand${alsoAddresses}`,
    typicalDefault: `${compute.usual}${alsoFive}, whatever ${primaryRegion} was raised to: quotas are of one Region, and where nothing ever ran nobody has asked`,
    action: `Service Quotas in ${region}, ${compute.code}${alsoCode}; ask now, AWS may take days`,
  };
}

/** Others need more of the same for a recovery. */
function drillQuota(recovered: Environment, plan: CheckedPlan): readonly PreflightItem[] {
  if (plan.server === undefined || withoutDrill(recovered, plan) !== undefined) return [];
  return [
    {
      check: `Fargate On-Demand vCPU in ${recovered.region}, for a drill`,
      needs: `${plan.server.vcpu} vCPU`,
      typicalDefault: '6 per Region, new accounts from 0',
      action: `Service Quotas in ${recovered.region}, L-3032A538`,
    },
  ];
}

function sizeOffered({ region }: Environment, { server, database }: CheckedPlan): PreflightItem {
  return server
    ? {
        check: `Instance type in ${region}`,
        needs: `${server.instanceType} in the zone of the server`,
        typicalDefault: 'not every type is offered in every Region and zone',
        action: `aws ec2 describe-instance-type-offerings --region ${region} --location-type availability-zone --filters Name=instance-type,Values=${server.instanceType}`,
      }
    : {
        check: `RDS class in ${region}`,
        needs: `${database.class}${database.multiAz ? ', MultiAZCapable' : ''}`,
        typicalDefault: 'not every class is offered in every Region',
        action: `aws rds describe-orderable-db-instance-options --region ${region} --engine postgres --db-instance-class ${database.class}`,
      };
}

function certificate({ domain, recovery }: Environment, region: string): readonly PreflightItem[] {
  if (domain?.certificateArn === undefined) return [];
  const arn = recovery.certificateArn;
  return [
    {
      check: `Certificate in ${region}`,
      needs: `issued for ${domain.name} and not expired, named by recovery.certificateArn`,
      typicalDefault:
        'none; ACM renews only what is in use, so that this one expires unless it is requested anew',
      action:
        arn === undefined
          ? `aws acm request-certificate --region ${region} --validation-method DNS --domain-name ${domain.name}`
          : `aws acm describe-certificate --region ${region} --certificate-arn ${arn}`,
    },
  ];
}

function mail({ mail: sender, region }: Environment): readonly PreflightItem[] {
  if (sender === undefined) return [];
  return [
    sender.kind === 'ses'
      ? {
          check: `Odoo's outgoing mail from ${region}`,
          needs: `production access of Amazon SES in ${region}`,
          typicalDefault: 'a sandbox there, whatever the other Region has',
          action: `ask for it on the SES page Account dashboard in ${region}`,
        }
      : {
          check: `Odoo's outgoing mail from ${region}`,
          needs: `${sender.host} open to the addresses that Odoo calls from there`,
          typicalDefault:
            'relays know the addresses of the primary Region, and new ones come with a recovery',
          action: 'let the operator of the relay admit a login, or know whom to call',
        },
  ];
}
