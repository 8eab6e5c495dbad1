// @ts-check

/**
 * Removes what drills have made, by the name that all of it begins with and by its tag, or by the cluster that is the
 * drills' alone. Nothing else is seen, and nothing else may be touched.
 *
 * @typedef {object} ClearClients
 * @property {{
 *   describeDBInstances(input: object): Promise<{
 *     DBInstances?: {
 *       DBInstanceIdentifier?: string,
 *       DBInstanceStatus?: string,
 *       TagList?: { Key?: string, Value?: string }[],
 *     }[],
 *     Marker?: string,
 *   }>,
 *   deleteDBInstance(input: object): Promise<unknown>,
 * }} rds
 * @property {{
 *   listTasks(input: object): Promise<{ taskArns?: string[], nextToken?: string }>,
 *   describeTasks(input: object): Promise<{ tasks?: { taskArn?: string, lastStatus?: string, desiredStatus?: string }[] }>,
 *   stopTask(input: object): Promise<unknown>,
 * }} ecs
 *
 * @typedef {{ cluster: string, instancePrefix?: string, tag: string }} ClearSettings Without a prefix drills make no database.
 * @typedef {{ removed: string[], left: string[] }} Cleared Names of what was there and is to go, and of what is still there.
 */

/** What RDS says of an instance that it deletes already. */
const GOING = 'deleting';

/** It is too early, or somebody was faster: the next look sees. */
const NOT_NOW = [
  'InvalidDBInstanceStateFault',
  'InvalidDBInstanceState',
  'DBInstanceNotFoundFault',
  'DBInstanceNotFound',
];

/**
 * Asks for the removal of all that is there, and says what that was.
 *
 * @param {ClearClients} clients
 * @param {ClearSettings} settings
 * @param {{ id?: string, before: Cleared }} wanted `id` of the drill; absent: whatever any drill has left.
 * @returns {Promise<Cleared>}
 */
export async function clear(clients, settings, { id, before }) {
  // First what uses the database.
  const tasks = await tasksOf(clients, settings, id);
  for (const { name, isGoing } of tasks) if (!isGoing) await stopTask(clients, settings, name);
  const instances = await instancesOf(clients, settings, id);
  for (const { name, isGoing } of instances) if (!isGoing) await deleteInstance(clients, name);
  const left = [...tasks, ...instances].map(({ name }) => name);
  return { left, removed: [...new Set([...before.removed, ...left])] };
}

/**
 * Names of what is there of any drill, which is left as it is.
 *
 * @param {ClearClients} clients
 * @param {ClearSettings} settings
 */
export async function leftovers(clients, settings) {
  const found = [
    ...(await tasksOf(clients, settings, undefined)),
    ...(await instancesOf(clients, settings, undefined)),
  ];
  return found.map(({ name }) => name);
}

/** @typedef {{ name: string, isGoing: boolean }} Found `isGoing`: its removal was asked for. */

/**
 * @param {ClearClients} clients
 * @param {ClearSettings} settings
 * @param {string | undefined} id
 * @returns {Promise<Found[]>} ARNs.
 */
async function tasksOf({ ecs }, { cluster }, id) {
  const arns = [];
  // One that was asked to stop may run for two minutes more.
  for (const desiredStatus of ['RUNNING', 'STOPPED']) {
    /** @type {string | undefined} */
    let nextToken;
    do {
      const page = await ecs.listTasks({ cluster, desiredStatus, ...(id && { startedBy: id }), nextToken });
      arns.push(...(page.taskArns ?? []));
      ({ nextToken } = page);
    } while (nextToken);
  }
  const found = [];
  for (let first = 0; first < arns.length; first += 100) {
    const { tasks = [] } = await ecs.describeTasks({ cluster, tasks: arns.slice(first, first + 100) });
    for (const { taskArn: name = '', lastStatus, desiredStatus } of tasks) {
      if (lastStatus !== 'STOPPED') found.push({ name, isGoing: desiredStatus === 'STOPPED' });
    }
  }
  return found;
}

/**
 * @param {ClearClients} clients
 * @param {ClearSettings} settings
 * @param {string} task ARN.
 */
async function stopTask({ ecs }, { cluster }, task) {
  await ecs.stopTask({ cluster, task, reason: 'its drill is over' });
}

/**
 * @param {ClearClients} clients
 * @param {ClearSettings} settings
 * @param {string | undefined} id
 * @returns {Promise<Found[]>} Identifiers.
 */
async function instancesOf({ rds }, { instancePrefix, tag }, id) {
  if (instancePrefix === undefined) return [];
  const found = [];
  /** @type {string | undefined} */
  let Marker;
  do {
    const page = await rds.describeDBInstances({ Marker });
    for (const { DBInstanceIdentifier: name = '', DBInstanceStatus, TagList = [] } of page.DBInstances ??
      []) {
      const drill = TagList.find(({ Key }) => Key === tag)?.Value;
      if (!name.startsWith(instancePrefix) || drill === undefined) continue;
      if (id === undefined || drill === id) found.push({ name, isGoing: DBInstanceStatus === GOING });
    }
    ({ Marker } = page);
  } while (Marker);
  return found;
}

/**
 * @param {Pick<ClearClients, 'rds'>} clients
 * @param {string} DBInstanceIdentifier
 */
async function deleteInstance({ rds }, DBInstanceIdentifier) {
  try {
    await rds.deleteDBInstance({
      DBInstanceIdentifier,
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: true,
    });
  } catch (error) {
    if (!(error instanceof Error && NOT_NOW.includes(error.name))) throw error;
  }
}
