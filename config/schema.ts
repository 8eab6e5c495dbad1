import { z } from 'zod';
import { alarmEmail, allowedCidrs, certificateArn, domain, hostedZone } from './schema/access.ts';
import { backup } from './schema/backup.ts';
import { architecture, availability, concurrency, sizing, storage, users } from './schema/capacity.ts';
import { account, name, production, recoveryRegion, region, tags } from './schema/identity.ts';
import { fieldTexts } from './schema/field.ts';
import { mail } from './schema/mail.ts';
import { monitoring } from './schema/monitoring.ts';
import { network } from './schema/network.ts';
import { odoo } from './schema/odoo.ts';
import { objectives, retention, windows } from './schema/operation.ts';
import { overrides } from './schema/overrides.ts';
import { recovery } from './schema/recovery.ts';
import { server } from './schema/server.ts';
import { signIn } from './schema/sign-in.ts';

/** The order is the order of the reference page and of reported problems. */
const environmentFile = {
  name,
  users,
  region,
  domain: domain.optional(),
  hostedZone: hostedZone.optional(),
  certificateArn: certificateArn.optional(),
  production: production.optional(),
  account: account.optional(),
  recoveryRegion: recoveryRegion.optional(),
  recovery: recovery.optional(),
  alarmEmail: alarmEmail.optional(),
  allowedCidrs: allowedCidrs.optional(),
  mail: mail.optional(),
  signIn: signIn.optional(),
  odoo: odoo.optional(),
  concurrency: concurrency.optional(),
  sizing: sizing.optional(),
  availability: availability.optional(),
  architecture: architecture.optional(),
  storage: storage.optional(),
  retention: retention.optional(),
  backup: backup.optional(),
  objectives: objectives.optional(),
  windows: windows.optional(),
  monitoring: monitoring.optional(),
  network: network.optional(),
  server: server.optional(),
  tags: tags.optional(),
  overrides: overrides.optional(),
};

/** What an environment file may say, field by field; what fields demand of one another is in `rules/`. */
export const environmentFileSchema = z.strictObject(environmentFile).register(fieldTexts, {
  meaning: 'An environment: the default export of a file in `config/environments/`.',
  allowed: 'an object with at least name, users and region',
  fix: "write defineEnvironment({ name: 'dev', users: 10, region: 'eu-central-1' }) as the default export",
});

/** What a person writes in `config/environments/NAME.ts`; `docs/configuration.md` explains every field. */
export type EnvironmentFile = z.infer<typeof environmentFileSchema>;
