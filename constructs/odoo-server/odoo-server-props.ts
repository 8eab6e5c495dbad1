import type { aws_ec2 as ec2, aws_ecr as ecr, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Domain, ModuleRollout, OdooVersion, SignIn, Windows } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import type { OutgoingMail } from '../mail/outgoing-mail.ts';
import type { ServerSecrets } from './server-secrets.ts';

export interface OdooServerProps {
  readonly vpc: ec2.IVpc;
  /** Public subnet of the server and, for good, of its data volume: a volume never leaves its Availability Zone. */
  readonly subnet: ec2.ISubnet;
  /** IPv4 networks from which Odoo may be reached. */
  readonly allowedCidrs: readonly string[];
  /** A plan of the small architecture. */
  readonly plan: Plan;
  readonly odooVersion: OdooVersion;
  /** Whether Odoo leaves sessions alone that it cannot serve; see `odoo.sessionGuard` of the environment file. */
  readonly sessionGuard: boolean;
  /** Odoo image, pinned by digest. May be known only at deployment; then `release` must be given. */
  readonly imageUri: string;
  /**
   * ECR repository of the image, from which the server may then pull.
   *
   * @default - the image is public
   */
  readonly imageRepository?: ecr.IRepository;
  /**
   * Identifies the Odoo code in nginx's cache of scripts and styles; changes with every image.
   *
   * @default - the image reference
   */
  readonly release?: string;
  /**
   * Name for which the server gets a certificate: through its hosted zone, otherwise through port 80.
   *
   * @default - plain HTTP, for trials
   */
  readonly domain?: Domain;
  readonly signIn: SignIn;
  /** Which modules the database job installs. */
  readonly rollout: ModuleRollout;
  /** Key of the volumes. */
  readonly dataKey: kms.IKey;
  readonly logKey: kms.IKey;
  /** Days for which logs are kept; one of CloudWatch Logs' retention values. */
  readonly logRetentionDays: number;
  /** Days for which the database can be restored to any moment. */
  readonly pointInTimeDays: number;
  /** When the daily backup and, once a week, security updates with their restarts may run. */
  readonly windows: Windows;
  /** Days and hours in UTC in which people work, for example `mon-fri 07:00-17:00`. */
  readonly businessHours: string;
  /**
   * Label of an image with the packages on board, from which the server is then launched; another label makes another
   * image. The subnet has to give addresses to what is launched in it.
   *
   * @default - the server installs its packages on Canonical's newest image when it is launched
   */
  readonly goldenImage?: string;
  /**
   * Label of the data volume. Another one makes another, blank volume, which the server fills from the backup; the old
   * one is kept.
   *
   * @default - the first volume
   */
  readonly dataVolume?: string;
  /**
   * Moment as of which a blank data volume is filled from what another server has left in both buckets: to the second, UTC.
   * May be known only at deployment.
   *
   * @default - a new server, which goes on with its own backups alone
   */
  readonly broughtBackTo?: string;
  readonly secrets: ServerSecrets;
  /**
   * How Odoo sends mail.
   *
   * @default - not at all
   */
  readonly mail?: OutgoingMail;
  /** Receives the copy of the filestore, below `filestore/`. */
  readonly filestoreBucket: s3.IBucket;
  /** Receives database backups, below `server/`, or `recovered/` where `server/` has those of another one. */
  readonly backupBucket: s3.IBucket;
  /** Receives the reports of restore proofs, below `restore-tests/`. */
  readonly auditBucket: s3.IBucket;
}
