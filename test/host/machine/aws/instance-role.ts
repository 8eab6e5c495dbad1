/** Credentials that the metadata service hands out, and the only ones that the AWS of the test accepts. */
export const ROLE = {
  name: 'odoo-server-role',
  accessKeyId: 'ASIATESTMACHINE00000',
  secretAccessKey: 'secret/of/the/instance/role/0000000000000',
  sessionToken: 'session-token-of-the-instance-role',
} as const;
