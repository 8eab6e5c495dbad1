import { z } from 'zod';
import { certificateArnPattern } from './access.ts';
import { chooseOneOf, fieldTexts, group } from './field.ts';
import { secretArnPattern } from './mail.ts';
import { recoveryNetwork } from './network.ts';

const ways = ['switch', 'health-check'] as const;

/** What an environment has of its own in its recovery Region. */
export const recovery = group(
  'What is other when the environment is brought back in `recoveryRegion`: what belongs to one Region alone, and how the domain finds it. Rarely more than the defaults is needed.',
  {
    network: recoveryNetwork.optional(),
    certificateArn: z
      .string()
      .regex(certificateArnPattern, 'is not the ARN of an ACM certificate')
      .register(fieldTexts, {
        meaning:
          'ARN of an issued ACM certificate for `domain` in the recovery Region. Needed where `certificateArn` is: ACM certificates are of one Region, and the record that one waits for is in a DNS that is not on AWS. It costs nothing. **ACM renews only what is in use**, and nothing uses this one until a recovery: request it anew before it expires, and write the new ARN. With `hostedZone` one is made there by the recovery itself.',
        allowed: 'arn:aws:acm:REGION:ACCOUNT:certificate/ID',
        fix: 'copy the ARN from `aws acm list-certificates`, asked in the recovery Region',
      })
      .optional(),
    relayCredentialsArn: z
      .string()
      .regex(secretArnPattern, 'is not the ARN of a secret')
      .register(fieldTexts, {
        meaning:
          'ARN of the secret with the login of `mail.relay` in the recovery Region. Needed where `mail.relay.credentialsArn` is. A replica of that secret is enough, and Secrets Manager keeps it the same, for USD 0.40 a month: `aws secretsmanager replicate-secret-to-regions`. Its ARN differs in the Region only.',
        allowed:
          'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX, with the six characters at its end',
        fix: 'copy the ARN from `aws secretsmanager describe-secret --secret-id NAME`, asked in the recovery Region',
      })
      .optional(),
    dns: z
      .enum(ways)
      .register(fieldTexts, {
        meaning:
          'When `domain` points to what was brought back. `switch`: from the moment at which its record is deployed there, whatever the primary Region does: a person decides, and nothing flips by itself. `health-check`: only while the primary Region does not answer: nobody has to decide at night, but when the primary answers again, users are back on it, with data of before the loss, unless it was shut out first.',
        allowed: ways.join(', '),
        fix: chooseOneOf(ways),
      })
      .optional(),
  },
);
