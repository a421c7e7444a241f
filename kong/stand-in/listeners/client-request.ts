import { IncomingMessage } from 'node:http';

/**
 * A request that Node treats as an upgrade only when it asks for a WebSocket. By default Node does so for every protocol
 * when the server listens for upgrades, and does not read the body then; Kong ignores other protocols.
 */
export class ClientRequest extends IncomingMessage {
  private asksUpgrade = false;

  /** Set by Node's HTTP parser, and read when all headers are known. */
  get upgrade(): boolean {
    const { upgrade, 'content-length': length = '0', 'transfer-encoding': coding } = this.headers;
    return this.asksUpgrade && upgrade?.toLowerCase() === 'websocket' && Number(length) === 0 && coding === undefined;
  }

  set upgrade(value: boolean) {
    this.asksUpgrade = value;
  }
}
