/** One rule of a managed group that only counts instead of blocking, and what it would break in Odoo. */
export interface CountedRule {
  /** Name of the rule as AWS spells it; an unknown name is ignored without an error. */
  readonly rule: string;
  readonly because: string;
}

/** A rule group that AWS maintains. No version is pinned: new attacks are covered as AWS publishes them. */
export interface ManagedRuleGroup {
  readonly name: string;
  /** Web ACL capacity units. A web ACL may have 1,500 before each request costs more. */
  readonly capacityUnits: number;
  readonly counted: readonly CountedRule[];
}

/**
 * Managed rule groups in the order in which they are applied, with every exception and its reason.
 *
 * Exceptions count: the request passes, and the web ACL's log and metrics show it. Everything that is not listed
 * blocks. Names and capacities are those of the AWS WAF developer guide, read in November 2026.
 */
export const MANAGED_RULE_GROUPS: readonly ManagedRuleGroup[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList', capacityUnits: 25, counted: [] },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet', capacityUnits: 200, counted: [] },
  {
    name: 'AWSManagedRulesCommonRuleSet',
    capacityUnits: 700,
    counted: [
      {
        rule: 'SizeRestrictions_BODY',
        because:
          'Blocks every body above 8 KB: all attachments, imports and many saved forms. nginx limits the size instead.',
      },
      {
        rule: 'CrossSiteScripting_BODY',
        because: 'E-mails, notes, web pages and report templates are HTML, and users save them as such.',
      },
      {
        rule: 'GenericLFI_BODY',
        because:
          'Attachments are sent as they are, and their bytes and file names may contain path fragments.',
      },
      {
        rule: 'GenericRFI_BODY',
        because:
          'Web addresses are ordinary field values: saving a contact with its website was blocked (Odoo issue 50997).',
      },
      {
        rule: 'SizeRestrictions_QUERYSTRING',
        because:
          'Blocks above 2,048 bytes: sign-in through OAuth returns its tokens in a longer query string.',
      },
      {
        rule: 'RestrictedExtensions_URIPATH',
        because: 'Attachments are downloaded under their own names, /web/content/1/server.log for example.',
      },
      {
        rule: 'RestrictedExtensions_QUERYARGUMENTS',
        because: 'The name of a download also travels in the query string, as filename=server.log.',
      },
      {
        rule: 'NoUserAgent_HEADER',
        because:
          'Webhooks of payment providers and devices at the till may send no User-Agent; a lost one is a lost payment.',
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
