/**
 * What a green local run says nothing about. Everything here is held by assertions on the templates, by the policy
 * checks or, where it needs AWS itself, by the pre-flight list of the plan and the first real deployment.
 */
export const NOT_PROVABLE_LOCALLY: readonly string[] = [
  'Odoo itself: no container, instance or database engine runs; only their descriptions are kept',
  'the first start of the server (user data, provisioning) and the health checks of the load balancer',
  'permissions: the emulator evaluates no IAM, bucket, key or file system policy',
  'network paths: routes, security groups and endpoints are kept as data, no packet follows them',
  'encryption: keys exist, nothing is encrypted with them; bucket encryption reads back as AES256 whatever was asked',
  'that RDS restores a replicated backup: the emulator says that it is there, and no data is behind it',
  'lifecycle rules, replication, access logging and tags of buckets, volumes of ECS tasks: dropped by the emulator',
  'autoscaling of the service, rotation of the database password, WAF logging, backups and restore tests: left out, see lib/local/emulator/left-out.json',
  'order and duration: everything is ready at once; on AWS an RDS instance alone takes ten to thirty minutes',
  'that AWS accepts every value: CI runs the CDK validation and cfn-lint on the same templates for that',
  'quotas, certificates and DNS delegation of your account: npm run plan lists what to check first',
];
