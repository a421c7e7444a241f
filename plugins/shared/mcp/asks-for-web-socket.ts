import type { Headers } from '../../../kong/pdk';

/**
 * True if a request asks for an upgrade to a WebSocket: no plugin sees the messages in it.
 *
 * Kong upgrades only to `websocket` and ignores other protocols in `Upgrade`, such as the `h2c` that some HTTP clients offer
 * with each request (`runloop/handler.lua`). A list that contains `websocket` counts.
 */
export const asksForWebSocket = (headers: Pick<Headers, 'all'>): boolean =>
  headers.all('upgrade').some((value) => value.toLowerCase().includes('websocket'));
