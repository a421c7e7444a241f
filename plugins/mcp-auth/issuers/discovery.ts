import type { Reach } from '../../shared/http/address-guard';
import { isLoopback, urlProblem, hostOf } from '../../shared/http/checked-url';
import { memberOf, type JsonObject } from '../../shared/json/json-object';
import type { Fetcher } from './fetcher';

/** What an issuer says about itself (RFC 8414, section 2). */
export interface IssuerDocument {
  readonly jwks_uri?: string;
  readonly introspection_endpoint?: string;
  readonly token_endpoint?: string;
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

/** Fetches the document of an issuer; undefined if none of the places has one with this very issuer. */
export async function discover(issuer: string, fetcher: Fetcher, rules: UrlRules): Promise<IssuerDocument | undefined> {
  for (const url of documentUrls(issuer)) {
    const found = await fetcher.get('discovery', url, 'configured');
    if (found?.status !== 200 || !found.json) continue;
    if (memberOf(found.json, 'issuer') === issuer) return readDocument(found.json, found.text, rules);
  }
  return undefined;
}

const URLS = ['jwks_uri', 'introspection_endpoint', 'token_endpoint'] as const;

function readDocument(json: JsonObject, text: string, { allowHttp }: UrlRules): IssuerDocument {
  const urls = URLS.flatMap((name) => {
    const url = memberOf(json, name);
    return typeof url === 'string' && urlProblem(url, allowHttp) === undefined ? [[name, url] as const] : [];
  });
  return { ...Object.fromEntries(urls), text };
}

/**
 * How far a request to a URL of a document may reach: as one of the configuration if its host is the issuer's or an allowed
 * one, otherwise only to public addresses. So a document cannot point into the network of the gateway.
 */
export function reachOf(url: string, issuer: string, { allowedHosts }: UrlRules): Reach {
  const host = hostOf(new URL(url));
  const own = hostOf(new URL(issuer));
  return host === own || allowedHosts.includes(host) || (isLoopback(host) && isLoopback(own)) ? 'configured' : 'public';
}
