// @ts-check

/**
 * What serves users: ECS services, or a group of one server.
 *
 * @typedef {object} Count How many tasks a service has; without bounds the number is fixed.
 * @property {number} desired
 * @property {{ min: number, max: number }} [scaled]
 *
 * @typedef {{ cluster: string, counts: Record<string, Count> }} ServiceSettings Counts by the name of the service.
 *
 * @typedef {object} Clients The few calls of the AWS SDK that are made.
 * @property {{
 *   updateService(input: { cluster: string, service: string, desiredCount: number }): Promise<unknown>,
 *   describeServices(input: object): Promise<{ services?: { runningCount?: number, pendingCount?: number }[] }>,
 * }} ecs
 * @property {{
 *   registerScalableTarget(input: {
 *     ServiceNamespace: 'ecs',
 *     ResourceId: string,
 *     ScalableDimension: 'ecs:service:DesiredCount',
 *     MinCapacity: number,
 *     MaxCapacity: number,
 *   }): Promise<unknown>,
 * }} applicationAutoScaling
 * @property {{
 *   updateAutoScalingGroup(input: {
 *     AutoScalingGroupName: string,
 *     MinSize: number,
 *     MaxSize: number,
 *     DesiredCapacity: number,
 *   }): Promise<unknown>,
 *   describeAutoScalingGroups(input: object): Promise<{ AutoScalingGroups?: { Instances?: object[] }[] }>,
 * }} autoScaling
 *
 * @typedef {object} Served
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} start
 * @property {() => Promise<number>} running Tasks or servers that have not ended yet.
 */

/**
 * @param {Clients} clients
 * @param {ServiceSettings} settings
 * @returns {Served}
 */
export function services({ ecs, applicationAutoScaling }, { cluster, counts }) {
  /** @param {(count: Count) => Count} change */
  async function set(change) {
    for (const [service, count] of Object.entries(counts)) {
      const { desired, scaled } = change(count);
      if (scaled !== undefined) {
        // First, or the scaling would undo the number.
        await applicationAutoScaling.registerScalableTarget({
          ServiceNamespace: 'ecs',
          ResourceId: `service/${cluster}/${service}`,
          ScalableDimension: 'ecs:service:DesiredCount',
          MinCapacity: scaled.min,
          MaxCapacity: scaled.max,
        });
      }
      await ecs.updateService({ cluster, service, desiredCount: desired });
    }
  }
  return {
    stop: () => set(({ scaled }) => ({ desired: 0, scaled: scaled && { min: 0, max: 0 } })),
    start: () => set((count) => count),
    async running() {
      const { services: found = [] } = await ecs.describeServices({
        cluster,
        services: Object.keys(counts),
      });
      return found.reduce(
        (sum, { runningCount = 0, pendingCount = 0 }) => sum + runningCount + pendingCount,
        0,
      );
    },
  };
}

/**
 * @param {Clients} clients
 * @param {string} AutoScalingGroupName
 * @returns {Served}
 */
export function serverGroup({ autoScaling }, AutoScalingGroupName) {
  /** @param {number} size */
  async function set(size) {
    await autoScaling.updateAutoScalingGroup({
      AutoScalingGroupName,
      MinSize: size,
      MaxSize: size,
      DesiredCapacity: size,
    });
  }
  return {
    // The server is terminated; its volume is not.
    stop: () => set(0),
    start: () => set(1),
    async running() {
      const { AutoScalingGroups: [group] = [] } = await autoScaling.describeAutoScalingGroups({
        AutoScalingGroupNames: [AutoScalingGroupName],
      });
      return group?.Instances?.length ?? 0;
    },
  };
}
