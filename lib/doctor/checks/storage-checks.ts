import type { Check } from '../check.ts';

const BUCKET = 'AWS::S3::Bucket';
const KEY = 'AWS::KMS::Key';
const SECRET = 'AWS::SecretsManager::Secret';
const ROTATION = 'AWS::SecretsManager::RotationSchedule';
const VAULT = 'AWS::Backup::BackupVault';

/** Hours for which a rotation may be late: Secrets Manager has a day as its window. */
const ROTATION_LATE = 48 * 3_600_000;

/** What data is kept in and encrypted with. */
export const storageChecks: readonly Check[] = [
  {
    name: 'buckets',
    asks: 'Is every bucket private, encrypted and versioned?',
    basis: 'templates',
    todo: 'deploying again does not help where only the bucket was changed: set it back in the S3 console, and ask who changed it',
    page: 'docs/security.md#encryption',
    async look(subject, findings) {
      await Promise.all(
        subject.of([BUCKET]).map(async (located) => {
          const { place, properties } = located;
          const bucket = await findings.read(`bucket ${place}`, () =>
            subject.ask(located, (deployed, name) => deployed.bucket(name)),
          );
          if (bucket === undefined) return;
          const { versioning, encryption } = plannedOf(properties);
          findings.expect(`versioning of ${place}`, bucket.versioning, versioning);
          findings.expect(`encryption of ${place}`, bucket.encryption, encryption);
          findings.require(bucket.isPrivate, `${place} is private`, `${place} could be made public`);
        }),
      );
    },
  },
  {
    name: 'replication',
    asks: 'Does S3 copy every bucket that has a copy in the recovery Region?',
    basis: 'templates',
    todo: 'set it back by deploying ENV-Data with a changed template, or in the S3 console; what was written meanwhile is not copied by itself: docs/recovery-region.md',
    page: 'docs/recovery-region.md',
    appliesTo: (subject) => replicated(subject.of([BUCKET])).length > 0,
    async look(subject, findings) {
      await Promise.all(
        replicated(subject.of([BUCKET])).map(async (located) => {
          const { place, properties } = located;
          const states = await findings.read(`replication of ${place}`, () =>
            subject.ask(located, (deployed, name) => deployed.replication(name)),
          );
          if (states === undefined) return;
          const planned = rulesOf(properties).length;
          const enabled = states.filter((state) => state === 'Enabled').length;
          findings.require(
            enabled >= planned,
            `${place}: ${enabled} rules`,
            `${place}: ${enabled} rules are enabled, planned are ${planned}`,
          );
        }),
      );
    },
  },
  {
    name: 'keys',
    asks: 'Is every key enabled, and does it rotate?',
    basis: 'templates',
    todo: 'a key that waits for its deletion: aws kms cancel-key-deletion, then enable-key, at once. Without it nothing can be read, the backups included',
    page: 'docs/security.md#encryption',
    async look(subject, findings) {
      await Promise.all(
        subject.of([KEY]).map(async (located) => {
          const key = await findings.read(`key ${located.place}`, () =>
            subject.ask(located, (deployed, id) => deployed.key(id)),
          );
          if (key === undefined) return;
          findings.expect(`key ${located.place}`, key.state, 'Enabled');
          findings.expect(
            `rotation of ${located.place}`,
            key.rotates,
            located.properties['EnableKeyRotation'],
          );
        }),
      );
    },
  },
  {
    name: 'secrets',
    asks: 'Is every secret there, copied where it should be, and rotated in time?',
    basis: 'templates',
    todo: 'a secret that waits for its deletion: aws secretsmanager restore-secret. A rotation that is late: the log of its function says why',
    page: 'docs/security.md#secrets',
    async look(subject, findings) {
      await Promise.all(
        subject.of([SECRET, ROTATION]).map(async (located) => {
          const { place, properties } = located;
          const secret = await findings.read(`secret ${place}`, () =>
            subject.ask(located, (deployed, id) => deployed.secret(id)),
          );
          if (secret === undefined) return;
          const { DeletedDate, RotationEnabled, NextRotationDate, ReplicationStatus } = secret;
          findings.require(DeletedDate === undefined, `${place} is there`, `${place} waits for its deletion`);
          for (const { Region, Status } of ReplicationStatus) {
            if (Status !== 'InSync') findings.fault(`${place}: its copy in ${Region} is ${Status}`);
          }
          const copies = properties['ReplicaRegions'];
          if (Array.isArray(copies) && ReplicationStatus.length < copies.length) {
            findings.fault(`${place} has ${ReplicationStatus.length} copies, planned are ${copies.length}`);
          }
          if (properties['RotationRules'] === undefined) return;
          const late = NextRotationDate && subject.props.now.getTime() - NextRotationDate.getTime();
          if (!RotationEnabled) findings.fault(`${place}: its rotation is off`);
          else if (late !== undefined && late > ROTATION_LATE)
            findings.fault(`${place}: its rotation is late`);
        }),
      );
    },
  },
  {
    name: 'vault',
    asks: 'Are recovery points locked as planned?',
    basis: 'environment file',
    todo: 'deploy again: an administrator took the lock off. Then look whether recovery points are missing, and at who it was (CloudTrail)',
    page: 'docs/security.md#the-lock-of-the-vault',
    appliesTo: (subject) => subject.has(VAULT),
    async look(subject, findings) {
      await Promise.all(
        subject.of([VAULT]).map(async (located) => {
          const { place, properties } = located;
          const vault = await findings.read(`vault ${place}`, () =>
            subject.ask(located, (deployed, name) => deployed.vault(name)),
          );
          if (vault === undefined) return;
          const lock = properties['LockConfiguration'];
          if (lock === undefined) return findings.see(`${place} is there, and shall have no lock`);
          const { MinRetentionDays, MaxRetentionDays } = Object(lock);
          findings.expect(`lock of ${place}`, vault.Locked, true);
          findings.expect(`least days in ${place}`, vault.MinRetentionDays, MinRetentionDays);
          findings.expect(`most days in ${place}`, vault.MaxRetentionDays, MaxRetentionDays);
        }),
      );
    },
  },
];

interface WithProperties {
  readonly properties: Readonly<Record<string, unknown>>;
}

function plannedOf(properties: Readonly<Record<string, unknown>>) {
  const versioning: unknown = Object(properties['VersioningConfiguration']).Status;
  const [rule]: unknown[] = Object(properties['BucketEncryption']).ServerSideEncryptionConfiguration ?? [];
  const encryption: unknown = Object(Object(rule).ServerSideEncryptionByDefault).SSEAlgorithm;
  return { versioning, encryption };
}

function replicated<T extends WithProperties>(buckets: readonly T[]): readonly T[] {
  return buckets.filter(({ properties }) => rulesOf(properties).length > 0);
}

function rulesOf(properties: Readonly<Record<string, unknown>>): readonly unknown[] {
  const rules: unknown = Object(properties['ReplicationConfiguration']).Rules;
  return Array.isArray(rules) ? rules : [];
}
