import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { environmentOf } from '../../support/environments.ts';
import { resourcesOf, templatesOf } from '../../support/templates.ts';

const GOLDEN: Partial<Environment> = { server: { goldenImage: '2026-11' } };

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
});
