import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The account that logs in. */
export const ACCOUNT = 'ann';

/** A client for introspection and for tokens of machines. */
export const MACHINE = { client_id: 'machine', client_secret: 'a-secret-of-the-machine' };

/** The form of the tokens for each resource. */
export type TokenFormats = Readonly<Record<string, 'jwt' | 'opaque'>>;

/** A real authorization server: npm oidc-provider, in a process of its own. */
export interface OidcServer {
  readonly issuer: string;
  /** A token of {@link MACHINE} for a resource. */
  machineToken(resource: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the server; the caller stops it. */
export async function startOidcServer(formats: TokenFormats): Promise<OidcServer> {
  const args = [join(__dirname, 'oidc-program.ts'), JSON.stringify(formats)];
  const child = fork(join(__dirname, 'run-typescript.mjs'), args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [{ issuer }] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the authorization server did not start');
    }),
  ])) as [{ issuer: string }];
  return {
    issuer,
    machineToken: async (resource) => {
      const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'mcp', resource });
      const credentials = Buffer.from(`${MACHINE.client_id}:${MACHINE.client_secret}`).toString('base64');
      const headers = { authorization: `Basic ${credentials}` };
      const response = await fetch(`${issuer}/token`, { method: 'POST', headers, body: form });
      return ((await response.json()) as { access_token: string }).access_token;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
