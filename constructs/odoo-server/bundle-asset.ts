import { aws_iam as iam, aws_s3_assets as s3_assets, Stage } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundleFile, packBundle } from './host-bundle.ts';

export interface BundleAssetProps {
  readonly files: readonly BundleFile[];
}

/** A bundle of files in the CDK's assets bucket, with the hash that its reader has to check. */
export class BundleAsset extends Construct {
  /** Hexadecimal SHA-256 of the archive. */
  readonly sha256: string;
  /** Where the archive is, over https. */
  readonly httpUrl: string;
  /** Where the archive is, as `s3://bucket/key`. */
  readonly s3Url: string;

  private readonly objectArn: string;

  constructor(scope: Construct, id: string, { files }: BundleAssetProps) {
    super(scope, id);
    const bundle = packBundle(files);
    // Beside the other assets: a temporary directory would stay behind after every synthesis.
    const file = join(assetDirectory(this), `odoo-server-${bundle.sha256}.tar`);
    writeFileSync(file, bundle.archive);
    const asset = new s3_assets.Asset(this, 'Asset', { path: file });
    this.sha256 = bundle.sha256;
    this.httpUrl = asset.httpUrl;
    this.s3Url = asset.s3ObjectUrl;
    this.objectArn = asset.bucket.arnForObjects(asset.s3ObjectKey);
  }

  /** Not the asset's own grant, which opens the whole assets bucket, other environments' files included. */
  grantRead(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetObject'],
      resourceArns: [this.objectArn],
    });
  }
}

function assetDirectory(scope: Construct): string {
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path} is not part of an app`);
  return stage.assetOutdir;
}
