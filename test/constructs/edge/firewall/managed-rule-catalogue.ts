import { findingsOf, inspect } from './libinjection.ts';
import { type HttpRequest, parts, urlDecode } from './http-request.ts';

/** One rule of a group that AWS maintains, as far as AWS publishes what it does. */
export interface PublishedRule {
  readonly name: string;
  readonly label: string;
  readonly reads: 'address' | 'body' | 'cookies' | 'headers' | 'method' | 'path' | 'query';
  readonly matches: (request: HttpRequest) => boolean;
}

export interface PublishedGroup {
  readonly name: string;
  readonly capacityUnits: number;
  readonly rules: readonly PublishedRule[];
}

type Reader = (request: HttpRequest) => readonly string[];

const body: Reader = (of) => alsoDecoded([parts.inspectedBody(of)]);
const cookies: Reader = (of) => alsoDecoded(parts.cookies(of));
const headers: Reader = ({ headers: all }) => Object.values(all);
const path: Reader = (of) => alsoDecoded([parts.path(of)]);
const queryArguments: Reader = (of) => parts.queryArguments(of);
const queryString: Reader = (of) => alsoDecoded([parts.queryString(of)]);

function alsoDecoded(texts: readonly string[]): string[] {
  return texts.flatMap((text) => [text, urlDecode(text)]);
}

/** Asks the engine about many requests at once, which is much faster than one by one. */
export function inspectAll(requests: readonly HttpRequest[]): void {
  inspect(requests.flatMap((of) => [body, cookies, path, queryArguments].flatMap((read) => read(of))));
}

// Published examples, and what operators reported to be matched as well. Wider than AWS's where AWS is silent.
const METADATA = /169\.254\.169\.254|localhost|127\.0\.0\.1/i;
const LOCAL_FILE = /\.\.[/\\]/;
const REMOTE_FILE = /(https?|ftps?|file):\/\/\d{1,3}(\.\d{1,3}){3}/i;
const SYSTEM_FILE = /\.(log|ini|conf|cfg|bak|backup|old|sql|key|pem|env|sh|bat|exe|dll|config|htaccess)\b/i;
const JAVA = /java\.lang\.|getRuntime\(\)|ProcessBuilder/;
const LOG4J = /\$\{/;
const REACT = /__proto__|constructor:constructor/;
const SQL_PATTERNS = /union\s+(all\s+)?select\b.+\bfrom\b|\bsleep\s*\(|information_schema|;\s*drop\s+table/i;

const contains = (read: Reader, pattern: RegExp) => (of: HttpRequest) =>
  read(of).some((text) => pattern.test(text));
const scripting = (read: Reader) => (of: HttpRequest) => read(of).some((text) => findingsOf(text).scripting);
const sqlInjection = (read: Reader) => (of: HttpRequest) =>
  read(of).some((text) => findingsOf(text).sqlInjection);
const longer = (part: (of: HttpRequest) => string, bytes: number) => (of: HttpRequest) =>
  Buffer.byteLength(part(of)) > bytes;
const never = () => false;

function group(
  name: string,
  namespace: string,
  capacityUnits: number,
  rules: readonly [
    name: string,
    label: string,
    reads: PublishedRule['reads'],
    matches: PublishedRule['matches'],
  ][],
): PublishedGroup {
  return {
    name,
    capacityUnits,
    rules: rules.map(([rule, label, reads, matches]) => ({
      name: rule,
      label: `awswaf:managed:aws:${namespace}:${label}`,
      reads,
      matches,
    })),
  };
}

/**
 * All rules of the groups in use, with their labels: AWS WAF developer guide, read in November 2026. Labels follow no
 * system and are copied one by one.
 */
export const PUBLISHED_GROUPS: readonly PublishedGroup[] = [
  group('AWSManagedRulesAmazonIpReputationList', 'amazon-ip-list', 25, [
    ['AWSManagedIPReputationList', 'AWSManagedIPReputationList', 'address', never],
    ['AWSManagedReconnaissanceList', 'AWSManagedReconnaissanceList', 'address', never],
    ['AWSManagedIPDDoSList', 'AWSManagedIPDDoSList', 'address', never],
  ]),
  group('AWSManagedRulesKnownBadInputsRuleSet', 'known-bad-inputs', 200, [
    ['JavaDeserializationRCE_HEADER', 'JavaDeserializationRCE_Header', 'headers', contains(headers, JAVA)],
    ['JavaDeserializationRCE_BODY', 'JavaDeserializationRCE_Body', 'body', contains(body, JAVA)],
    ['JavaDeserializationRCE_URIPATH', 'JavaDeserializationRCE_URIPath', 'path', contains(path, JAVA)],
    [
      'JavaDeserializationRCE_QUERYSTRING',
      'JavaDeserializationRCE_QueryString',
      'query',
      contains(queryString, JAVA),
    ],
    [
      'Host_localhost_HEADER',
      'Host_Localhost_Header',
      'headers',
      (of) => /localhost/i.test(of.headers['host'] ?? ''),
    ],
    ['PROPFIND_METHOD', 'Propfind_Method', 'method', ({ method }) => method === 'PROPFIND'],
    [
      'ExploitablePaths_URIPATH',
      'ExploitablePaths_URIPath',
      'path',
      contains(path, /web-inf|\/\.(env|git)/i),
    ],
    ['Log4JRCE_HEADER', 'Log4JRCE_Header', 'headers', contains(headers, LOG4J)],
    ['Log4JRCE_QUERYSTRING', 'Log4JRCE_QueryString', 'query', contains(queryString, LOG4J)],
    ['Log4JRCE_BODY', 'Log4JRCE_Body', 'body', contains(body, LOG4J)],
    ['Log4JRCE_URIPATH', 'Log4JRCE_URIPath', 'path', contains(path, LOG4J)],
    ['ReactJSRCE_BODY', 'ReactJSRCE_Body', 'body', contains(body, REACT)],
  ]),
  group('AWSManagedRulesCommonRuleSet', 'core-rule-set', 700, [
    ['NoUserAgent_HEADER', 'NoUserAgent_Header', 'headers', (of) => !of.headers['user-agent']],
    [
      'UserAgent_BadBots_HEADER',
      'BadBots_Header',
      'headers',
      (of) => /nessus|nmap/i.test(of.headers['user-agent'] ?? ''),
    ],
    [
      'SizeRestrictions_QUERYSTRING',
      'SizeRestrictions_QueryString',
      'query',
      longer(parts.queryString, 2048),
    ],
    [
      'SizeRestrictions_Cookie_HEADER',
      'SizeRestrictions_Cookie_Header',
      'cookies',
      longer((of) => of.headers['cookie'] ?? '', 10_240),
    ],
    ['SizeRestrictions_BODY', 'SizeRestrictions_Body', 'body', (of) => of.bodyBytes > 8192],
    ['SizeRestrictions_URIPATH', 'SizeRestrictions_URIPath', 'path', longer(parts.path, 1024)],
    ['EC2MetaDataSSRF_BODY', 'EC2MetaDataSSRF_Body', 'body', contains(body, METADATA)],
    ['EC2MetaDataSSRF_COOKIE', 'EC2MetaDataSSRF_Cookie', 'cookies', contains(cookies, METADATA)],
    ['EC2MetaDataSSRF_URIPATH', 'EC2MetaDataSSRF_URIPath', 'path', contains(path, METADATA)],
    [
      'EC2MetaDataSSRF_QUERYARGUMENTS',
      'EC2MetaDataSSRF_QueryArguments',
      'query',
      contains(queryArguments, METADATA),
    ],
    ['GenericLFI_QUERYARGUMENTS', 'GenericLFI_QueryArguments', 'query', contains(queryArguments, LOCAL_FILE)],
    ['GenericLFI_URIPATH', 'GenericLFI_URIPath', 'path', contains(path, LOCAL_FILE)],
    ['GenericLFI_BODY', 'GenericLFI_Body', 'body', contains(body, LOCAL_FILE)],
    ['RestrictedExtensions_URIPATH', 'RestrictedExtensions_URIPath', 'path', contains(path, SYSTEM_FILE)],
    [
      'RestrictedExtensions_QUERYARGUMENTS',
      'RestrictedExtensions_QueryArguments',
      'query',
      contains(queryArguments, SYSTEM_FILE),
    ],
    [
      'GenericRFI_QUERYARGUMENTS',
      'GenericRFI_QueryArguments',
      'query',
      contains(queryArguments, REMOTE_FILE),
    ],
    ['GenericRFI_BODY', 'GenericRFI_Body', 'body', contains(body, REMOTE_FILE)],
    ['GenericRFI_URIPATH', 'GenericRFI_URIPath', 'path', contains(path, REMOTE_FILE)],
    ['CrossSiteScripting_COOKIE', 'CrossSiteScripting_Cookie', 'cookies', scripting(cookies)],
    [
      'CrossSiteScripting_QUERYARGUMENTS',
      'CrossSiteScripting_QueryArguments',
      'query',
      scripting(queryArguments),
    ],
    ['CrossSiteScripting_BODY', 'CrossSiteScripting_Body', 'body', scripting(body)],
    ['CrossSiteScripting_URIPATH', 'CrossSiteScripting_URIPath', 'path', scripting(path)],
  ]),
  group('AWSManagedRulesSQLiRuleSet', 'sql-database', 200, [
    ['SQLi_QUERYARGUMENTS', 'SQLi_QueryArguments', 'query', sqlInjection(queryArguments)],
    [
      'SQLiExtendedPatterns_QUERYARGUMENTS',
      'SQLiExtendedPatterns_QueryArguments',
      'query',
      contains(queryArguments, SQL_PATTERNS),
    ],
    ['SQLi_BODY', 'SQLi_Body', 'body', sqlInjection(body)],
    ['SQLiExtendedPatterns_BODY', 'SQLiExtendedPatterns_Body', 'body', contains(body, SQL_PATTERNS)],
    [
      'SQLiExtendedPatterns_HEADER',
      'SQLiExtendedPatterns_Header',
      'headers',
      contains(headers, SQL_PATTERNS),
    ],
    ['SQLiExtendedPatterns_URIPATH', 'SQLiExtendedPatterns_UriPath', 'path', contains(path, SQL_PATTERNS)],
    ['SQLi_COOKIE', 'SQLi_Cookie', 'cookies', sqlInjection(cookies)],
    ['SQLi_URIPATH', 'SQLi_URIPath', 'path', sqlInjection(path)],
  ]),
];
