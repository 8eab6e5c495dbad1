/** User and group that Odoo runs as: those of the official image (18.0 and 19.0). Files on shared storage are theirs. */
export const ODOO_USER = { uid: '100', gid: '101' } as const;
