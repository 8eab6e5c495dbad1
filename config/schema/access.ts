import { z } from 'zod';
import { fieldTexts, group } from './field.ts';

/** Labels of letters, digits and inner hyphens, at least two of them. */
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** Host name that users type. */
export const domain = z
  .string()
  .regex(hostName, 'is not a host name')
  // The first name of an ACM certificate is its common name, which RFC 5280 limits.
  .max(64, 'is longer than the 64 characters that a certificate takes')
  .register(fieldTexts, {
    meaning:
      'Host name under which users reach Odoo. Required in medium, in large and in production. A small environment without one is a trial: plain HTTP on its IP address.',
    allowed: 'a host name of up to 64 characters, lower case, for example erp.example.com',
    fix: 'write the bare name as users would type it, without https://, path, port, wildcard or dot at the end',
  });

/** Route 53 hosted zone of the domain. */
export const hostedZone = group(
  'Route 53 public hosted zone that the domain lies in, in the same account. The certificate and the DNS record are made in it. Medium and large need this or `certificateArn`; in small it is optional: without it you point the name at the server yourself.',
  {
    id: z
      .string()
      .regex(/^Z[A-Z0-9]{5,31}$/, 'is not an id of a hosted zone')
      .register(fieldTexts, {
        meaning: 'Id of the hosted zone.',
        allowed: 'Z and 5 to 31 capital letters and digits',
        fix: 'take the id without "/hostedzone/" from `aws route53 list-hosted-zones`',
      }),
    name: z.string().regex(hostName, 'is not a name of a hosted zone').register(fieldTexts, {
      meaning: 'Name of the hosted zone.',
      allowed: 'a domain name in lower case, for example example.com',
      fix: 'write the name of the zone without the dot at its end',
    }),
  },
);

/** Shape of the ARN of an ACM certificate: Region and account are what the rules compare. */
export const certificateArnPattern =
  /^arn:aws:acm:(?<region>[a-z]{2}(?:-[a-z]+)+-\d):(?<account>\d{12}):certificate\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Certificate for a domain whose zone is elsewhere. */
export const certificateArn = z
  .string()
  .regex(certificateArnPattern, 'is not the ARN of an ACM certificate')
  .register(fieldTexts, {
    meaning:
      'ARN of an issued ACM certificate in the same Region, for a domain whose DNS is elsewhere; you then point the name at the load balancer yourself. Medium and large, instead of `hostedZone`.',
    allowed: 'arn:aws:acm:REGION:ACCOUNT:certificate/ID',
    fix: 'copy the ARN from `aws acm list-certificates`',
  });

/** Networks from which Odoo may be reached. */
export const allowedCidrs = z
  .array(z.string())
  .min(1)
  // Two rules each (80 and 443); a security group holds 60.
  .max(30)
  .register(fieldTexts, {
    meaning:
      'IPv4 networks from which Odoo may be reached. Everything else is refused before it reaches a server.',
    allowed: '1 to 30 IPv4 networks a.b.c.d/n (two rules each, and a security group holds 60)',
    fix: "list the networks of offices and VPNs, or leave the field out to allow everybody ('0.0.0.0/0')",
  });

/** Who hears of alarms. */
export const alarmEmail = z.email({ error: 'is not an e-mail address' }).register(fieldTexts, {
  meaning:
    'E-mail address that receives alarms. AWS asks it for confirmation once; until then nothing arrives. Absent: alarms are only seen in CloudWatch.',
  allowed: 'an e-mail address',
  fix: 'write one address that several people read, for example odoo-alarms@example.com',
});
