import type { BillBasis, BillLine } from './bill-line.ts';

/** Data per month that leaves AWS free of charge, for the whole account. */
const FREE_INTERNET_GB = 100;

/** Rules of the web ACL: managed groups, rules of its own beside them, and the limit on logins. */
const WEB_ACL_RULES = 9;

/** Traffic and open websockets that one load balancer capacity unit holds. */
const LCU_GB_PER_HOUR = 1;
const LCU_CONNECTIONS = 3000;

/** How users get in: the server's address, or the load balancer and in large its firewall. */
export function entryLines({ plan, usage, hours }: BillBasis): readonly BillLine[] {
  if (plan.tier === 'small') {
    return [{ item: 'Public IPv4 of the server', key: 'publicIpv4.hour', quantity: hours, unit: 'hours' }];
  }
  const capacityUnits = Math.ceil(
    Math.max(1, usage.internetGB / hours / LCU_GB_PER_HOUR, plan.concurrentUsers / LCU_CONNECTIONS),
  );
  const firewall: readonly BillLine[] = [
    { item: 'WAF web ACL', key: 'wafv2.webAcl', quantity: 1, unit: 'ACLs' },
    { item: 'WAF rules', key: 'wafv2.rule', quantity: WEB_ACL_RULES, unit: 'rules' },
    {
      item: 'WAF requests',
      key: 'wafv2.requests',
      quantity: usage.requests / 1_000_000,
      unit: 'million requests',
      estimated: true,
    },
  ];
  return [
    { item: 'Application Load Balancer', key: 'alb.hour', quantity: hours, unit: 'hours' },
    {
      item: 'Load balancer capacity units',
      key: 'alb.lcu',
      quantity: capacityUnits * hours,
      unit: 'LCU-hours',
      estimated: true,
    },
    {
      item: 'Public IPv4 of the load balancer',
      key: 'publicIpv4.hour',
      quantity: plan.network.availabilityZones * hours,
      unit: 'address-hours',
    },
    ...(plan.tier === 'large' ? firewall : []),
  ];
}

/** How data gets out, and between Availability Zones. */
export function networkLines({ plan, usage, hours }: BillBasis): readonly BillLine[] {
  const { natGateways } = plan.network;
  return [
    { item: 'NAT gateways', key: 'nat.hour', quantity: natGateways * hours, unit: 'hours' },
    {
      item: 'Public IPv4 of the NAT gateways',
      key: 'publicIpv4.hour',
      quantity: natGateways * hours,
      unit: 'address-hours',
    },
    {
      item: 'NAT data',
      key: 'nat.dataProcessed',
      quantity: natGateways > 0 ? usage.natGB : 0,
      unit: 'GB',
      estimated: true,
    },
    {
      item: 'Data to the internet beyond 100 GB',
      key: 'dataTransfer.internetOut.first10TB',
      quantity: usage.internetGB - FREE_INTERNET_GB,
      unit: 'GB',
      estimated: true,
    },
    {
      item: 'Data between Availability Zones',
      key: 'dataTransfer.interAz',
      quantity: plan.tier === 'small' ? 0 : usage.betweenZonesGB,
      unit: 'GB',
      estimated: true,
    },
  ];
}
