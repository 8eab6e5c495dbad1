import type { Domain, ModuleRollout, OdooVersion, SignIn, Windows } from '../../config/environment.ts';
import type { Plan, ServerPlan } from '../../config/sizing/plan.ts';
import type { SmtpSettings } from '../odoo-node/smtp.ts';

/** What of the single server's configuration is known at synthesis. */
export interface HostSettings {
  readonly plan: Plan;
  readonly server: ServerPlan;
  readonly odooVersion: OdooVersion;
  /** Whether Odoo leaves sessions alone that it cannot serve; see `odoo.sessionGuard` of the environment file. */
  readonly sessionGuard: boolean;
  /** Identifies the Odoo image in caches, for example its digest. */
  readonly release: string;
  /** Absent: plain HTTP, for trials. */
  readonly domain?: Domain;
  readonly signIn: SignIn;
  /** Which modules the database job installs. */
  readonly rollout: ModuleRollout;
  /** How Odoo sends mail; absent: not at all. */
  readonly smtp?: SmtpSettings;
  /** Label of the data volume; absent for the first one. */
  readonly dataVolume?: string;
  /** The server goes on, in another Region, with copies of what another one has left. @default false */
  readonly broughtBack?: boolean;
  /** Days for which the database can be restored to any moment. */
  readonly pointInTimeDays: number;
  /** When the daily backup and, once a week, security updates with their restarts may run. */
  readonly windows: Windows;
  /** Days and hours in UTC in which people work, for example `mon-fri 07:00-17:00`. */
  readonly businessHours: string;
}

/** Mount point of the data volume. Everything that must outlive the server is below it. */
export const DATA = '/srv/data';

/** Where PostgreSQL's socket is, the only way to it: it listens on no port. */
export const SOCKET_DIRECTORY = '/var/run/postgresql';
