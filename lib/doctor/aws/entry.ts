import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetWebACLForResourceCommand, WAFV2Client } from '@aws-sdk/client-wafv2';
import { z } from 'zod';
import type { PatientClient } from '../../aws-patience.ts';
import { certificate, listener, loadBalancer, target } from '../answers.ts';
import type { DeployedEntry } from '../deployed.ts';
import { only } from './only.ts';

/** Elastic Load Balancing, ACM and AWS WAF. */
export function awsEntry(config: PatientClient): DeployedEntry {
  const balancers = new ElasticLoadBalancingV2Client(config);
  const acm = new ACMClient(config);
  const waf = new WAFV2Client(config);
  return {
    async loadBalancer(arn) {
      const { LoadBalancers } = await balancers.send(
        new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }),
      );
      return loadBalancer.parse(only(LoadBalancers, `load balancer ${arn}`));
    },
    async loadBalancerAttributes(arn) {
      const { Attributes = [] } = await balancers.send(
        new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn }),
      );
      return Object.fromEntries(Attributes.map(({ Key = '', Value = '' }) => [Key, Value]));
    },
    async listeners(arn) {
      const { Listeners } = await balancers.send(new DescribeListenersCommand({ LoadBalancerArn: arn }));
      return z.array(listener).parse(Listeners);
    },
    async targets(targetGroup) {
      const { TargetHealthDescriptions } = await balancers.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }),
      );
      return z.array(target).parse(TargetHealthDescriptions);
    },
    async certificate(arn) {
      const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }));
      return certificate.parse(Certificate);
    },
    async firewall(arn) {
      const { WebACL } = await waf.send(new GetWebACLForResourceCommand({ ResourceArn: arn }));
      return WebACL?.ARN;
    },
  };
}
