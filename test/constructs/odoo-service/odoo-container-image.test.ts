import { type App, aws_ecs as ecs } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CpuArchitecture, OdooImage } from '../../../config/environment.ts';
import { OdooContainerImage } from '../../../constructs/odoo-service/odoo-container-image.ts';
import { testApp, testStack } from '../../support/stack.ts';

function define(image: OdooImage, architecture: CpuArchitecture = 'arm64') {
  const app = testApp();
  const stack = testStack(app);
  const odoo = new OdooContainerImage(stack, 'Image', {
    release: { version: '19.0', image, sessionGuard: false, modules: [], phases: [] },
    architecture,
  });
  const task = new ecs.FargateTaskDefinition(stack, 'Task');
  task.addContainer('Odoo', { image: odoo.image });
  return { app, stack, odoo, template: () => Template.fromStack(stack) };
}

describe('the Odoo image', () => {
  it('is the official one, by digest, from the mirror that has no limit of pulls', () => {
    const { odoo, template } = define({ source: 'official' });
    expect(odoo.release).toMatch(/^public\.ecr\.aws\/docker\/library\/odoo@sha256:[0-9a-f]{64}$/);
    template().hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Image: odoo.release })],
    });
  });

  it('is one from any public registry', () => {
    const uri = `ghcr.io/example/odoo@sha256:${'a'.repeat(64)}`;
    const { odoo, template } = define({ source: 'registry', uri });
    expect(odoo.release).toBe(uri);
    template().resourceCountIs('AWS::IAM::Policy', 0);
  });

  it('is one from a private ECR repository, which the task may pull, and nothing else', () => {
    const uri = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/erp/odoo@sha256:${'b'.repeat(64)}`;
    const { template } = define({ source: 'registry', uri });
    const [definition] = Object.values(template().findResources('AWS::ECS::TaskDefinition'));
    expect(JSON.stringify(definition)).toContain(`@sha256:${'b'.repeat(64)}`);
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(['ecr:BatchGetImage']),
            Resource: 'arn:aws:ecr:eu-central-1:111122223333:repository/erp/odoo',
          }),
        ]),
      },
    });
  });

  it.each([
    ['arm64', 'linux/arm64'],
    ['x86_64', 'linux/amd64'],
  ] as const)(
    'is built from the addons folder for %s, at deployment and not now',
    (architecture, platform) => {
      const { app, odoo } = define({ source: 'addons' }, architecture);
      expect(odoo.release).toMatch(/^[0-9a-f]{64}$/);
      expect(dockerImagesOf(app)).toEqual([
        expect.objectContaining({
          platform,
          dockerBuildArgs: {
            ODOO_IMAGE: expect.stringMatching(/docker\/library\/odoo@sha256:[0-9a-f]{64}$/),
          },
        }),
      ]);
    },
  );

  it('has everything that the Dockerfile copies', () => {
    const { app } = define({ source: 'addons' });
    const [image] = dockerImagesOf(app);
    const staged = readdirSync(join(app.outdir, image?.directory ?? ''));
    expect(staged).toEqual(expect.arrayContaining(['Dockerfile', 'modules', 'requirements.txt']));
  });
});

interface DockerImage {
  readonly directory: string;
  readonly platform: string;
  readonly dockerBuildArgs: Record<string, string>;
}

/** Images that the deployment builds, as its asset manifest says. */
function dockerImagesOf(app: App): DockerImage[] {
  const { directory } = app.synth();
  const manifest: {
    readonly dockerImages: Record<string, { readonly source: DockerImage }>;
  } = JSON.parse(readFileSync(join(directory, 'Test.assets.json'), 'utf8'));
  return Object.values(manifest.dockerImages).map(({ source }) => source);
}
