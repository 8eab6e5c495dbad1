import { z } from 'zod';
import { fieldTexts, group } from './field.ts';

/** Values that replace what the sizing engine would have chosen. */
export const overrides = group(
  'Values that replace what the sizing engine would choose. Every budget and floor is checked again with them.',
  {
    app: group('The web nodes.', {
      nodesMin: count('Fewest web nodes. Medium and large.', 1, 100),
      nodesMax: count('Most web nodes. Medium and large.', 1, 100),
      vcpu: count('vCPU of one web node, a size that Fargate has. Medium and large.', 1, 16),
      memoryMiB: count(
        'Memory of one web node in MiB, a size that Fargate has. Medium and large.',
        512,
        122_880,
      ),
      workers: count('Odoo HTTP workers per web node.', 1, 100),
      cronWorkers: count('Odoo cron workers of the environment.', 1, 20),
    }).optional(),
    instanceType: z
      .string()
      .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'is not an EC2 instance type')
      .register(fieldTexts, {
        meaning: 'EC2 instance type of the server. Small.',
        allowed: 'an EC2 instance type, for example t4g.xlarge',
        fix: 'write family and size with a dot between them, for example t4g.xlarge',
      })
      .optional(),
    database: group('The database.', {
      class: z
        .string()
        .regex(/^db\.[a-z0-9-]+\.[a-z0-9-]+$/, 'is not an RDS instance class')
        .register(fieldTexts, {
          meaning: 'RDS instance class. Medium and large.',
          allowed: 'an RDS instance class, for example db.m7g.large',
          fix: 'write it with "db." in front, for example db.m7g.large',
        })
        .optional(),
      storageGiB: count('Storage of the database (in small: of the data volume) in GiB.', 20, 65_536),
      multiAz: z
        .boolean()
        .register(fieldTexts, {
          meaning: 'Whether RDS keeps a standby in a second Availability Zone. Medium and large.',
          allowed: 'true, false',
          fix: 'write true or false without quotes',
        })
        .optional(),
      maxConnections: count("PostgreSQL's `max_connections`.", 50, 5000),
      parameters: z
        .record(z.string().regex(/^[a-z][a-z0-9_.]*$/, 'is not a name of a PostgreSQL parameter'), z.string())
        .register(fieldTexts, {
          meaning:
            'PostgreSQL parameters on top of those of the plan, in the unit that the engine takes (on RDS `shared_buffers` is in pages of 8 kB).',
          allowed: 'names of PostgreSQL parameters with values as text',
          fix: 'write the name in lower case and the value in quotes, for example { work_mem: "32768" }',
        })
        .optional(),
    }).optional(),
    natGateways: z
      .int()
      .min(1)
      .max(3)
      .register(fieldTexts, {
        meaning:
          'NAT gateways of the VPC that the project makes. Medium and large. Fewer than Availability Zones costs less and makes outgoing traffic depend on one zone.',
        allowed: 'a whole number, 1 to 3',
        fix: 'write 1, or one per Availability Zone',
      })
      .optional(),
  },
);

function count(meaning: string, least: number, most: number) {
  return z
    .int()
    .min(least)
    .max(most)
    .register(fieldTexts, {
      meaning,
      allowed: `a whole number, ${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}`,
      fix: 'write a number in this range, or leave the field out to let the sizing engine choose',
    })
    .optional();
}
