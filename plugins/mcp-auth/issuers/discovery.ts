import type { Reach } from '../../shared/http/address-guard';
import { isLoopback, urlProblem, hostOf } from '../../shared/http/checked-url';
import { memberOf, type JsonObject } from '../../shared/json/json-object';
import type { Fetched, Fetcher } from './fetcher';

/** What an issuer says about itself (RFC 8414, section 2). */
export interface IssuerDocument {
  readonly jwks_uri?: string;
  readonly introspection_endpoint?: string;
  readonly token_endpoint?: string;
  /** Which of these it has as something that is no https URL. */
  readonly unusable: readonly string[];
  /** The document itself. */
  readonly text: string;
}

/** How URLs that a document contains are judged. */
export interface UrlRules {
  readonly allowHttp: boolean;
  readonly allowedHosts: readonly string[];
}

/** Where the document of an issuer may be, in order: RFC 8414, OpenID Connect with inserted and with appended path. */
export function documentUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    ...new Set([
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]),
  ];
}

/** Why something of an issuer cannot be used: a fixed word or a status, for log lines. Never a text of the server. */
export type Cause = string;

/** What the well-known places of an issuer led to. */
export type Discovered =
  | { readonly kind: 'document'; readonly document: IssuerDocument }
  | { readonly kind: 'problem'; readonly cause: Cause };

/** Fetches the document of an issuer from the first place that has one with this very issuer. */
export async function discover(issuer: string, fetcher: Fetcher, rules: UrlRules): Promise<Discovered> {
  const causes: Cause[] = [];
  for (const url of documentUrls(issuer)) {
    const found = await fetcher.get('discovery', url, 'configured');
    const cause = problemOf(found, issuer);
    if (found.json && cause === undefined) {
      return { kind: 'document', document: readDocument(found.json, found.text, rules) };
    }
    if (cause !== undefined) causes.push(cause);
  }
  // A place without a document says the least.
  return { kind: 'problem', cause: causes.find((cause) => cause !== '404') ?? '404' };
}

function problemOf({ status, result, json }: Fetched, issuer: string): Cause | undefined {
  if (status !== 200) return result;
  if (!json) return 'not_json';
  return memberOf(json, 'issuer') === issuer ? undefined : 'other_issuer';
}

const URLS = ['jwks_uri', 'introspection_endpoint', 'token_endpoint'] as const;

/** A URL that a document contains. */
export type UrlName = (typeof URLS)[number];

function readDocument(json: JsonObject, text: string, { allowHttp }: UrlRules): IssuerDocument {
  const urls = URLS.flatMap((name) => {
    const url = memberOf(json, name);
    return typeof url === 'string' && urlProblem(url, allowHttp) === undefined ? [[name, url] as const] : [];
  });
  const unusable = URLS.filter((name) => memberOf(json, name) !== undefined && !urls.some(([known]) => known === name));
  return { ...Object.fromEntries(urls), unusable, text };
}

/** Why a document has no URL of this name that can be used. */
export const missingUrl = ({ unusable }: IssuerDocument, name: UrlName): Cause =>
  `${unusable.includes(name) ? 'unusable' : 'no'}_${name}`;

/**
 * How far a request to a URL of a document may reach: as one of the configuration if its host is the issuer's or an allowed
 * one, otherwise only to public addresses. So a document cannot point into the network of the gateway.
 */
export function reachOf(url: string, issuer: string, { allowedHosts }: UrlRules): Reach {
  const host = hostOf(new URL(url));
  const own = hostOf(new URL(issuer));
  return host === own || allowedHosts.includes(host) || (isLoopback(host) && isLoopback(own)) ? 'configured' : 'public';
}
