import { expect, it } from 'vitest';
import { RESOURCES } from '../../../lib/staging/checks.ts';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';

it.each([10, 40, 150])(
  'what a copy reads of stacks is what they have under these logical ids: %i users',
  (users) => {
    const found = new Map(
      resourcesOf(templatesOf(environmentOf(users)))
        .filter(({ stack }) => stack === 'Data')
        .map(({ logicalId, resource }) => [logicalId, resource.Type]),
    );
    const types = Object.fromEntries(Object.entries(RESOURCES).map(([name, id]) => [name, found.get(id)]));
    expect(types).toEqual({
      filestoreBucket: 'AWS::S3::Bucket',
      backupBucket: 'AWS::S3::Bucket',
      database: users > 25 ? 'AWS::RDS::DBInstance' : undefined,
      masterSecret: users > 25 ? 'AWS::SecretsManager::Secret' : undefined,
    });
  },
);
