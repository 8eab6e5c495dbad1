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

  /** The private ECR repository that the image is pulled from, for a host that needs a grant; none for public images. */
  readonly repository?: ecr.IRepository;

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
        this.repository = this.privateRepository(this.uri);
        this.image = this.repository
          ? ecs.ContainerImage.fromEcrRepository(this.repository, /[@:]([^@]+)$/.exec(this.uri)?.[1])
          : ecs.ContainerImage.fromRegistry(this.uri);
        break;
      case 'addons': {
        const asset = this.fromAddons(props);
        this.release = asset.assetHash;
        this.uri = asset.imageUri;
        this.repository = asset.repository;
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

  /** A private ECR repository needs a grant to whoever pulls, which a plain reference would not give. */
  private privateRepository(uri: string): ecr.IRepository | undefined {
    const [, account, region, repositoryName] = PRIVATE_ECR.exec(uri) ?? [];
    return repositoryName === undefined
      ? undefined
      : ecr.Repository.fromRepositoryAttributes(this, 'Repository', {
          repositoryName,
          repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`,
        });
  }
}
