import type { PdkRead } from './operations';
import type { Reads } from './reads';

type DeclaredReads = Reads | ((state: never) => Reads);

interface Phases {
  readonly access?: object;
  readonly response?: { readonly reads: DeclaredReads };
}

/** What Kong does not return in its response phase (`kong/pdk/request.lua`, `kong/pdk/log.lua`). */
const NOT_IN_RESPONSE: ReadonlySet<PdkRead> = new Set(['kong.request.get_raw_body', 'kong.log.serialize']);

/** @throws Error when the response phase of a plugin cannot work */
export function checkResponsePhase(plugin: string, { access, response }: Phases): void {
  if (!response) return;
  if (!access) {
    throw new Error(
      `${plugin}: a response phase needs an access phase, which says with \`hold\` which answers it gets`,
    );
  }
  // Reads that depend on the configuration are checked when it is prepared.
  if (typeof response.reads !== 'function') checkResponseReads(plugin, response.reads);
}

/** @throws Error when one of the reads is not possible in the response phase of a plugin */
export function checkResponseReads(plugin: string, reads: Reads): void {
  for (const [name, read] of Object.entries(reads)) {
    if ('method' in read && NOT_IN_RESPONSE.has(read.method)) {
      throw new Error(`${plugin}: ${name} cannot be read in a response phase; share it in the access phase instead`);
    }
  }
}
