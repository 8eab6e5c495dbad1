import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { OdooSecrets } from '../../../constructs/secrets/odoo-secrets.ts';
import { findingsOf, idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

function build() {
  const stack = testStack();
  new OdooSecrets(stack, 'Secrets', { encryptionKey: new DataKey(stack, 'DataKey') });
  return stack;
}

describe('the secrets of Odoo', () => {
  const secrets = Object.entries(Template.fromStack(build()).findResources('AWS::SecretsManager::Secret'));

  it('are four: for the database, the administrator, the database manager and the backups', () => {
    expect(secrets.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'SecretsDatabasePassword',
      'SecretsAdminPassword',
      'SecretsMasterPassword',
      'SecretsBackupPassphrase',
    ]);
  });

  it.each(secrets)(
    '%s is generated from letters and digits, which no file or shell has to quote',
    (_id, secret) => {
      expect(secret['Properties'].GenerateSecretString).toEqual({
        ExcludePunctuation: true,
        PasswordLength: 40,
      });
      expect(secret['Properties'].SecretString).toBeUndefined();
    },
  );

  it.each(secrets)('%s is encrypted, unnamed and outlives its stack', (_id, secret) => {
    expect(secret['Properties'].KmsKeyId).toBeDefined();
    // A name could not be used again for 30 days after a deletion.
    expect(secret['Properties'].Name).toBeUndefined();
    expect([secret['DeletionPolicy'], secret['UpdateReplacePolicy']]).toEqual([
      'RetainExceptOnCreate',
      'Retain',
    ]);
  });

  it('each say for themselves why they do not rotate', () => {
    const stack = build();
    expect(openFindings(stack)).toEqual([]);
    const findings = findingsOf(stack);
    expect(new Set(findings.map((finding) => finding.acknowledged)).size).toBe(4);
    expect(idleAcknowledgments(stack, findings)).toEqual([]);
  });
});
