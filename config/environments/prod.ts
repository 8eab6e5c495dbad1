import { defineEnvironment } from '../define-environment.ts';

/**
 * For the business: 150 users select the large architecture, load-balanced over three Availability Zones, and
 * `production` switches the protections on. `npm run plan -- --env prod` explains every size and what it costs.
 */
export default defineEnvironment({
  name: 'prod',
  users: 150,
  region: 'eu-central-1',

  domain: 'odoo.example.com',
  hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },

  // Multi-AZ, 35 days of point-in-time recovery, logs for a year, deletion and termination protection.
  production: true,

  // Copies of database and filestore go here, so that the loss of a Region is survived.
  recoveryRegion: 'eu-west-1',

  // Name your account before the first deployment, so that other credentials cannot deploy by accident:
  // account: '…',

  // Whom Odoo's mail is from: Amazon SES sends for the domain, whose records are made in the hosted zone. In a new account it
  // writes to verified addresses only, until AWS grants production access: docs/mail.md.
  mail: { from: 'odoo@example.com' },

  // Where alarms go. AWS asks this address once for confirmation.
  alarmEmail: 'odoo-alarms@example.com',

  // On every resource; activate the key as cost allocation tag in the billing console.
  tags: { 'cost-center': 'erp' },

  // What is installed, phase after phase: the database job installs everything up to `phase`. Set it to the next phase
  // when people are ready; a phase cannot be skipped, and nothing is ever uninstalled. For a manufacturer, with modules
  // that Odoo 18.0 and 19.0 have in the Community edition (quality_control and mrp_workorder are Enterprise only):
  // odoo: {
  //   phases: [
  //     { name: 'foundation', modules: ['contacts', 'sale_management', 'purchase', 'account'] },
  //     { name: 'inventory-control', modules: ['stock', 'product_expiry', 'stock_picking_batch'] },
  //     { name: 'production', modules: ['mrp', 'mrp_subcontracting'] },
  //     { name: 'workforce-and-service', modules: ['hr', 'hr_attendance', 'hr_holidays', 'maintenance', 'repair'] },
  //     { name: 'optimisation', modules: ['stock_landed_costs', 'spreadsheet_dashboard', 'board'] },
  //   ],
  //   phase: 'foundation',
  // },

  // Nobody deletes a recovery point before its time, until an administrator takes the lock off: the default in large. More
  // against a lost account, a copy of each in another one: docs/security.md says what to prepare, and what compliance mode is.
  // backup: { secondAccountVaultArn: 'arn:aws:backup:eu-central-1:…:backup-vault:odoo' },

  // Before you lower `users` one day: AWS cannot shrink storage, so write here what is deployed.
  // storage: { floorGiB: 500 },
});
