import type { Problem } from '../problem.ts';
import { getRdsRootCertificates, rdsRootCertificates } from '../rds-root-certificates.ts';
import { availabilityZonesOf, isRegionName, regionNames, regionOf, type RegionName } from '../regions.ts';
import type { Draft, Rule } from './rule.ts';

/**
 * What the environment needs must exist in its recovery Region too: the night of a loss is too late to find out, and another
 * Region is chosen easily while nothing is lost.
 */
export const recoveryRegionRules: Rule = (draft) => {
  const { region, recoveryRegion } = draft.file;
  if (!isRegionName(recoveryRegion) || recoveryRegion === region) return [];
  return [
    ...filestoreThere(draft, recoveryRegion),
    ...databaseThere(draft, recoveryRegion),
    ...mailThere(draft, recoveryRegion),
    ...serverZoneThere(draft, recoveryRegion),
    ...natGatewaysThere(draft, recoveryRegion),
  ];
};

function filestoreThere({ settings, tier }: Draft, recoveryRegion: RegionName): Problem[] {
  return isService(tier) && settings.storage.filestore === 's3-files' && !regionOf(recoveryRegion).s3Files
    ? [
        {
          path: 'recoveryRegion',
          value: recoveryRegion,
          message:
            'has no Amazon S3 Files in CloudFormation, which the attachments are mounted with: they would be there, and Odoo could not reach them',
          allowed: 'a Region with S3 Files as filestore, see Regions in docs/configuration.md',
          fix: 'choose another recoveryRegion',
        },
      ]
    : [];
}

function databaseThere({ tier }: Draft, recoveryRegion: RegionName): Problem[] {
  return isService(tier) && rdsRootCertificates(recoveryRegion) === undefined
    ? [
        {
          path: 'recoveryRegion',
          value: recoveryRegion,
          message:
            'has root certificates of RDS that are not known yet, and Odoo, brought back there, would not trust its database',
          allowed: 'a Region whose certificates are known',
          fix: getRdsRootCertificates(recoveryRegion),
        },
      ]
    : [];
}

function mailThere({ file: { mail }, isWritten }: Draft, recoveryRegion: RegionName): Problem[] {
  return mail !== undefined && !isWritten('mail.relay') && !regionOf(recoveryRegion).sesSmtp
    ? [
        {
          path: 'recoveryRegion',
          value: recoveryRegion,
          message:
            'offers no SMTP of Amazon SES, and Odoo, which speaks nothing else, could not send mail from there',
          allowed: `mail.relay, or a Region of these: ${regionNames.filter((name) => regionOf(name).sesSmtp).join(', ')}`,
          fix: 'choose another recoveryRegion, or add mail.relay, which both Regions then send through',
        },
      ]
    : [];
}

function serverZoneThere({ file, settings, tier }: Draft, recoveryRegion: RegionName): Problem[] {
  const listed = file.recovery?.network?.availabilityZones;
  const zones = listed?.length ?? availabilityZonesOf(recoveryRegion);
  const { zone } = settings.server;
  const problem =
    listed === undefined
      ? { path: 'recoveryRegion', value: recoveryRegion, fix: 'choose a recoveryRegion with more zones' }
      : { path: 'recovery.network.availabilityZones', value: listed, fix: 'list a subnet in one more zone' };
  return tier !== 'small' || zone <= zones
    ? []
    : [
        {
          ...problem,
          message: `gives the server ${zones} Availability Zones, and server.zone is ${zone}`,
          allowed: `${zone} zones or more`,
        },
      ];
}

function natGatewaysThere({ file, tier }: Draft, recoveryRegion: RegionName): Problem[] {
  const natGateways = file.overrides?.natGateways;
  const zones = availabilityZonesOf(recoveryRegion);
  return !isService(tier) ||
    file.recovery?.network?.availabilityZones !== undefined ||
    natGateways === undefined ||
    natGateways <= zones
    ? []
    : [
        {
          path: 'overrides.natGateways',
          value: natGateways,
          message: `is more than the ${zones} Availability Zones of ${recoveryRegion}, where the environment would be brought back`,
          allowed: `1 to ${zones}`,
          fix: 'lower it, or choose a recoveryRegion with more zones',
        },
      ];
}

function isService(tier: Draft['tier']): boolean {
  return tier === 'medium' || tier === 'large';
}
