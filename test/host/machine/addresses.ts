/** The machine's address, as its public one is on EC2. */
export const MACHINE_ADDRESS = '10.99.1.2';
/** Addresses from which somebody outside can talk to the machine. The first is also its gateway and name server. */
export const OUTSIDE_ADDRESSES = ['10.99.1.1', '10.99.1.11', '10.99.1.12'] as const;

/** The name that the machine serves. */
export const DOMAIN = 'erp.example.com';

export const ACME_DOMAIN = 'acme.example.net';
export const ACME_ADDRESS = '10.99.0.20';

export const METADATA_ADDRESS = '169.254.169.254';

/** AWS services with addresses of their own, so that each can go away alone; all others share the last one. */
export const SERVICES = [
  's3',
  'secretsmanager',
  'ssm',
  'logs',
  'monitoring',
  'ec2',
  'cloudformation',
  'other',
] as const;
export type Service = (typeof SERVICES)[number];

export function serviceAddress(service: Service): string {
  return `10.99.0.${SERVICES.indexOf(service) + 1}`;
}
