/** Where spans are looked at, and what the user should know about it. */
export interface SpansPage {
  readonly url: string;
  readonly notices: readonly string[];
}

/**
 * The path under which a Phoenix serves its pages (`PHOENIX_HOST_ROOT_PATH`), by its first page; empty: none. Undefined
 * where the page is not Phoenix's.
 */
export const rootPathOf = (html: string): string | undefined => /\bbasename: "([^"]*)"/.exec(html)?.[1];

/** Chooses the address at which the pages of what is behind `/phoenix` work: the gateway's, or its own. */
export function choosePage(rootPath: string | undefined, direct: string, proxied: string): SpansPage {
  const path = new URL(proxied).pathname;
  if (rootPath === undefined || rootPath === path) return { url: `${proxied}/`, notices: [] };
  const notice =
    `phoenix: its pages work at ${direct}/ only, since it runs with the root path "${rootPath}"; ` +
    `with PHOENIX_HOST_ROOT_PATH=${path} they work at ${proxied}/`;
  return { url: `${direct}/`, notices: [notice] };
}

const WITHIN_MS = 5_000;

/** The address at which the pages of what is behind `/phoenix` work. Never throws: without an answer it is the gateway's. */
export async function pageOfSpans(direct: string, proxied: string): Promise<SpansPage> {
  try {
    const response = await fetch(`${direct}/`, { signal: AbortSignal.timeout(WITHIN_MS) });
    return choosePage(rootPathOf(await response.text()), direct, proxied);
  } catch {
    return choosePage(undefined, direct, proxied);
  }
}
