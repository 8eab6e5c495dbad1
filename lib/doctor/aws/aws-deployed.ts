import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { type Patience, PATIENCE, patientClient } from '../../aws-patience.ts';
import { mailAccount, mailIdentity } from '../answers.ts';
import type { Deployed } from '../deployed.ts';
import { awsCompute } from './compute.ts';
import { awsDatabase } from './database.ts';
import { awsEntry } from './entry.ts';
import { awsStacks } from './stacks.ts';
import { awsStorage } from './storage.ts';
import { awsWatch } from './watch.ts';

/** So many things are asked that services slow them down: CloudFormation and Service Quotas above all. */
const ATTEMPTS = 6;

/** AWS itself, in one Region, with the credentials that the AWS CLI would use. */
export function awsDeployed(region: string, patience: Patience = PATIENCE): Deployed {
  const config = patientClient(region, patience, ATTEMPTS);
  const mail = new SESv2Client(config);
  const quotas = new ServiceQuotasClient(config);
  const tokens = new STSClient(config);
  return {
    ...awsStacks(config),
    ...awsDatabase(config),
    ...awsCompute(config),
    ...awsEntry(config),
    ...awsStorage(config),
    ...awsWatch(config),
    async account() {
      const { Account } = await tokens.send(new GetCallerIdentityCommand({}));
      return z.string().parse(Account);
    },
    async mailIdentity(name) {
      return mailIdentity.parse(await mail.send(new GetEmailIdentityCommand({ EmailIdentity: name })));
    },
    async mailAccount() {
      return mailAccount.parse(await mail.send(new GetAccountCommand({})));
    },
    async quota(ServiceCode, QuotaCode) {
      try {
        const { Quota } = await quotas.send(new GetServiceQuotaCommand({ ServiceCode, QuotaCode }));
        return z.number().parse(Quota?.Value);
      } catch (error) {
        // Of what was never changed some Regions know only the default.
        if (!(error instanceof NoSuchResourceException)) throw error;
        const { Quota } = await quotas.send(new GetAWSDefaultServiceQuotaCommand({ ServiceCode, QuotaCode }));
        return z.number().parse(Quota?.Value);
      }
    },
  };
}
