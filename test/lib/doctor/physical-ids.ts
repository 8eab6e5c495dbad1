import type { ExpectedResource, ExpectedStack } from '../../../lib/doctor/subject.ts';

export const ACCOUNT = '111122223333';

/** Last part of ids, the same for the same resource every time. */
function hashOf(text: string): string {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) % 0xffffffff;
  return hash.toString(16).padStart(8, '0');
}

/** The id that CloudFormation would have for a resource, in the form that its service gives to ids. */
export function physicalIdOf(
  { name: stack, region }: ExpectedStack,
  logicalId: string,
  { Type, Properties }: ExpectedResource,
): string {
  const hash = hashOf(`${stack}/${logicalId}`);
  const name = `${stack}-${logicalId}-${hash}`;
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;
  const forms: Readonly<Record<string, string>> = {
    'AWS::S3::Bucket': name.toLowerCase(),
    'AWS::RDS::DBInstance': `odoo-${hash}`,
    'AWS::ECS::Service': arn('ecs', `service/cluster-${hashOf(stack)}/${name}`),
    'AWS::ECS::TaskDefinition': arn('ecs', `task-definition/${name}:7`),
    'AWS::ElasticLoadBalancingV2::LoadBalancer': arn(
      'elasticloadbalancing',
      `loadbalancer/app/${name}/50dc6c49`,
    ),
    'AWS::ElasticLoadBalancingV2::TargetGroup': arn('elasticloadbalancing', `targetgroup/${name}/6d0ecf83`),
    'AWS::ElasticLoadBalancingV2::Listener': arn('elasticloadbalancing', `listener/app/${name}/50dc/${hash}`),
    'AWS::CertificateManager::Certificate': arn('acm', `certificate/${hash}`),
    'AWS::SecretsManager::Secret': arn('secretsmanager', `secret:${name}`),
    'AWS::SecretsManager::RotationSchedule': arn('secretsmanager', `secret:rotated-${hash}`),
    'AWS::SNS::Topic': arn('sns', name),
    'AWS::StepFunctions::StateMachine': arn('states', `stateMachine:${name}`),
    'AWS::WAFv2::WebACL': `${name}|${hash}|REGIONAL`,
    'AWS::EC2::Volume': `vol-${hash}`,
    'AWS::EC2::EIP': '203.0.113.10',
    'AWS::CloudWatch::Alarm': String(Properties['AlarmName']),
    'AWS::CloudWatch::CompositeAlarm': String(Properties['AlarmName']),
  };
  return forms[Type] ?? name;
}
