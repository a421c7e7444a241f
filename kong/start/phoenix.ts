/** The page that shows the traces, and notices for the user. */
export interface SpansPage {
  readonly url: string;
  readonly notices: readonly string[];
}

/**
 * The path below which Phoenix serves its pages (`PHOENIX_HOST_ROOT_PATH`), read from its first page; empty when there is
 * none. Undefined when the page is not one of Phoenix.
 */
export const rootPathOf = (html: string): string | undefined => /\bbasename: "([^"]*)"/.exec(html)?.[1];

/** Chooses the URL at which the pages of Phoenix work: that of the gateway, or its own. */
export function choosePage(rootPath: string | undefined, direct: string, proxied: string): SpansPage {
  const path = new URL(proxied).pathname;
  if (rootPath === undefined || rootPath === path) return { url: `${proxied}/`, notices: [] };
  const notice =
    `phoenix: open its pages at ${direct}/, because it runs with the root path "${rootPath}"; ` +
    `to open them at ${proxied}/, start Phoenix with PHOENIX_HOST_ROOT_PATH=${path}`;
  return { url: `${direct}/`, notices: [notice] };
}

const WITHIN_MS = 5_000;

/** The URL at which the pages of Phoenix work. Never throws: without a response it is that of the gateway. */
export async function pageOfSpans(direct: string, proxied: string): Promise<SpansPage> {
  try {
    const response = await fetch(`${direct}/`, { signal: AbortSignal.timeout(WITHIN_MS) });
    return choosePage(rootPathOf(await response.text()), direct, proxied);
  } catch {
    return choosePage(undefined, direct, proxied);
  }
}
