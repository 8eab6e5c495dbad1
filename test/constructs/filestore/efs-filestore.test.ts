import { Template } from 'aws-cdk-lib/assertions';
import { it } from 'vitest';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { EfsFilestore } from '../../../constructs/filestore/efs-filestore.ts';
import { testNetwork } from '../../support/network.ts';
import { testStack } from '../../support/stack.ts';

function build(): Template {
  const { app, network } = testNetwork();
  const data = testStack(app, 'test-Data');
  new EfsFilestore(data, 'Filestore', { network, encryptionKey: new DataKey(data, 'DataKey') });
  return Template.fromStack(data);
}

it('is a directory of Odoo that nginx may read', () => {
  build().hasResourceProperties('AWS::EFS::AccessPoint', {
    PosixUser: { Uid: '100', Gid: '101' },
    RootDirectory: {
      Path: '/filestore',
      CreationInfo: { OwnerUid: '100', OwnerGid: '101', Permissions: '755' },
    },
  });
});

it('moves what nobody opens to cheaper storage until somebody does', () => {
  build().hasResourceProperties('AWS::EFS::FileSystem', {
    LifecyclePolicies: [
      { TransitionToIA: 'AFTER_90_DAYS' },
      { TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' },
    ],
  });
});
