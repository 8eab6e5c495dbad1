import { aws_ecr as ecr, aws_ecr_assets as assets, aws_ecs as ecs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fileURLToPath } from 'node:url';
import type { CpuArchitecture, OdooRelease } from '../../config/environment.ts';
import { imageReference, officialOdooImage } from '../../config/images.ts';

/** `123456789012.dkr.ecr.eu-central-1.amazonaws.com/odoo@sha256:...` */
const PRIVATE_ECR = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^@:]+)[@:](.+)$/;

export interface OdooContainerImageProps {
  readonly release: OdooRelease;
  readonly architecture: CpuArchitecture;
  /**
   * Folder with a Dockerfile, for images built from the project's own modules.
   *
   * @default - `addons/` of this repository
   */
  readonly addonsDirectory?: string;
}

/**
 * The image that every Odoo process of an environment runs, whatever it comes from.
 *
 * An image from `addons/` is built when it is deployed; synthesis only hashes the folder and needs no Docker.
 */
export class OdooContainerImage extends Construct {
  readonly image: ecs.ContainerImage;

  /** Reference to pull, for a host that runs containers itself; of an image from `addons/` known on deployment. */
  readonly uri: string;

  /** Changes whenever the code in the image does. */
  readonly release: string;

  constructor(scope: Construct, id: string, props: OdooContainerImageProps) {
    super(scope, id);
    const { release } = props;
    switch (release.image.source) {
      case 'official':
        this.release = imageReference(officialOdooImage(release.version));
        this.uri = this.release;
        this.image = ecs.ContainerImage.fromRegistry(this.release);
        break;
      case 'registry':
        this.release = release.image.uri;
        this.uri = this.release;
        this.image = this.fromRegistry(release.image.uri);
        break;
      case 'addons': {
        const asset = this.fromAddons(props);
        this.release = asset.assetHash;
        this.uri = asset.imageUri;
        this.image = ecs.ContainerImage.fromDockerImageAsset(asset);
        break;
      }
    }
  }

  private fromAddons(props: OdooContainerImageProps): assets.DockerImageAsset {
    return new assets.DockerImageAsset(this, 'Addons', {
      directory: props.addonsDirectory ?? fileURLToPath(new URL('../../addons', import.meta.url)),
      buildArgs: { ODOO_IMAGE: imageReference(officialOdooImage(props.release.version)) },
      platform: props.architecture === 'arm64' ? assets.Platform.LINUX_ARM64 : assets.Platform.LINUX_AMD64,
    });
  }

  /** A private ECR repository needs a grant to the execution role, which a plain reference would not give. */
  private fromRegistry(uri: string): ecs.ContainerImage {
    const [, account, region, repositoryName, tagOrDigest] = PRIVATE_ECR.exec(uri) ?? [];
    if (!repositoryName) return ecs.ContainerImage.fromRegistry(uri);
    const repository = ecr.Repository.fromRepositoryAttributes(this, 'Repository', {
      repositoryName,
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`,
    });
    return ecs.ContainerImage.fromEcrRepository(repository, tagOrDigest);
  }
}
