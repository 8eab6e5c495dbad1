import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Domain } from '../../../config/environment.ts';
import { serverIn } from '../../constructs/odoo-server/small.ts';
import { planOf } from '../../support/environments.ts';
import { testApp } from '../../support/stack.ts';
import type { EmulatedAccount } from './aws/emulated-account.ts';
import { type StackResource, StackValues, TEMPLATE } from './stack-values.ts';
import { VOLUME_ID } from './volume.ts';

const PSEUDO_PARAMETERS = {
  'AWS::AccountId': '000000000000',
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

export interface DeploymentProps {
  readonly domain: Domain | undefined;
  readonly region: string;
  /** Moment that the server is brought back to. Absent: it begins with nothing. */
  readonly broughtBackTo?: string;
  /** Secrets of another deployment, by logical id. */
  readonly secrets?: ReadonlyMap<string, string>;
}

const LAUNCH_TEMPLATE = z.object({
  LaunchTemplateData: z.object({ UserData: z.object({ 'Fn::Base64': z.unknown() }) }),
});

const ASSET_MANIFEST = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string() }),
      destinations: z.record(z.string(), z.object({ bucketName: z.string(), objectKey: z.string() })),
    }),
  ),
});

interface PublishedBundle {
  readonly bucket: string;
  readonly key: string;
  readonly archive: Buffer;
}

/**
 * A small environment as CloudFormation would have deployed it: the synthesized stacks, and for each resource that the
 * server's user data leads to one in the emulated account.
 */
export class Deployment {
  /** The text that EC2 hands to the server. */
  readonly userData: string;
  /** Values of the secrets by logical id, which must appear nowhere but where they belong. */
  readonly secrets: ReadonlyMap<string, string>;
  private readonly account: EmulatedAccount;
  private readonly values: StackValues;
  private readonly bundle: PublishedBundle;

  private constructor(parts: {
    account: EmulatedAccount;
    values: StackValues;
    bundle: PublishedBundle;
    userData: string;
    secrets: Map<string, string>;
  }) {
    this.account = parts.account;
    this.values = parts.values;
    this.bundle = parts.bundle;
    this.userData = parts.userData;
    this.secrets = parts.secrets;
  }

  static async create(
    account: EmulatedAccount,
    { domain, region, broughtBackTo, secrets: known }: DeploymentProps,
  ): Promise<Deployment> {
    const plan = planOf(10, { architecture: 'x86_64' });
    const { app, stack } = serverIn(testApp(), { plan, domain, broughtBackTo }, region);
    const assembly = app.synth();
    const secrets = new Map(known);
    const values = new StackValues({
      stacks: new Map(
        assembly.stacks.map(({ stackName, template }) => [stackName, TEMPLATE.parse(template)]),
      ),
      pseudoParameters: { ...PSEUDO_PARAMETERS, 'AWS::Region': region },
      attributes: { 'AWS::EC2::EIP': { AllocationId: 'eipalloc-0123456789abcdef0' } },
      create: (name, resource) => createResource(account, secrets, values, stack.stackName, name, resource),
    });
    const { template } = assembly.getStackArtifact(stack.artifactId);
    const userData = await values.resolve(stack.stackName, userDataOf(TEMPLATE.parse(template).Resources));
    const bundle = findBundle(join(assembly.directory, `${stack.artifactId}.assets.json`), values);
    await account.createBucket(bundle.bucket);
    const deployment = new Deployment({ account, values, bundle, userData, secrets });
    await deployment.corruptBundle(false);
    return deployment;
  }

  /** Physical name of the bucket whose logical id begins so. */
  async bucket(logicalId: 'Filestore' | 'Backups' | 'Audit'): Promise<string> {
    return this.values.referenceTo('AWS::S3::Bucket', logicalId);
  }

  /** Value of the secret whose logical id begins so, for example `AdminPassword`. */
  secret(logicalId: string): string {
    const entry = [...this.secrets].find(([id]) => id.includes(logicalId));
    if (!entry) throw new Error(`no secret ${logicalId}, only ${[...this.secrets.keys()].join(', ')}`);
    return entry[1];
  }

  /** The archive that the server is provisioned from. */
  publishedBundle(): Buffer {
    return this.bundle.archive;
  }

  /** Publishes the bundle with one byte more, or the right one again. */
  async corruptBundle(corrupt: boolean): Promise<void> {
    const { bucket, key, archive } = this.bundle;
    await this.account.putObject(bucket, key, corrupt ? Buffer.concat([archive, Buffer.from('x')]) : archive);
  }
}

/** Creates what a resource stands for, as far as a server asks for it, and returns what `Ref` gives. */
async function createResource(
  account: EmulatedAccount,
  secrets: Map<string, string>,
  values: StackValues,
  stack: string,
  name: string,
  { Type, Properties }: StackResource,
): Promise<string> {
  switch (Type) {
    case 'AWS::EC2::Volume':
      return VOLUME_ID;
    case 'AWS::Logs::LogGroup':
      await account.call('logs', 'Logs_20140328.CreateLogGroup', { logGroupName: name });
      return name;
    case 'AWS::S3::Bucket':
      await account.createBucket(name.toLowerCase());
      return name.toLowerCase();
    case 'AWS::SecretsManager::Secret': {
      const SecretString = secrets.get(name) ?? randomBytes(24).toString('base64url');
      secrets.set(name, SecretString);
      const { ARN } = await account.call('secretsmanager', 'secretsmanager.CreateSecret', {
        Name: name,
        SecretString,
      });
      return String(ARN);
    }
    case 'AWS::SSM::Parameter': {
      const { Name = `CFN-${name}`, Value } = Properties;
      const parameter = {
        Name: await values.resolve(stack, Name),
        Value: await values.resolve(stack, Value),
      };
      await account.call('ssm', 'AmazonSSM.PutParameter', { ...parameter, Type: 'String' });
      return parameter.Name;
    }
    default:
      throw new Error(`the test cannot create ${Type} (${name}), which the user data leads to`);
  }
}

function userDataOf(resources: Readonly<Record<string, StackResource>>): unknown {
  const template = Object.values(resources).find(({ Type }) => Type === 'AWS::EC2::LaunchTemplate');
  if (!template) throw new Error('the server has no launch template');
  return LAUNCH_TEMPLATE.parse(template.Properties).LaunchTemplateData.UserData['Fn::Base64'];
}

/** The only archive among the assets of the server's stack. */
function findBundle(manifestFile: string, values: StackValues): PublishedBundle {
  const { files } = ASSET_MANIFEST.parse(JSON.parse(readFileSync(manifestFile, 'utf8')));
  const bundle = Object.values(files).find(({ source }) => source.path.endsWith('.tar'));
  const destination = bundle && Object.values(bundle.destinations)[0];
  if (!destination) throw new Error(`${manifestFile} publishes no bundle`);
  return {
    bucket: values.substitute(destination.bucketName),
    key: destination.objectKey,
    archive: readFileSync(join(manifestFile, '..', bundle.source.path)),
  };
}
