import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { RESTORE_TEST_TAG } from './restore-testing.ts';
import { catching } from './volume-detaching.ts';

/**
 * Detaches what an earlier test has left attached, one that somebody stopped for example; returns the first state.
 *
 * Nothing in here fails a test: a leftover that stays costs money, and at most takes the place of the next one, which says so.
 */
export function detachLeftovers(scope: Construct, next: sfn.IChainable): sfn.IChainable {
  const find = awsCall(scope, 'Find leftovers', {
    service: 'ec2',
    action: 'describeVolumes',
    parameters: {
      Filters: [
        { Name: 'tag-key', Values: [RESTORE_TEST_TAG] },
        { Name: 'attachment.instance-id', 'Values.$': 'States.Array($.server.id)' },
      ],
    },
    resultPath: '$.leftovers',
  });
  const each = new sfn.Map(scope, 'Leftovers', {
    itemsPath: '$.leftovers.Volumes',
    itemSelector: { 'id.$': '$$.Map.Item.Value.VolumeId', 'own.$': '$.volume.id' },
    resultPath: sfn.JsonPath.DISCARD,
  });
  each.itemProcessor(leftoverStates(scope));
  return catching(find, next).next(each).next(next);
}

/** Not the one of this test: another run for the same restore may have attached it. */
function leftoverStates(scope: Construct): sfn.IChainable {
  const done = new sfn.Pass(scope, 'Leave it');
  const detach = awsCall(scope, 'Detach leftover', {
    service: 'ec2',
    action: 'detachVolume',
    parameters: { 'VolumeId.$': '$.id' },
    final: ['Ec2.Ec2Exception'],
  });
  return new sfn.Choice(scope, 'Of another test?')
    .when(sfn.Condition.stringEqualsJsonPath('$.id', '$.own'), done)
    .otherwise(catching(detach, done).next(done));
}
