import { instant } from '../../backups/words.ts';
import type { Database } from '../answers.ts';
import type { Check } from '../check.ts';
import type { Findings } from '../findings.ts';
import type { Located, Subject } from '../subject.ts';

const DAY = 86_400_000;
/** Days that a certificate has to be valid for at least: its change is a restart that wants a date. */
const CERTIFICATE_DAYS = 60;

const TYPE = 'AWS::RDS::DBInstance';

/** Named alike in the template and by RDS. */
const SETTINGS = [
  'DBInstanceClass',
  'StorageType',
  'StorageEncrypted',
  'MultiAZ',
  'DeletionProtection',
  'PubliclyAccessible',
  'BackupRetentionPeriod',
  'AutoMinorVersionUpgrade',
  'MaxAllocatedStorage',
  'PreferredMaintenanceWindow',
  'PreferredBackupWindow',
  'CACertificateIdentifier',
] as const;

function databaseCheck(check: Omit<Check, 'look' | 'appliesTo'>, judge: Judge): Check {
  return {
    ...check,
    appliesTo: (subject) => subject.has(TYPE),
    async look(subject, findings) {
      await Promise.all(
        subject.of([TYPE]).map(async (located) => {
          const found = await findings.read(`the database, ${located.place}`, () =>
            subject.ask(located, (deployed, id) => deployed.database(id)),
          );
          if (found !== undefined) await judge({ found, located, subject, findings });
        }),
      );
    },
  };
}

type Judge = (given: {
  readonly found: Database;
  readonly located: Located;
  readonly subject: Subject;
  readonly findings: Findings;
}) => Promise<void> | void;

/** The database of medium and large. That of small is on its server. */
export const databaseChecks: readonly Check[] = [
  databaseCheck(
    {
      name: 'database-status',
      asks: 'Is the database available, with no change that waits for a restart?',
      basis: 'this project',
      todo: 'look at its events (RDS, the instance, tab Logs & events); a change that waits is made in the maintenance window, or now by a deployment or a restart',
      page: 'docs/runbook.md#the-database',
    },
    ({ found, findings }) => {
      const { DBInstanceStatus: status, PendingModifiedValues: pending } = found;
      findings.require(status === 'available', 'it is available', `it is ${status}, not available`);
      for (const [name, value] of Object.entries(pending)) {
        findings.fault(`${name} waits to become ${JSON.stringify(value)}`);
      }
    },
  ),
  databaseCheck(
    {
      name: 'database-settings',
      asks: 'Has the database the size and the protections of the plan?',
      basis: 'plan',
      todo: 'somebody changed it by hand, or a newer plan is not deployed yet: npx cdk diff -c env=ENV, then deploy',
      page: 'docs/doctor.md#what-is-compared-with-what',
    },
    ({ found, located: { properties }, findings }) => {
      for (const name of SETTINGS) findings.expect(name, found[name], properties[name]);
      // A minor version comes by itself, and storage grows by itself.
      const version = String(properties['EngineVersion']);
      findings.require(
        found.EngineVersion === version || found.EngineVersion.startsWith(`${version}.`),
        `PostgreSQL ${found.EngineVersion}`,
        `PostgreSQL is ${found.EngineVersion}, planned is ${version}`,
      );
      const storage = Number(properties['AllocatedStorage']);
      findings.require(
        found.AllocatedStorage >= storage,
        `${found.AllocatedStorage} GiB of storage`,
        `it has ${found.AllocatedStorage} GiB of storage, planned are ${storage}`,
      );
    },
  ),
  databaseCheck(
    {
      name: 'database-parameters',
      asks: 'Does PostgreSQL run with the parameters of the plan?',
      basis: 'templates',
      todo: 'restart the database in a quiet hour (aws rds reboot-db-instance): some parameters take effect only then',
      page: 'docs/runbook.md#the-database',
    },
    async ({ found, subject, findings }) => {
      const [planned] = subject.of(['AWS::RDS::DBParameterGroup'], 'Data');
      const group =
        planned &&
        (await findings.read('the parameter group', () => subject.ask(planned, async (_, id) => id)));
      if (group === undefined) return;
      const used = found.DBParameterGroups.find(({ DBParameterGroupName: name }) => name === group);
      if (used === undefined) {
        const names = found.DBParameterGroups.map(({ DBParameterGroupName: name }) => name).join(', ');
        return findings.fault(`it uses the parameters ${names || 'of nobody'}, not those of ${group}`);
      }
      const status = used.ParameterApplyStatus;
      findings.require(status === 'in-sync', `${group} is in force`, `${group} is ${status}`);
    },
  ),
  databaseCheck(
    {
      name: 'database-maintenance',
      asks: 'Does AWS want to change the database at a date that is set?',
      basis: 'this project',
      todo: 'choose a better moment before that date: aws rds apply-pending-maintenance-action --opt-in-type immediate or next-maintenance',
      page: 'docs/runbook.md#the-database',
    },
    async ({ found, subject, findings }) => {
      const actions = await findings.read('maintenance of the database', async () =>
        (await subject.in()).maintenance(found.DBInstanceArn),
      );
      if (actions === undefined) return;
      if (actions.length === 0) findings.see('no maintenance is planned');
      for (const action of actions) {
        const date = action.CurrentApplyDate ?? action.ForcedApplyDate ?? action.AutoAppliedAfterDate;
        const text = `${action.Action}${action.Description && `, ${action.Description}`}`;
        if (date === undefined) findings.see(`${text}: when somebody wants it`);
        else findings.fault(`${text}: at ${instant(date)} or in the window after it`);
      }
    },
  ),
  databaseCheck(
    {
      name: 'database-version',
      asks: 'Is this version of PostgreSQL supported, and does a newer one come by itself?',
      basis: 'this project',
      todo: 'a version that is deprecated gets no more corrections: upgrade in the next maintenance window. Try a major version in staging first',
      page: 'docs/runbook.md#the-database',
    },
    async ({ found, subject, findings }) => {
      const version = await findings.read(`PostgreSQL ${found.EngineVersion} of RDS`, async () =>
        (await subject.in()).engineVersion(found.EngineVersion),
      );
      if (version === undefined) return;
      const name = `PostgreSQL ${found.EngineVersion}`;
      const newer = version.ValidUpgradeTarget.filter((target) => !target.IsMajorVersionUpgrade).at(-1);
      findings.require(
        version.Status === 'available',
        `${name} is supported`,
        `${name} is ${version.Status}`,
      );
      if (newer === undefined) return;
      findings.require(
        found.AutoMinorVersionUpgrade,
        `${newer.EngineVersion} is offered and comes in a maintenance window`,
        `${newer.EngineVersion} is offered and does not come by itself: automatic minor upgrades are off`,
      );
    },
  ),
  databaseCheck(
    {
      name: 'database-certificate',
      asks: 'Will Odoo trust the certificate of the database for long enough?',
      basis: 'this project',
      todo: 'aws rds modify-db-instance --ca-certificate-identifier with the name in the template renews it; PostgreSQL of RDS needs no restart for it',
      page: 'docs/security.md#encryption',
    },
    ({ found, subject, findings }) => {
      const until = found.CertificateDetails?.ValidTill;
      if (until === undefined) return findings.fault('RDS names no certificate of it');
      const days = Math.floor((until.getTime() - subject.props.now.getTime()) / DAY);
      const text = `valid until ${instant(until)}, ${days} days`;
      findings.require(days >= CERTIFICATE_DAYS, text, `${text}; it should be ${CERTIFICATE_DAYS} or more`);
    },
  ),
];
