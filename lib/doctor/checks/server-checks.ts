import type { Check } from '../check.ts';

const GROUP = 'AWS::AutoScaling::AutoScalingGroup';
const VOLUME = 'AWS::EC2::Volume';

/** Processes without which a lost server is not replaced. A deployment suspends them for as long as it takes. */
const NEEDED = ['Launch', 'Terminate', 'HealthCheck', 'ReplaceUnhealthy'];

/** The single server, in small. */
export const serverChecks: readonly Check[] = [
  {
    name: 'server',
    asks: 'Is there one healthy server of the planned type, and would a lost one be replaced?',
    basis: 'plan',
    todo: 'look at the activity of the Auto Scaling group; a server that does not become healthy says why in its log',
    page: 'docs/runbook.md#the-single-server',
    appliesTo: (subject) => subject.has(GROUP, 'Server'),
    async look(subject, findings) {
      const [located] = subject.of([GROUP], 'Server');
      if (located === undefined) return;
      const group = await findings.read(`server, ${located.place}`, () =>
        subject.ask(located, (deployed, name) => deployed.group(name)),
      );
      if (group === undefined) return;
      const inService = group.Instances.filter((each) => each.LifecycleState === 'InService');
      const healthy = inService.filter(({ HealthStatus }) => HealthStatus === 'Healthy');
      findings.require(
        healthy.length === 1 && group.Instances.length === 1,
        `${healthy[0]?.InstanceId} is in service and healthy`,
        `there are ${group.Instances.length} servers, ${healthy.length} in service and healthy; it should be one`,
      );
      for (const server of inService) {
        findings.expect(
          `type of ${server.InstanceId}`,
          server.InstanceType,
          subject.plan.server?.instanceType,
        );
        findings.expect(
          `launch template version of ${server.InstanceId}`,
          server.LaunchTemplate?.Version,
          group.LaunchTemplate?.Version,
        );
      }
      for (const { ProcessName: name } of group.SuspendedProcesses) {
        if (NEEDED.includes(name)) findings.fault(`${name} of the group is suspended`);
      }
    },
  },
  {
    name: 'data-volume',
    asks: 'Is the data volume as planned, encrypted and at the server?',
    basis: 'plan',
    todo: 'a volume at no server: look at the server first (its log says what it waits for). Another size: deploy again',
    page: 'docs/single-server.md#where-things-are',
    appliesTo: (subject) => subject.has(VOLUME, 'Server'),
    async look(subject, findings) {
      await Promise.all(
        subject.of([VOLUME], 'Server').map(async (located) => {
          const volume = await findings.read(`volume, ${located.place}`, () =>
            subject.ask(located, (deployed, id) => deployed.volume(id)),
          );
          if (volume === undefined) return;
          for (const name of ['Size', 'VolumeType', 'Iops', 'Throughput', 'Encrypted'] as const) {
            findings.expect(name, volume[name], located.properties[name]);
          }
          const attached = volume.Attachments.find(({ State }) => State === 'attached');
          findings.require(
            attached !== undefined,
            `attached to ${attached?.InstanceId}`,
            'it is attached to no server',
          );
        }),
      );
    },
  },
];
