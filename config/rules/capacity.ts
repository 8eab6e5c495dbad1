import type { Problem } from '../problem.ts';
import { availabilityZonesOf, isRegionName } from '../regions.ts';
import type { Tier } from '../sizing/plan.ts';
import { valueAt } from '../schema/issues.ts';
import type { Draft, Rule } from './rule.ts';

/** Choices that one architecture does not have, and what it has instead. */
const elsewhere: readonly { readonly path: string; readonly tier: Tier; readonly instead?: string }[] = [
  {
    path: 'overrides.instanceType',
    tier: 'medium',
    instead: 'overrides.app.vcpu and overrides.app.memoryMiB',
  },
  {
    path: 'overrides.instanceType',
    tier: 'large',
    instead: 'overrides.app.vcpu and overrides.app.memoryMiB',
  },
  { path: 'overrides.app.nodesMin', tier: 'small', instead: 'overrides.instanceType' },
  { path: 'overrides.app.nodesMax', tier: 'small', instead: 'overrides.instanceType' },
  { path: 'overrides.app.vcpu', tier: 'small', instead: 'overrides.instanceType' },
  { path: 'overrides.app.memoryMiB', tier: 'small', instead: 'overrides.instanceType' },
  { path: 'overrides.database.class', tier: 'small', instead: 'overrides.instanceType' },
  { path: 'overrides.database.multiAz', tier: 'small' },
  { path: 'overrides.natGateways', tier: 'small' },
  { path: 'server.goldenImage', tier: 'medium', instead: 'the container image' },
  { path: 'server.goldenImage', tier: 'large', instead: 'the container image' },
  { path: 'server.dataVolume', tier: 'medium' },
  { path: 'server.dataVolume', tier: 'large' },
  { path: 'server.zone', tier: 'medium' },
  { path: 'server.zone', tier: 'large' },
];

/** What was chosen by hand must exist in the architecture that the users select, and agree with itself. */
export const capacityRules: Rule = (draft) => [
  ...choicesOfAnotherTier(draft),
  ...oneServerHasOneZone(draft),
  ...zoneOfTheNetwork(draft),
  ...nodesInOrder(draft),
  ...storageAboveFloor(draft),
];

function choicesOfAnotherTier({ file, tier }: Draft): Problem[] {
  return elsewhere
    .filter((choice) => choice.tier === tier)
    .map((choice) => ({ ...choice, value: valueAt(file, choice.path.split('.')) }))
    .filter(({ value }) => value !== undefined)
    .map(({ path, value, instead }) => ({
      path,
      value,
      message: `does not exist in the ${tier} architecture, which ${file.users} users select`,
      allowed: tier === 'small' ? 'medium and large only' : 'small only',
      fix: instead === undefined ? 'remove it' : `remove it; there, ${instead} does that`,
    }));
}

function oneServerHasOneZone({ file, tier }: Draft): Problem[] {
  return tier === 'small' && file.availability === 'multi-az'
    ? [
        {
          path: 'availability',
          value: file.availability,
          message: 'is not possible in small: its one server and its disk live in one Availability Zone',
          allowed: 'single-az',
          fix: 'leave the field out; backups bring the server back in another zone',
        },
      ]
    : [];
}

/** An unknown Region has a problem of its own. */
function zoneOfTheNetwork({ file, settings, tier }: Draft): Problem[] {
  const listed = file.network?.availabilityZones?.length;
  const zones = listed ?? (isRegionName(file.region) ? availabilityZonesOf(file.region) : undefined);
  const { zone } = settings.server;
  return tier !== 'small' || zones === undefined || zone <= zones
    ? []
    : [
        {
          path: 'server.zone',
          value: zone,
          message: `is none of the ${zones} Availability Zones of ${listed === undefined ? file.region : 'the network'}`,
          allowed: `1 to ${zones}`,
          fix: 'choose one of them',
        },
      ];
}

function nodesInOrder({ file }: Draft): Problem[] {
  const { nodesMin, nodesMax } = file.overrides?.app ?? {};
  return nodesMin === undefined || nodesMax === undefined || nodesMin <= nodesMax
    ? []
    : [
        {
          path: 'overrides.app.nodesMax',
          value: nodesMax,
          message: `is less than overrides.app.nodesMin, ${nodesMin}`,
          allowed: `${nodesMin} or more`,
          fix: 'raise nodesMax or lower nodesMin',
        },
      ];
}

function storageAboveFloor({ file, settings }: Draft): Problem[] {
  const storageGiB = file.overrides?.database?.storageGiB;
  const { floorGiB } = settings.storage;
  return storageGiB === undefined || storageGiB >= floorGiB
    ? []
    : [
        {
          path: 'overrides.database.storageGiB',
          value: storageGiB,
          message: `is less than storage.floorGiB, ${floorGiB} GiB, and AWS cannot shrink what is deployed`,
          allowed: `${floorGiB} or more`,
          fix: 'raise it, or lower storage.floorGiB if nothing of that size is deployed',
        },
      ];
}
