import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, it } from 'vitest';
import { availabilityZonesOf, isRegionName, regionNames, regionOf } from '../../config/regions.ts';

describe('Regions', () => {
  it('are in alphabetical order', () => {
    expect(regionNames).toEqual(regionNames.toSorted());
  });

  it('exist in the commercial partition, and are opt-in where AWS says so', () => {
    for (const name of regionNames) {
      const known = RegionInfo.get(name);

      expect([name, known.partition, known.isOptInRegion]).toEqual([name, 'aws', regionOf(name).optIn]);
    }
  });

  it('offer three Availability Zones, but two in N. California', () => {
    expect(regionNames.filter((name) => availabilityZonesOf(name) !== 3)).toEqual(['us-west-1']);
    expect(availabilityZonesOf('us-west-1')).toBe(2);
  });

  it('have no S3 Files where CloudFormation has none', () => {
    expect(regionNames.filter((name) => !regionOf(name).s3Files)).toEqual(['me-central-1', 'me-south-1']);
  });

  it('have no scheduled restore tests where CloudFormation has none', () => {
    expect(regionNames.filter((name) => !regionOf(name).restoreTesting)).toEqual([
      'ap-east-2',
      'ap-southeast-5',
      'ap-southeast-6',
      'ap-southeast-7',
      'ca-west-1',
      'mx-central-1',
    ]);
  });

  it('are not found under the names that every object has', () => {
    expect(['constructor', 'toString', '__proto__', '', undefined, 1].filter(isRegionName)).toEqual([]);
  });

  it('fail with the supported ones when the name is unknown', () => {
    expect(() => regionOf('mars-1')).toThrow(/^unknown Region "mars-1": supported are af-south-1, /);
  });
});
