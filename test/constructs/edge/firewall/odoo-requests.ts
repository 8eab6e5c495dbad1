import {
  callKw,
  CONTEXT,
  COOKIES,
  CSRF,
  form,
  get,
  json,
  multipart,
  rpc,
  VISITOR_COOKIES,
} from './browser-requests.ts';
import { type HttpRequest, request } from './http-request.ts';

/** A request that people's work makes, and how its shape is known. */
export interface OdooRequest {
  readonly what: string;
  /**
   * `recorded`: its path, headers and the structure of its body are those that the web client of Odoo 18.0 and 19.0
   * sent to a recording proxy (November 2026); the words in it are ours. `derived`: built after the controller or the
   * script that sends it.
   */
  readonly known: 'recorded' | 'derived';
  readonly request: HttpRequest;
}

const LETTER =
  '<p onclick="void 0">Dear <b>Anne O\'Neil</b>,</p><script>track()</script><img src="http://192.0.2.10/logo.png" ' +
  'onerror=""/><p>We moved from http://localhost:8069 and ../../old/config.ini; SELECT name FROM orders WHERE id = 1 ' +
  'OR 1=1; -- union select all the rest</p><a href="javascript:void(0)" t-att-href="\'/web?x=%s\' % o.id">more</a>';
const LOG = `GET /../../etc/passwd <script>alert(1)</script> 127.0.0.1 ' or '1'='1\n`;
const JAVA = 'at java.lang.Runtime.getRuntime().exec("whoami") with ${jndi:ldap://example.com/a}';

/** Requests of the sign-in forms; their bodies hold passwords and are judged more strictly than others. */
export const SIGN_INS: readonly OdooRequest[] = [
  {
    what: 'signing in, sent back to a page with a query of its own',
    known: 'recorded',
    request: form('/web/login', {
      csrf_token: CSRF.value,
      login: 'anne.oneil@example.com',
      password: 'correct horse battery staple',
      type: 'password',
      webauthn_response: '',
      redirect: '/odoo/contacts/45?debug=assets&view_type=form',
    }),
  },
  {
    what: 'the second factor, below a language',
    known: 'derived',
    request: form('/fr_BE/web/login/totp', {
      csrf_token: CSRF.value,
      totp_token: '123456',
      remember: '1',
      redirect: '/odoo',
    }),
  },
  {
    what: 'signing up by invitation',
    known: 'derived',
    request: form('/web/signup', {
      csrf_token: CSRF.value,
      login: 'anne@example.com',
      name: "Anne O'Neil <sales>",
      password: "it's; a -- long/one",
      confirm_password: "it's; a -- long/one",
      token: 'aB3dEfGhIjKlMnOpQrSt',
      redirect: '',
    }),
  },
];

/** Everything else, whose bodies hold whatever people write and attach. */
export const WORK: readonly OdooRequest[] = [
  {
    what: 'saving a record with a note written in the HTML editor and a web address',
    known: 'recorded',
    request: callKw('res.partner', 'web_save', [
      [45],
      { name: "Select & Union O'Brien <sales>", website: 'http://192.0.2.10:8069/shop', comment: LETTER },
    ]),
  },
  {
    what: 'saving a record with a picture, 25 KB',
    known: 'recorded',
    request: callKw('res.partner', 'web_save', [[45], { image_1920: 'iVBORw0KGgo'.repeat(2300) }]),
  },
  {
    what: 'saving a page in the website editor, snippets and all',
    known: 'recorded',
    request: callKw('ir.ui.view', 'save', [
      [1225],
      `<div id="wrap">${LETTER.repeat(40)}</div>`,
      "//div[@id='wrap']",
    ]),
  },
  {
    what: 'saving a template with t- attributes and a script with ${...}',
    known: 'derived',
    request: callKw('ir.ui.view', 'write', [
      [9],
      { arch_db: '<t t-name="x"><t t-out="o.name or \'\'"/><script>let a = `${b}`;</script></t>' },
    ]),
  },
  {
    what: 'a server action with SQL in its code',
    known: 'recorded',
    request: callKw('ir.actions.server', 'create', [
      [
        {
          name: 'x',
          state: 'code',
          code: "env.cr.execute('select 1 from res_users where 1=1 or id = %s', (1,))",
        },
      ],
    ]),
  },
  {
    what: 'searching for text that looks like SQL',
    known: 'recorded',
    request: callKw('res.partner', 'web_search_read', [], {
      domain: ['|', ['complete_name', 'ilike', "1' or '1'='1"], ['vat', '=', "x'; drop table res_users; --"]],
      order: 'complete_name ASC, id DESC',
    }),
  },
  {
    what: 'a note in the chatter',
    known: 'recorded',
    request: rpc('/mail/message/post', {
      post_data: { body: LETTER, message_type: 'comment', subtype_xmlid: 'mail.mt_note' },
      thread_id: 8,
      thread_model: 'res.partner',
    }),
  },
  {
    what: 'a stack trace in a ticket',
    known: 'derived',
    request: callKw('project.task', 'web_save', [[3], { description: `<pre>${JAVA} __proto__</pre>` }]),
  },
  {
    what: 'attaching a log file in the chatter',
    known: 'recorded',
    request: multipart('/mail/attachment/upload', [
      CSRF,
      { name: 'ufile', value: LOG.repeat(400), filename: '../server.log', type: 'text/x-log' },
      { name: 'thread_id', value: '9' },
      { name: 'thread_model', value: 'res.partner' },
    ]),
  },
  {
    what: 'attaching a file of 100 MB, which begins with what looks like an attack',
    known: 'derived',
    request: {
      ...multipart('/web/binary/upload_attachment', [
        CSRF,
        { name: 'ufile', value: LOG.repeat(400), filename: 'dump.sql', type: 'application/sql' },
      ]),
      bodyBytes: 100 * 1024 * 1024,
    },
  },
  {
    what: 'importing a CSV file',
    known: 'recorded',
    request: multipart('/base_import/set_file', [
      CSRF,
      {
        name: 'ufile',
        value: 'name,comment\n"a; drop table users; --","<p onclick=alert(1)>x</p>"\n',
        filename: 'import.csv',
        type: 'text/csv',
      },
      { name: 'model', value: 'res.partner' },
      { name: 'id', value: '1' },
    ]),
  },
  {
    what: 'exporting by a domain',
    known: 'recorded',
    request: multipart('/web/export/xlsx', [
      {
        name: 'data',
        value: JSON.stringify({
          model: 'res.partner',
          domain: [['name', 'ilike', "o' or 1=1"]],
          context: CONTEXT,
        }),
      },
      { name: 'token', value: 'dummy' },
      CSRF,
    ]),
  },
  {
    what: 'downloading a report',
    known: 'recorded',
    request: multipart('/report/download', [
      { name: 'data', value: JSON.stringify(['/report/pdf/sale.report_saleorder/1?options={}', 'qweb-pdf']) },
      { name: 'context', value: JSON.stringify(CONTEXT) },
      CSRF,
    ]),
  },
  {
    what: 'a report with its options in the query string',
    known: 'recorded',
    request: get(
      `/report/html/base.report_irmodeloverview/1?options=${json({ date_from: '2026-01-01' })}&context=${json(CONTEXT)}`,
    ),
  },
  {
    what: 'a form of the website',
    known: 'recorded',
    request: multipart(
      '/website/form/mail.mail',
      [
        { name: 'name', value: "Anne O'Neil" },
        { name: 'email_from', value: 'anne@example.com' },
        { name: 'subject', value: 'select the best; or 1=1' },
        { name: 'description', value: LETTER },
        {
          name: 'website_form_signature',
          value: '0a'.repeat(32),
        },
      ],
      VISITOR_COOKIES,
    ),
  },
  { what: 'the web client', known: 'recorded', request: get('/odoo?debug=assets') },
  { what: 'a record by its path', known: 'derived', request: get('/odoo/action-123/45/project/3/tasks/77') },
  {
    what: 'the websocket',
    known: 'recorded',
    request: request('GET', '/websocket?version=19.0-2', {
      headers: {
        cookie: COOKIES,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'VlJGD2YYHTD9W/5i1OLvyA==',
        origin: 'https://erp.example.com',
      },
    }),
  },
  { what: 'scripts', known: 'recorded', request: get('/web/assets/1/5f3b2a1/web.assets_web.min.js') },
  {
    what: 'a picture of the web client',
    known: 'recorded',
    request: get('/web/image?model=res.users&field=avatar_128&id=2&unique=1795339699000'),
  },
  {
    what: 'a shape of the website builder',
    known: 'recorded',
    request: get('/web_editor/shape/http_routing/404.svg?c2=o-color-2'),
  },
  {
    what: 'the logo of the website',
    known: 'recorded',
    request: get('/web/image/website/1/logo/My%20Website?unique=1c59d0c', VISITOR_COOKIES),
  },
  {
    what: 'a file called server.log',
    known: 'recorded',
    request: get('/web/content/1/server.log?download=true'),
  },
  {
    what: 'a file whose name travels in the query',
    known: 'recorded',
    request: get('/web/content?model=ir.attachment&field=datas&filename=odoo.conf&id=1&download=true'),
  },
  {
    what: 'a file with quotes and angles in its name',
    known: 'recorded',
    request: get(`/web/content/1/${encodeURIComponent('Tom\'s "best" <offer> & more.ini')}?download=true`),
  },
  {
    what: 'a file with a long Japanese name',
    known: 'recorded',
    request: get(`/web/content/1/${encodeURIComponent('見積書'.repeat(45) + '.pdf')}?download=true`),
  },
  {
    what: 'being sent to sign in first, back to a file',
    known: 'derived',
    request: get(`/web/login?redirect=${encodeURIComponent('/web/content/5/server.log?download=true')}`),
  },
  {
    what: 'searching the shop',
    known: 'recorded',
    request: get(
      `/shop?search=${encodeURIComponent("desk & chair o'neil")}&order=list_price+asc`,
      VISITOR_COOKIES,
    ),
  },
  {
    what: 'searching the website',
    known: 'recorded',
    request: get('/website/search?search=select+from+catalog+config.ini', VISITOR_COOKIES),
  },
  {
    what: 'coming from a campaign',
    known: 'recorded',
    request: get("/shop?utm_campaign=spring%20sale&utm_source=news'letter&utm_medium=email", VISITOR_COOKIES),
  },
  {
    what: 'editing the website',
    known: 'recorded',
    request: get('/odoo/action-website.website_preview?enable_editor=1', VISITOR_COOKIES),
  },
  {
    what: 'changing the website that is edited',
    known: 'recorded',
    request: get(`/website/force/1?path=${encodeURIComponent('/contactus')}`),
  },
  {
    what: 'returning from sign-in through OAuth with tokens of 4 KB',
    known: 'derived',
    request: get(
      `/auth_oauth/signin?state=${json({ d: 'odoo', p: 4, r: 'https%3A%2F%2Ferp.example.com%2Fodoo' })}` +
        `&token_type=Bearer&expires_in=3599&access_token=${'eyJ0eXAiOiJKV1Qi.'.repeat(240)}`,
    ),
  },
  {
    what: 'returning from Google with its scopes',
    known: 'derived',
    request: get(
      `/google_account/authentication?state=${json({ d: 'odoo', s: 'calendar', f: 'https://erp.example.com/odoo' })}` +
        `&code=4/0AeanS0&scope=${encodeURIComponent('https://www.googleapis.com/auth/calendar')}`,
    ),
  },
  {
    what: 'an invoice shared by link',
    known: 'derived',
    request: get('/my/invoices/12?access_token=7f1d3a6e-8c55-4a3e-9d0c-2c5b7a6f4e11', VISITOR_COOKIES),
  },
  {
    what: 'a calendar invitation',
    known: 'derived',
    request: get('/calendar/meeting/accept?token=3f2a&id=12'),
  },
  {
    what: 'a program that logs in by XML-RPC without a User-Agent, as PHP does',
    known: 'derived',
    request: request('POST', '/xmlrpc/2/common', {
      headers: { 'user-agent': '', 'content-type': 'text/xml' },
      body: "<?xml version='1.0'?><methodCall><methodName>authenticate</methodName></methodCall>",
    }),
  },
  {
    what: 'a program that writes by XML-RPC',
    known: 'derived',
    request: request('POST', '/xmlrpc/2/object', {
      headers: { 'user-agent': 'Python-xmlrpc/3.11', 'content-type': 'text/xml' },
      body: `<?xml version='1.0'?><methodCall><methodName>execute_kw</methodName><string>${LOG}</string></methodCall>`,
    }),
  },
  {
    what: 'a program that reads by JSON-RPC',
    known: 'derived',
    request: request('POST', '/jsonrpc', {
      headers: { 'user-agent': 'python-requests/2.31.0', 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        method: 'call',
        params: {
          service: 'object',
          method: 'execute_kw',
          args: ['odoo', 2, 'an API key', 'res.partner', 'search_read', [[['name', 'ilike', "o' or 1=1"]]]],
        },
      }),
    }),
  },
  {
    what: 'a program that uses the API of Odoo 19',
    known: 'derived',
    request: request('POST', '/json/2/res.partner/search_read', {
      headers: { 'user-agent': '', authorization: 'bearer AN-API-KEY', 'content-type': 'application/json' },
      body: JSON.stringify({ domain: [['comment', 'ilike', LETTER]] }),
    }),
  },
  {
    what: 'a payment provider that reports a payment without a User-Agent',
    known: 'derived',
    request: form(
      '/payment/stripe/webhook',
      { id: 'evt_1', url: 'https://192.0.2.20/x' },
      { 'user-agent': '', cookie: '' },
    ),
  },
  {
    what: 'a webhook of an automation rule',
    known: 'derived',
    request: request('POST', '/web/hook/3f2504e0-4f89-11d3-9a0c-0305e82c3301', {
      headers: { 'user-agent': '', 'content-type': 'application/json' },
      body: JSON.stringify({ note: LETTER }),
    }),
  },
  {
    what: 'a mail client that unsubscribes',
    known: 'derived',
    request: form(
      '/mailing/3/unsubscribe_oneclick?document_id=4&email=a%40example.com&hash_token=aa11',
      {
        'List-Unsubscribe': 'One-Click',
      },
      { 'user-agent': '', cookie: '' },
    ),
  },
  {
    what: 'a mail client that loads the picture of a mailing',
    known: 'derived',
    request: request('GET', '/mail/track/17/2f1e/blank.gif', { headers: { 'user-agent': '' } }),
  },
  {
    what: 'a till that synchronizes its orders',
    known: 'derived',
    request: callKw('pos.order', 'sync_from_ui', [
      [{ name: 'Order 00001-001-0001', note: '2 < 3 & "no onions"; --', lines: [] }],
    ]),
  },
];
