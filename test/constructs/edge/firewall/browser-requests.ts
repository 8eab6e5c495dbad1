import { type HttpRequest, request } from './http-request.ts';

/** What a signed-in browser carries, with the cookies of the load balancer. */
export const COOKIES = [
  'frontend_lang=en_US',
  'tz=Europe/Brussels',
  'cids=1-3',
  'color_scheme=dark',
  `session_id=${'Ab1-'.repeat(21)}`,
  `AWSALB=${'Cd2/'.repeat(27)}`,
  `AWSALBCORS=${'Cd2/'.repeat(27)}`,
].join('; ');

/** What a website's visitor carries besides. */
export const VISITOR_COOKIES = [
  COOKIES,
  'website_cookies_bar="{\\"required\\": true, \\"optional\\": true}"',
  'odoo_utm_campaign="spring sale"',
  "odoo_utm_source=news'letter",
  'im_livechat_history=["https://erp.example.com/shop","https://erp.example.com/contactus"]',
  '_ga=GA1.1.1234567890.1700000000',
].join('; ');

/** What the web client says with every call. */
export const CONTEXT = { lang: 'en_US', tz: 'Europe/Brussels', uid: 2, allowed_company_ids: [1, 3] };

/** A call of the web client. */
export function rpc(url: string, params: object): HttpRequest {
  return request('POST', url, {
    headers: { cookie: COOKIES, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 7, jsonrpc: '2.0', method: 'call', params }),
  });
}

/** A call of a model's method. */
export function callKw(model: string, method: string, args: unknown[], kwargs: object = {}): HttpRequest {
  return rpc(`/web/dataset/call_kw/${model}/${method}`, {
    model,
    method,
    args,
    kwargs: { context: CONTEXT, ...kwargs },
  });
}

/** A field or a file of a form. */
export interface FormPart {
  readonly name: string;
  readonly value: string;
  readonly filename?: string;
  readonly type?: string;
}

/** A form with files, as browsers send it. */
export function multipart(url: string, form: readonly FormPart[], cookie = COOKIES): HttpRequest {
  const boundary = '----WebKitFormBoundaryqOsVRQiLzAXiRKfV';
  const sections = form.map(({ name, value, filename, type }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: ${type}`;
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
  });
  return request('POST', url, {
    headers: { cookie, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${sections.join('')}--${boundary}--\r\n`,
  });
}

/** A form without files. */
export function form(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): HttpRequest {
  return request('POST', url, {
    headers: { cookie: COOKIES, 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

/** A page or a file, for which a signed-in browser asks. */
export const get = (url: string, cookie = COOKIES) => request('GET', url, { headers: { cookie } });
/** A value as it stands in a query string. */
export const json = (value: unknown) => encodeURIComponent(JSON.stringify(value));

/** The part of a form that proves that it is Odoo's own. */
export const CSRF = { name: 'csrf_token', value: `${'0a'.repeat(20)}o1800000000` };
