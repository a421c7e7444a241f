import type { HeaderList } from './header-list';

const SPECIAL = new Set(['close', 'keep-alive', 'upgrade']);

/**
 * What nginx never passes on by itself, besides what `Connection` names. It does pass `Trailer` on, alone without the
 * trailers; Node.js can't.
 */
const REQUEST_ONLY = ['connection', 'keep-alive', 'proxy', 'proxy-connection', 'te', 'trailer', 'expect', 'upgrade'];
const RESPONSE_ONLY = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer'];
/** What an upstream says to nginx itself (`proxy_hide_header`). */
const FOR_NGINX = [
  'x-pad',
  ...['x-accel-expires', 'x-accel-redirect', 'x-accel-limit-rate', 'x-accel-buffering', 'x-accel-charset'],
];

/** Removes what Kong itself clears before it proxies a request (`runloop/handler.lua`, access.after). */
export function dropNamedByConnection(headers: HeaderList): void {
  for (const name of [...namedByConnection(headers), 'proxy', 'proxy-connection']) headers.remove(name);
}

/** Removes the headers of a request that apply to the connection with the client only. */
export function dropRequestHops(headers: HeaderList): void {
  dropNamedByConnection(headers);
  for (const name of REQUEST_ONLY) headers.remove(name);
}

/** Removes what concerns only the connection to the upstream. */
export function dropResponseHops(headers: HeaderList): void {
  for (const name of namedByConnection(headers)) headers.remove(name);
  for (const name of [...RESPONSE_ONLY, ...FOR_NGINX]) headers.remove(name);
}

function namedByConnection(headers: HeaderList): string[] {
  const names = (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '' && !SPECIAL.has(name));
}
