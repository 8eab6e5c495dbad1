import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Where {@link certify} puts its files, as nginx's configuration names them. */
export function tlsFiles(directory: string) {
  return {
    certificateFile: join(directory, 'certificate.pem'),
    certificateKeyFile: join(directory, 'key.pem'),
    acmeDirectory: directory,
  };
}

/** Makes a certificate that signs itself, as the server has one before the first real one. */
export function certify(directory: string): void {
  const { certificateFile, certificateKeyFile } = tlsFiles(directory);
  const request =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=erp.example.com';
  const { status, stderr } = spawnSync(
    'openssl',
    [...request.split(' '), '-keyout', certificateKeyFile, '-out', certificateFile],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
}
