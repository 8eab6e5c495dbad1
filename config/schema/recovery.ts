import { z } from 'zod';
import { READ_METHODS } from '../drill.ts';
import { certificateArnPattern } from './access.ts';
import { chooseOneOf, fieldTexts, group } from './field.ts';
import { secretArnPattern } from './mail.ts';
import { recoveryNetwork } from './network.ts';

const ways = ['switch', 'health-check'] as const;

const schedules = ['monthly', 'manual'] as const;

/** In reports, and in the text of an alarm. */
const workflowName = /^[a-z0-9][a-z0-9 ._-]{0,59}$/i;

const technicalName = /^[a-z][a-z0-9_]*$/;

const modelName = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;

const workflow = group('Something that is read of the Odoo of a drill, as the web client would.', {
  name: z.string().regex(workflowName, 'is not a short name').register(fieldTexts, {
    meaning: 'What it is called in the report.',
    allowed: '1 to 60 letters, digits, blanks, dots, underscores or hyphens',
    fix: 'write a few words, for example open quotations',
  }),
  model: z.string().regex(modelName, 'is not the name of a model').register(fieldTexts, {
    meaning: 'Model that is read.',
    allowed: 'the technical name of a model, for example sale.order',
    fix: 'look it up in Odoo: Settings, Technical, Models',
  }),
  method: z.enum(READ_METHODS).register(fieldTexts, {
    meaning: 'What is called. Only what changes nothing.',
    allowed: READ_METHODS.join(', '),
    fix: chooseOneOf(READ_METHODS),
  }),
  args: z
    .array(z.json())
    .register(fieldTexts, {
      meaning: 'Arguments by position, for example a domain: `[[["state", "=", "draft"]]]`. Default: none.',
      allowed: 'a list, as JSON could write it',
      fix: 'write a list; a domain is the first entry in it, and a list itself',
    })
    .optional(),
  kwargs: z
    .record(z.string().regex(technicalName, 'is not the name of an argument'), z.json())
    .register(fieldTexts, {
      meaning: 'Arguments by name, for example `{ limit: 5 }`. Default: none.',
      allowed: 'names and values, as JSON could write them',
      fix: 'write an object, for example { limit: 5 }',
    })
    .optional(),
  module: z
    .string()
    .regex(technicalName, 'is not the name of a module')
    .register(fieldTexts, {
      meaning:
        'Module that the model is of. Where it is not installed, there is nothing to read, and that is in order. Absent: the model has to be there.',
      allowed: 'the technical name of a module, for example sale',
      fix: 'look it up in Odoo: Apps, the technical name',
    })
    .optional(),
});

const drill = group(
  'Recovery drills: the copies are restored beside nobody, looked at and removed ([what a drill does](drill.md)).',
  {
    schedule: z
      .enum(schedules)
      .register(fieldTexts, {
        meaning:
          '`monthly`: one starts by itself on the first Sunday of the month, and an alarm tells when none has passed for 35 days. It costs a database, or in small a task, of the size of production for a few hours. `manual`: only `npm run drill` starts one. Default: monthly in production.',
        allowed: schedules.join(', '),
        fix: chooseOneOf(schedules),
      })
      .optional(),
    workflows: z
      .array(workflow)
      .min(1)
      .max(20)
      .register(fieldTexts, {
        meaning:
          'What your company cannot do without: each is called once, on the restored data, and has to answer. They replace the default: contacts, and quotations, purchase orders, invoices, transfers and manufacturing orders where those modules are installed.',
        allowed: 'a list of 1 to 20 calls, each with name, model and method',
        fix: "write for example [{ name: 'open quotations', model: 'sale.order', method: 'search_read', args: [[['state', '=', 'draft']]], kwargs: { fields: ['name'], limit: 5 } }]",
      })
      .optional(),
  },
);

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
    drill: drill.optional(),
  },
);
