import type {
  Alarm,
  Bucket,
  Certificate,
  Container,
  Database,
  DatabaseEngineVersion,
  DeployedResource,
  DeployedStack,
  Execution,
  Group,
  Key,
  Listener,
  LoadBalancer,
  LogGroup,
  MailAccount,
  MailIdentity,
  Maintenance,
  ResourceDrift,
  ScalableTarget,
  Secret,
  Service,
  Subscription,
  Target,
  Vault,
  Volume,
} from './answers.ts';

/**
 * What `npm run doctor` asks of AWS: one account, one Region. The real one is `aws/aws-deployed.ts`. Nothing in here changes
 * anything, and no secret's value is read. Each rejects where AWS does not answer, or has nothing of that name.
 */
export interface Deployed
  extends DeployedStacks, DeployedDatabase, DeployedCompute, DeployedEntry, DeployedStorage, DeployedWatch {
  /** Account of the credentials. */
  account(): Promise<string>;
  mailIdentity(name: string): Promise<MailIdentity>;
  mailAccount(): Promise<MailAccount>;
  /** What Service Quotas allows, or what every account gets where nothing else was granted. */
  quota(service: string, code: string): Promise<number>;
}

export interface DeployedStacks {
  /** Undefined where none has that name. */
  stack(name: string): Promise<DeployedStack | undefined>;
  resources(stack: string): Promise<readonly DeployedResource[]>;
  /** As it was deployed, a text. */
  template(stack: string): Promise<string>;
  /** Has CloudFormation compare a resource with its template. */
  drift(stack: string, logicalId: string): Promise<ResourceDrift>;
}

export interface DeployedDatabase {
  database(id: string): Promise<Database>;
  maintenance(arn: string): Promise<readonly Maintenance[]>;
  engineVersion(version: string): Promise<DatabaseEngineVersion>;
  /** Whether an RDS instance of that class can be made, with a standby if that is asked for. */
  databaseClassOffered(databaseClass: string, multiAz: boolean): Promise<boolean>;
}

export interface DeployedCompute {
  service(arn: string): Promise<Service>;
  containers(taskDefinition: string): Promise<readonly Container[]>;
  /** Undefined where the number of tasks does not scale. */
  scalableTarget(resourceId: string): Promise<ScalableTarget | undefined>;
  /** The latest one of a state machine; undefined before the first. */
  lastExecution(stateMachine: string): Promise<Execution | undefined>;
  group(name: string): Promise<Group>;
  volume(id: string): Promise<Volume>;
  instanceTypeOffered(instanceType: string): Promise<boolean>;
}

export interface DeployedEntry {
  loadBalancer(arn: string): Promise<LoadBalancer>;
  /** By their keys, for example `deletion_protection.enabled`. */
  loadBalancerAttributes(arn: string): Promise<Readonly<Record<string, string>>>;
  listeners(loadBalancer: string): Promise<readonly Listener[]>;
  targets(targetGroup: string): Promise<readonly Target[]>;
  certificate(arn: string): Promise<Certificate>;
  /** ARN of the firewall in front of a load balancer; undefined where there is none. */
  firewall(loadBalancer: string): Promise<string | undefined>;
}

export interface DeployedStorage {
  bucket(name: string): Promise<Bucket>;
  /** States of the rules by which S3 copies a bucket; none where it does not. */
  replication(bucket: string): Promise<readonly string[]>;
  vault(name: string): Promise<Vault>;
  key(id: string): Promise<Key>;
  secret(id: string): Promise<Secret>;
}

export interface DeployedWatch {
  alarms(names: readonly string[]): Promise<readonly Alarm[]>;
  subscriptions(topic: string): Promise<readonly Subscription[]>;
  logGroup(name: string): Promise<LogGroup | undefined>;
}
