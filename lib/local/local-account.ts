import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';

// A notice that clients of the year after next need a newer Node: these are pinned and reach the emulator alone.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** AWS's own clients for one Region of the emulated account. */
export class LocalAccount {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
  readonly rds: RDSClient;
  readonly s3: S3Client;
  readonly stepFunctions: SFNClient;

  constructor(endpoint: string, region: string) {
    const settings = { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
    this.cloudFormation = new CloudFormationClient(settings);
    this.cloudWatch = new CloudWatchClient(settings);
    this.ec2 = new EC2Client(settings);
    this.ecs = new ECSClient(settings);
    this.loadBalancing = new ElasticLoadBalancingV2Client(settings);
    this.rds = new RDSClient(settings);
    this.stepFunctions = new SFNClient(settings);
    // Bucket names in host names would need DNS for each of them.
    this.s3 = new S3Client({ ...settings, forcePathStyle: true });
  }
}
