/** Names of the elements of lists that are not called `member`. */
const ELEMENTS: Readonly<Record<string, string>> = {
  DBInstances: 'DBInstance',
  DBParameterGroups: 'DBParameterGroup',
  PendingMaintenanceActions: 'ResourcePendingMaintenanceActions',
  PendingMaintenanceActionDetails: 'PendingMaintenanceAction',
  DBEngineVersions: 'DBEngineVersion',
  ValidUpgradeTarget: 'UpgradeTarget',
  OrderableDBInstanceOptions: 'OrderableDBInstanceOption',
  volumeSet: 'item',
  attachmentSet: 'item',
  instanceTypeOfferingSet: 'item',
};

/** Fields as AWS's protocols of XML have them: lists of named elements, moments of ISO 8601. */
export function xml(value: unknown, name = ''): string {
  if (value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    const element = ELEMENTS[name] ?? 'member';
    return value.map((each) => `<${element}>${xml(each)}</${element}>`).join('');
  }
  if (typeof value !== 'object' || value === null) {
    return text(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  }
  return Object.entries(value)
    .map(([key, each]) => (each === undefined ? '' : `<${key}>${xml(each, key)}</${key}>`))
    .join('');
}

/** Fields as AWS's protocols of JSON have them: moments are seconds. */
export function json(value: unknown): object {
  return Object(seconds(value));
}

function seconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(seconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, seconds(each)]));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
