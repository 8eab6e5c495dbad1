import { Aws } from 'aws-cdk-lib';
import type { BundleAsset } from './bundle-asset.ts';
import type { BundleFile } from './host-bundle.ts';

/** Files of the host's bundle that installing its packages needs, and no configuration of any environment. */
const INSTALL_FILES: readonly string[] = ['packages.sh', 'cloudwatch-agent.sh'];

/** The part of the host's files that an image is made with. */
export function installFiles(files: readonly BundleFile[]): BundleFile[] {
  return files.filter(({ path }) => INSTALL_FILES.includes(path));
}

/**
 * What Image Builder does on the machine that becomes the image: it fetches the install script, checks its hash, runs
 * it as the server itself would, and looks whether it did its work.
 */
export function componentDocument({ s3Url, sha256 }: BundleAsset): string {
  return `name: Packages of the Odoo server
description: Runs the install script of the host
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: FetchScript
        action: S3Download
        inputs:
          - source: ${s3Url}
            destination: /tmp/odoo-aws.tar
      - name: InstallPackages
        action: ExecuteBash
        inputs:
          commands:
            - |
              set -euo pipefail
              sha256sum -c --quiet <<<'${sha256}  /tmp/odoo-aws.tar'
              mkdir /tmp/odoo-aws
              tar -xf /tmp/odoo-aws.tar -C /tmp/odoo-aws
              AWS_DEFAULT_REGION=${Aws.REGION} bash /tmp/odoo-aws/packages.sh
              rm -r /tmp/odoo-aws /tmp/odoo-aws.tar
  - name: validate
    steps:
      - name: FindPrograms
        action: ExecuteBash
        inputs:
          commands:
            - |
              set -euo pipefail
              for program in certbot docker nginx pgbackrest pg_ctlcluster; do command -v "$program"; done
              # A cluster of the package's own making would be taken for Odoo's.
              if ls -d /var/lib/postgresql/*/main; then exit 1; fi
`;
}
