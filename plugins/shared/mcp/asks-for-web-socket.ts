import type { Headers } from '../../../kong/pdk';

/**
 * Whether a request wants its connection to become a WebSocket: what passes then, no plugin sees.
 *
 * Kong grants it for `websocket` alone, and lets any other protocol of `Upgrade` fall, such as the `h2c` that some HTTP
 * clients offer with each request (`runloop/handler.lua`); a list that holds it is taken for it.
 */
export const asksForWebSocket = (headers: Pick<Headers, 'all'>): boolean =>
  headers.all('upgrade').some((value) => value.toLowerCase().includes('websocket'));
