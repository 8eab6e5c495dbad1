/** Types of resources that a deployment makes again as they were, and of what. */
export interface Remade {
  readonly what: string;
  readonly types: readonly string[];
  readonly madeOf: string;
}

export const remade: readonly Remade[] = [
  {
    what: 'network',
    types: [
      'AWS::EC2::VPC',
      'AWS::EC2::VPCEndpoint',
      'AWS::EC2::VPCGatewayAttachment',
      'AWS::EC2::Subnet',
      'AWS::EC2::SubnetRouteTableAssociation',
      'AWS::EC2::Route',
      'AWS::EC2::RouteTable',
      'AWS::EC2::InternetGateway',
      'AWS::EC2::NatGateway',
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::FlowLog',
      'Custom::VpcRestrictDefaultSG',
    ],
    madeOf: 'the environment file',
  },
  {
    what: 'entry and its certificate',
    types: [
      'AWS::ElasticLoadBalancingV2::Listener',
      'AWS::ElasticLoadBalancingV2::ListenerRule',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      'AWS::WAFv2::LoggingConfiguration',
      'AWS::WAFv2::WebACL',
      'AWS::WAFv2::WebACLAssociation',
      'AWS::CertificateManager::Certificate',
      'AWS::Route53::RecordSet',
    ],
    madeOf:
      'the environment file; ACM issues another certificate when it has seen the DNS record, and the hosted zone must be there',
  },
  {
    what: 'servers and containers',
    types: [
      'AWS::AutoScaling::AutoScalingGroup',
      'AWS::ApplicationAutoScaling::ScalableTarget',
      'AWS::ApplicationAutoScaling::ScalingPolicy',
      'AWS::EC2::LaunchTemplate',
      'AWS::ECS::Cluster',
      'AWS::ECS::ClusterCapacityProviderAssociations',
      'AWS::ECS::Service',
      'AWS::ECS::TaskDefinition',
      'AWS::ImageBuilder::Component',
      'AWS::ImageBuilder::Image',
      'AWS::ImageBuilder::ImageRecipe',
      'AWS::ImageBuilder::InfrastructureConfiguration',
      'AWS::SSM::Document',
      'AWS::SSM::Parameter',
    ],
    madeOf: 'the environment file and the images above',
  },
  {
    what: 'what stands around data: mount targets, parameters, rotation, plans of backups and of restore tests',
    types: [
      'AWS::EFS::MountTarget',
      'AWS::S3Files::MountTarget',
      'AWS::S3::BucketPolicy',
      'AWS::RDS::DBParameterGroup',
      'AWS::RDS::DBSubnetGroup',
      'AWS::SecretsManager::ResourcePolicy',
      'AWS::SecretsManager::RotationSchedule',
      'AWS::SecretsManager::SecretTargetAttachment',
      'AWS::Serverless::Application',
      'AWS::Backup::BackupPlan',
      'AWS::Backup::BackupSelection',
      'AWS::Backup::RestoreTestingPlan',
      'AWS::Backup::RestoreTestingSelection',
    ],
    madeOf: 'the environment file',
  },
  {
    what: 'permissions',
    types: [
      'AWS::IAM::AccessKey',
      'AWS::IAM::InstanceProfile',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::IAM::User',
    ],
    madeOf: 'this repository',
  },
  {
    what: 'functions and state machines, and when they run',
    types: [
      'AWS::Events::Rule',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Scheduler::Schedule',
      'AWS::StepFunctions::StateMachine',
      'Custom::DatabaseJob',
      'Custom::SecretCopies',
    ],
    madeOf: 'this repository',
  },
  {
    what: 'alarms',
    types: [
      'AWS::Budgets::Budget',
      'AWS::CE::AnomalyMonitor',
      'AWS::CE::AnomalySubscription',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::Logs::QueryDefinition',
      'AWS::Logs::ResourcePolicy',
      'AWS::SES::ConfigurationSetEventDestination',
      'AWS::SNS::Subscription',
      'AWS::SNS::Topic',
      'AWS::SNS::TopicPolicy',
    ],
    madeOf:
      'this repository; AWS asks `alarmEmail` again for confirmation, and until then no alarm reaches anybody',
  },
];
