import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';

const GOLDEN: Partial<Environment> = { server: { zone: 1, goldenImage: '2026-11' } };

/** Subnets that give a public address to whatever is launched in them. */
function givingSubnets(changes: Partial<Environment>): string[] {
  return resourcesOf(templatesOf(environmentOf(10, changes)), 'AWS::EC2::Subnet')
    .filter(({ resource }) => resource.Properties?.['MapPublicIpOnLaunch'] === true)
    .map(({ logicalId }) => logicalId);
}

/** What outlives the server, as the template has it. */
function kept(changes: Partial<Environment>): string[] {
  return resourcesOf(templatesOf(environmentOf(10, changes)), 'AWS::EC2::Volume', 'AWS::EC2::EIP').map(
    ({ logicalId, resource }) => `${logicalId} ${JSON.stringify(resource)}`,
  );
}

function launchTemplate(changes: Partial<Environment>): unknown {
  const [found] = resourcesOf(templatesOf(environmentOf(10, changes)), 'AWS::EC2::LaunchTemplate');
  return found?.resource.Properties;
}

/** The subnet whose zone the volume is in, and the one that the server is launched in. */
function subnetsOf(changes: Partial<Environment>): string {
  const templates = templatesOf(environmentOf(10, changes));
  const nameIn = (type: string, property: string): string | undefined =>
    /PublicSubnet\d/.exec(
      JSON.stringify(resourcesOf(templates, type)[0]?.resource.Properties?.[property]),
    )?.[0];
  return `${nameIn('AWS::EC2::Volume', 'AvailabilityZone')} in ${nameIn('AWS::AutoScaling::AutoScalingGroup', 'VPCZoneIdentifier')}`;
}

describe('the stack of the single server', () => {
  it('ends with the command that opens a logged session, whichever instance the server is by then', () => {
    const outputs = templatesOf(environmentOf(10))['Server']?.Outputs;
    const command = JSON.stringify(outputs?.['Session']);
    expect(command).toContain(
      'aws ssm start-session --region eu-central-1 --document-name odoo-test --target $(',
    );
    expect(command).toMatch(/--auto-scaling-group-names ",\{"Ref":"ServerGroup/);
  });

  it('has a golden image built where machines get an address, which no subnet gives otherwise', () => {
    const giving = givingSubnets(GOLDEN);
    expect(giving).toHaveLength(3);
    expect(giving.filter((id) => !id.includes('PublicSubnet'))).toEqual([]);
    expect(givingSubnets({})).toEqual([]);
  });

  it('loses neither volume nor address to a golden image', () => {
    expect(kept(GOLDEN)).toEqual(kept({}));
  });

  it('gets another volume, another server and the same address with another label', () => {
    const labelled = { server: { zone: 1, dataVolume: '2026-11-22' } };
    const [addressBefore, volumeBefore] = kept({}).toSorted();
    const [address, volume] = kept(labelled).toSorted();
    expect(address).toBe(addressBefore);
    expect(volume?.split(' ')[0]).not.toBe(volumeBefore?.split(' ')[0]);
    expect(volume).toContain('"UpdateReplacePolicy":"Retain"');
    expect(launchTemplate(labelled)).not.toEqual(launchTemplate({}));
  });

  it('moves with its volume to another zone', () => {
    const zones = [1, 2, 3].map((zone) => subnetsOf({ server: { zone } }));
    expect(new Set(zones).size).toBe(3);
    for (const zone of zones) expect(zone).toMatch(/^(.+) in \1$/);
  });
});
