import type { PdkRead } from './operations';
import type { Reads } from './reads';

type DeclaredReads = Reads | ((state: never) => Reads);

interface Phases {
  readonly access?: { readonly reads: DeclaredReads; readonly more?: { readonly reads: Reads } };
  readonly response?: { readonly reads: DeclaredReads };
}

/** What Kong does not return in its response phase (`kong/pdk/request.lua`, `kong/pdk/log.lua`). */
const NOT_IN_RESPONSE: ReadonlySet<PdkRead> = new Set(['kong.request.get_raw_body', 'kong.log.serialize']);

/** What Kong has only for an answer that it holds. */
const ONLY_IN_RESPONSE: ReadonlySet<PdkRead> = new Set([
  'kong.response.get_headers',
  'kong.response.get_status',
  'kong.service.response.get_raw_body',
]);

/** @throws Error when the response phase of a plugin cannot work, or another phase reads an answer */
export function checkResponsePhase(plugin: string, { access, response }: Phases): void {
  for (const reads of [access?.reads, access?.more?.reads]) {
    if (reads === undefined || typeof reads === 'function') continue;
    const answer = Object.entries(reads).find(([, read]) => 'method' in read && ONLY_IN_RESPONSE.has(read.method));
    if (answer) throw new Error(`${plugin}: ${answer[0]} of an answer can only be read in a response phase`);
  }
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
