import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createHandlers } from '../../constructs/restore-testing/validate-restore.lambda/handlers.ts';
import { settingsSchema } from '../../constructs/restore-testing/validate-restore.lambda/settings.ts';
import {
  attachment,
  BUCKET,
  NOW,
  PASSWORD,
  PREFIX,
  RECOVERY_POINT,
  RestoredCompany,
} from './restored-company.ts';

const AUDIT = 'audit';

let company: RestoredCompany;
beforeAll(async () => {
  company = await RestoredCompany.start(50);
});
afterAll(() => company?.stop());
beforeEach(() => {
  company.store.make(AUDIT);
  logged.length = 0;
});

/** Lines that CloudWatch makes metrics of. */
const logged: Record<string, unknown>[] = [];

const JOB = {
  RestoreJobId: '7C3F-1',
  SourceResourceArn: 'arn:aws:rds:eu-central-1:111122223333:db:odoo-1',
  CreatedResourceArn: 'arn:aws:rds:eu-central-1:111122223333:db:awsbackup-restore-test-1',
  RecoveryPointArn: 'arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-1',
  RecoveryPointCreationDate: RECOVERY_POINT.toISOString(),
  CreationDate: new Date(NOW.getTime() - 1_500_000).toISOString(),
};

/** The functions at a moment, asked for a database by its name. */
function handlersAt(now: Date, database: string, bucket = BUCKET) {
  const { cluster, s3 } = company;
  const settings = settingsSchema.parse({
    ENVIRONMENT: 'prod',
    AWS_REGION: 'eu-central-1',
    AUDIT_BUCKET: AUDIT,
    ...(bucket !== '' && { FILESTORE_BUCKET: bucket }),
    FILESTORE_PREFIX: PREFIX,
    READ_AT_MOST: '1000000',
    POSTGRESQL: cluster.sql('SHOW server_version_num').slice(0, 2),
    ODOO: '19.0',
    OLDEST_HOURS: '26',
    DATABASE: database,
    DATABASE_USER: 'odoo_verifier',
    DATABASE_HOST: cluster.host,
    DATABASE_PORT: String(cluster.port),
  });
  return createHandlers({
    settings,
    s3,
    ca: readFileSync(cluster.caBundle, 'utf8'),
    token: async () => PASSWORD,
    now: () => now,
    mounts: company.cluster.directory,
    log: (line) => void logged.push(JSON.parse(line)),
  });
}

const PATIENT = { getRemainingTimeInMillis: () => 900_000 };

async function restoreTest({ endpoint } = company.restore()) {
  const handlers = handlersAt(NOW, endpoint.database);
  const validation = await handlers.validate({ job: JOB, instances: instances(), validation: {} }, PATIENT);
  return { validation, verdict: await handlers.report({ job: JOB, validation }) };
}

const instances = () => [
  {
    DbInstanceStatus: 'available',
    Endpoint: { Address: company.cluster.host, Port: company.cluster.port },
  },
];

const noteManifestAt = (moment: Date) => handlersAt(moment, 'sound').noteManifest();

it('compares with the newest manifest from before the backup, and keeps a report', async () => {
  await noteManifestAt(new Date(RECOVERY_POINT.getTime() - 86_400_000));
  await noteManifestAt(new Date(RECOVERY_POINT.getTime() - 600_000));
  await noteManifestAt(new Date(RECOVERY_POINT.getTime() + 600_000));
  const { validation, verdict } = await restoreTest();
  expect(validation.findings.find(({ check }) => check === 'rows')?.details).toContain(
    'compared with those counted at 2026-11-30T00:50:00.000Z',
  );
  expect(verdict).toEqual({
    status: 'SUCCESSFUL',
    message: '11 checks passed; 50 attachments',
    report: 'restore-tests/2026-11-30T03:00:00.000Z-passed-7C3F-1.html',
  });
  expect(logged).toEqual([
    {
      _aws: {
        Timestamp: NOW.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: 'Odoo/Restore',
            Dimensions: [['Environment']],
            Metrics: [
              { Name: 'RestoreProven', Unit: 'Count' },
              { Name: 'RestoreDuration', Unit: 'Seconds' },
              { Name: 'AttachmentsChecked', Unit: 'Count' },
            ],
          },
        ],
      },
      Environment: 'prod',
      RestoreProven: 1,
      RestoreDuration: 1500,
      AttachmentsChecked: 50,
    },
  ]);
  const kept = company.store.current(AUDIT);
  expect(JSON.parse(String(kept.get(verdict.report.replace('.html', '.json'))?.content))).toMatchObject({
    restoreJobId: JOB.RestoreJobId,
    resource: JOB.SourceResourceArn,
    recoveryPoint: JOB.RecoveryPointCreationDate,
    findings: validation.findings,
  });
  expect(kept.get(verdict.report)?.content).toContain('Restored and proven');
});

it('fails without a manifest of the last day before the backup', async () => {
  await noteManifestAt(new Date(RECOVERY_POINT.getTime() - 3 * 86_400_000));
  const { verdict } = await restoreTest();
  expect(verdict).toMatchObject({ status: 'FAILED' });
  expect(logged[0]).toMatchObject({ RestoreProven: 0 });
  expect(verdict.message).toMatch(/^rows: could not be checked: nobody has noted .* \| newest record: could/);
});

it('says in one line what failed, and shows it in the report', async () => {
  await noteManifestAt(new Date(RECOVERY_POINT.getTime() - 600_000));
  const restored = company.restore();
  company.store.forget(BUCKET, `${PREFIX}${attachment(1).name}`);
  company.cluster.sql(
    `UPDATE ir_module_module SET name = '<b>sale</b>', state = 'to upgrade' WHERE name = 'sale'`,
    restored.endpoint.database,
  );
  const { verdict } = await restoreTest(restored);
  expect(verdict.status).toBe('FAILED');
  expect(verdict.message).toBe(
    `modules: a change of modules was never finished: <b>sale</b> (to upgrade) | attachments: 1 missing (${attachment(1).name}); 50 files of 0.0 MiB looked at, 49 of them read`,
  );
  const page = company.store.current(AUDIT).get(verdict.report)?.content ?? '';
  expect(page).toContain('NOT proven: 2 of 11 checks failed');
  expect(page).toContain('&lt;b&gt;sale&lt;/b&gt; (to upgrade)');
  expect(page).not.toContain('<b>');
});

it('is a failure when nothing was checked', async () => {
  const verdict = await handlersAt(NOW, 'sound').report({ job: {}, validation: {} });
  expect(verdict).toMatchObject({ status: 'FAILED', message: 'no check was made' });
});

it('publishes how long ago a restore was proven last, whatever failed since', async () => {
  await noteManifestAt(new Date(RECOVERY_POINT.getTime() - 600_000));
  await restoreTest();
  const later = new Date(NOW.getTime() + 3 * 86_400_000);
  await handlersAt(later, 'sound').report({ job: JOB, validation: {} });
  logged.length = 0;
  await handlersAt(later, 'sound').publishProofAge();
  expect(logged).toEqual([expect.objectContaining({ Environment: 'prod', RestoreProofAge: 3 * 86_400 })]);
});

it('says so where attachments are not part of it, because they are not in a bucket', async () => {
  await noteManifestAt(new Date(RECOVERY_POINT.getTime() - 600_000));
  const handlers = handlersAt(NOW, company.restore().endpoint.database, '');
  const validation = await handlers.validate({ job: JOB, instances: instances(), validation: {} }, PATIENT);
  expect(validation.done).toBe(true);
  const verdict = await handlers.report({ job: JOB, validation });
  expect(verdict).toMatchObject({
    status: 'SUCCESSFUL',
    message:
      '10 checks passed; attachments were not looked at: they are on EFS, whose recovery points have a test of their own',
  });
  expect(String(company.store.current(AUDIT).get(verdict.report)?.content)).toContain(
    'attachments: they were not looked at; they are on EFS, whose recovery points have a test of their own',
  );
});

it('counts from the first manifest as long as nothing was proven, and says nothing before', async () => {
  await handlersAt(NOW, 'sound').publishProofAge();
  expect(logged).toEqual([]);
  await noteManifestAt(new Date(NOW.getTime() - 2 * 86_400_000));
  await noteManifestAt(new Date(NOW.getTime() - 86_400_000));
  await handlersAt(NOW, 'sound').report({ job: JOB, validation: {} });
  logged.length = 0;
  await handlersAt(NOW, 'sound').publishProofAge();
  expect(logged).toEqual([expect.objectContaining({ RestoreProofAge: 2 * 86_400 })]);
});
