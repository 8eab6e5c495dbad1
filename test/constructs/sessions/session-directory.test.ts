import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { SessionDirectory } from '../../../constructs/sessions/session-directory.ts';
import { testNetwork } from '../../support/network.ts';
import { testStack } from '../../support/stack.ts';

function build(): Template {
  const { app, network } = testNetwork();
  const data = testStack(app, 'test-Data');
  new SessionDirectory(data, 'Sessions', { network, encryptionKey: new DataKey(data, 'DataKey') });
  return Template.fromStack(data);
}

it('is a directory that only Odoo may look into', () => {
  build().hasResourceProperties('AWS::EFS::AccessPoint', {
    PosixUser: { Uid: '100', Gid: '101' },
    RootDirectory: {
      Path: '/sessions',
      CreationInfo: { OwnerUid: '100', OwnerGid: '101', Permissions: '700' },
    },
  });
});

it('is neither backed up nor moved to slower storage', () => {
  const template = build();
  expect(Object.keys(template.findResources('AWS::EFS::FileSystem'))).toHaveLength(1);
  template.hasResourceProperties('AWS::EFS::FileSystem', {
    BackupPolicy: Match.absent(),
    LifecyclePolicies: Match.absent(),
  });
});
