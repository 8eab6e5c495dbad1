/** One rule of a managed group that only counts instead of blocking, and what it would break in Odoo. */
export interface CountedRule {
  /** Name of the rule as AWS spells it; an unknown name is ignored without an error. */
  readonly rule: string;
  readonly because: string;
  /**
   * Label that the rule puts on a request, for the rules of this web ACL that block where the exception is not needed.
   * AWS spells it differently from the rule, by no system, and an unknown one matches nothing without an error.
   *
   * @default - the rule blocks nowhere
   */
  readonly label?: string;
  /**
   * Where it blocks all the same: on the forms at which people sign in or sign up, or outside the paths of files.
   *
   * @default - nowhere
   */
  readonly blocksAt?: 'sign-in-forms' | 'outside-files';
}

/** A rule group that AWS maintains. No version is pinned: new attacks are covered as AWS publishes them. */
export interface ManagedRuleGroup {
  readonly name: string;
  /** Web ACL capacity units. A web ACL may have 1,500 before each request costs more. */
  readonly capacityUnits: number;
  readonly counted: readonly CountedRule[];
}

const CORE = 'awswaf:managed:aws:core-rule-set';
const BAD_INPUTS = 'awswaf:managed:aws:known-bad-inputs';

/**
 * Managed rule groups in the order in which they are applied, with every exception and its reason.
 *
 * Every rule that reads the body counts: what people write in an ERP, and the files that they attach, may look like
 * anything, and a rule that believes it has found an attack loses somebody's work. Everything that is not listed
 * blocks. Names, labels and capacities are those of the AWS WAF developer guide, read in November 2026.
 */
export const MANAGED_RULE_GROUPS: readonly ManagedRuleGroup[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList', capacityUnits: 25, counted: [] },
  {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    capacityUnits: 200,
    counted: [
      {
        rule: 'JavaDeserializationRCE_BODY',
        because: 'Stack traces and source in tickets name Java classes. Odoo runs no Java.',
        label: `${BAD_INPUTS}:JavaDeserializationRCE_Body`,
        blocksAt: 'sign-in-forms',
      },
      {
        rule: 'Log4JRCE_BODY',
        because: 'Web designers save JavaScript, whose templates have the same ${...}. Odoo runs no Log4j.',
        label: `${BAD_INPUTS}:Log4JRCE_Body`,
        blocksAt: 'sign-in-forms',
      },
      {
        rule: 'ReactJSRCE_BODY',
        because:
          'Its patterns are unpublished, and bodies hold scripts and spreadsheets. Odoo runs no React.',
        label: `${BAD_INPUTS}:ReactJSRCE_Body`,
        blocksAt: 'sign-in-forms',
      },
    ],
  },
  {
    name: 'AWSManagedRulesCommonRuleSet',
    capacityUnits: 700,
    counted: [
      {
        rule: 'SizeRestrictions_BODY',
        because:
          'Blocks every body above 8 KB: all attachments, imports and many saved forms. nginx limits the size instead.',
        label: `${CORE}:SizeRestrictions_Body`,
        blocksAt: 'sign-in-forms',
      },
      {
        rule: 'EC2MetaDataSSRF_BODY',
        because:
          'Matches localhost and 127.0.0.1, as operators report: also in a note of how a printer was set up.',
      },
      {
        rule: 'GenericLFI_BODY',
        because:
          'Attachments are sent as they are, and their bytes and file names may contain path fragments.',
        label: `${CORE}:GenericLFI_Body`,
        blocksAt: 'sign-in-forms',
      },
      {
        rule: 'GenericRFI_BODY',
        because:
          'Web addresses are ordinary field values: saving a contact with its website was blocked (Odoo issue 50997).',
        label: `${CORE}:GenericRFI_Body`,
        blocksAt: 'sign-in-forms',
      },
      {
        rule: 'CrossSiteScripting_BODY',
        because: 'E-mails, notes, web pages and report templates are HTML, and users save them as such.',
      },
      {
        rule: 'SizeRestrictions_QUERYSTRING',
        because:
          'Blocks above 2,048 bytes: sign-in through OAuth returns its tokens in a longer query string.',
      },
      {
        rule: 'SizeRestrictions_URIPATH',
        because:
          'Blocks above 1,024 bytes: a file name of more than 110 Chinese or Japanese characters is as long in a link.',
        label: `${CORE}:SizeRestrictions_URIPath`,
        blocksAt: 'outside-files',
      },
      {
        rule: 'RestrictedExtensions_URIPATH',
        because: 'Attachments are downloaded under their own names, /web/content/1/server.log for example.',
        label: `${CORE}:RestrictedExtensions_URIPath`,
        blocksAt: 'outside-files',
      },
      {
        rule: 'RestrictedExtensions_QUERYARGUMENTS',
        because:
          'The name of a download also travels in the query string, as filename=server.log, and so do search terms.',
      },
      {
        rule: 'NoUserAgent_HEADER',
        because:
          'Webhooks of payment providers, PHP connectors and mail clients that load images send no User-Agent.',
        label: `${CORE}:NoUserAgent_Header`,
        blocksAt: 'sign-in-forms',
      },
    ],
  },
  {
    name: 'AWSManagedRulesSQLiRuleSet',
    capacityUnits: 200,
    counted: [
      {
        rule: 'SQLi_BODY',
        because:
          'Search domains, formulas and text in JSON bodies look like SQL; Odoo passes values as parameters.',
      },
      {
        rule: 'SQLiExtendedPatterns_BODY',
        because: 'The same bodies as above, matched by wider patterns.',
      },
    ],
  },
];

/** Labels of the counted rules that block at the given place all the same. */
export function labelsBlockedAt(place: NonNullable<CountedRule['blocksAt']>): string[] {
  return MANAGED_RULE_GROUPS.flatMap(({ counted }) => counted).flatMap((rule) =>
    rule.blocksAt === place && rule.label ? [rule.label] : [],
  );
}
