import { describe, expect, it } from 'vitest';
import { difference } from '../../lib/local/comparison.ts';
import type { DeployedResource } from '../../lib/local/deployed-resources.ts';
import { compareLeftovers } from '../../lib/local/inventory.ts';
import { comparePreserved } from '../../lib/local/stateful-resources.ts';

function differences(comparisons: readonly Parameters<typeof difference>[0][]): string[] {
  return comparisons.flatMap((comparison) => difference(comparison) ?? []);
}

describe('difference', () => {
  it('accepts equal structures', () => {
    expect(difference({ what: 'x', expected: { a: [1] }, actual: { a: [1] } })).toBeUndefined();
  });

  it('names both sides of what differs', () => {
    expect(difference({ what: 'x', expected: 'db.m7g.large', actual: undefined })).toBe(
      'expected "db.m7g.large", read back undefined',
    );
  });
});

describe('resources after a change of size', () => {
  it('may grow in number', () => {
    expect(differences(comparePreserved({ 'a/B': 'b-1' }, { 'a/B': 'b-1', 'a/C': 'c-1' }))).toEqual([]);
  });

  it('fail when one was replaced', () => {
    expect(differences(comparePreserved({ 'a/B': 'b-1' }, { 'a/B': 'b-2' }))).toHaveLength(1);
  });

  it('fail when one is gone', () => {
    expect(differences(comparePreserved({ 'a/B': 'b-1' }, {}))).toHaveLength(1);
  });
});

describe('leftovers', () => {
  const kept: DeployedResource[] = [
    {
      stack: 'a-Data',
      logicalId: 'Filestore',
      type: 'AWS::S3::Bucket',
      physicalId: 'files',
      status: 'CREATE_COMPLETE',
    },
  ];
  const before = { 'AWS::S3::Bucket': ['bootstrap'] };

  it('are none when only what is meant to be kept is left', () => {
    expect(
      differences(compareLeftovers(before, { 'AWS::S3::Bucket': ['bootstrap', 'files'] }, kept)),
    ).toEqual([]);
  });

  it('are found', () => {
    expect(
      differences(compareLeftovers(before, { 'AWS::S3::Bucket': ['bootstrap', 'files', 'x'] }, kept)),
    ).toHaveLength(1);
  });

  it('include what should have been kept and is gone', () => {
    expect(differences(compareLeftovers(before, { 'AWS::S3::Bucket': ['bootstrap'] }, kept))).toHaveLength(1);
  });
});
