/** The resource that a configuration protects: the URL of an MCP server as clients know it. */
export interface Resource {
  /** As configured, with scheme and host in lower case. */
  readonly identifier: string;
  readonly origin: string;
  /** Its path without a slash at the end; empty for the root. */
  readonly path: string;
}

/** Where metadata of protected resources is (RFC 9728, section 3). */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Reads a URL that was checked. */
export function readResource(text: string): Resource {
  const { origin } = new URL(text);
  const path = text.replace(/^[^:]*:\/\/[^/]*/, '');
  return { identifier: `${origin}${path}`, origin, path: path.replace(/\/$/, '') };
}

/**
 * The URL of the metadata that a challenge names. A request to a path with a slash at its end gets the metadata of the
 * resource with that slash, since strict clients compare `resource` with the URL that they used (RFC 9728, section 3.3).
 */
export const metadataUrl = ({ origin, path }: Resource, hasSlash: boolean): string =>
  `${origin}${METADATA_PATH}${path}${hasSlash && path !== '' ? '/' : ''}`;
