/** Lambda mounts nothing anywhere else. */
export const MOUNTS = '/mnt';
