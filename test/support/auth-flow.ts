import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type {
  OAuthClientInformationFull,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';

const CALLBACK = 'http://127.0.0.1/callback';

/** A client that logs in by itself: it follows the redirects of the authorization server, as a browser would. */
export class SelfLogin implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK;
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'test',
    redirect_uris: [CALLBACK],
    // Without refresh tokens: clients refresh a token that lacks a scope, in place of asking for it.
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  } as OAuthClientMetadata;
  /** The parameters of the callback after the last login. */
  callback = new URLSearchParams();
  /** The URL that the client was sent to. */
  authorizationUrl: URL | undefined;
  private information: OAuthClientInformationFull | undefined;
  private saved: OAuthTokens | undefined;
  private verifier = '';
  private discovered: unknown;

  /** The code of the last login. */
  get code(): string {
    return this.callback.get('code') ?? '';
  }

  clientInformation(): OAuthClientInformationFull | undefined {
    return this.information;
  }

  saveClientInformation(information: OAuthClientInformationFull): void {
    this.information = information;
  }

  tokens(): OAuthTokens | undefined {
    return this.saved;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.saved = tokens;
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  // Clients of SDK 2.x bind the callback to the authorization server by it.
  saveDiscoveryState(state: unknown): void {
    this.discovered = state;
  }

  discoveryState(): never {
    return this.discovered as never;
  }

  async redirectToAuthorization(url: URL): Promise<void> {
    this.authorizationUrl = url;
    const cookies = new Map<string, string>();
    let next = url;
    for (let hops = 0; hops < 10; hops++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null) throw new Error(`no redirect: ${response.status} ${await response.text()}`);
      next = new URL(location, next);
      if (next.href.startsWith(CALLBACK)) break;
    }
    this.callback = next.searchParams;
    if (this.code === '') throw new Error(`the login failed: ${next.search}`);
  }
}
