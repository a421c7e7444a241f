import { randomUUID } from 'node:crypto';
import {
  WebStandardStreamableHTTPServerTransport as SessionTransport,
  type McpServer,
} from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';

/** How many sessions are kept, and for how long without a request. */
export interface SessionLimits {
  maxSessions: number;
  idleMs: number;
}

/** The sessions of the revisions up to 2025-11-25: a server and a transport each, found by `Mcp-Session-Id`. */
export interface Sessions {
  /** The session of that id, touched; undefined when it never was, has ended, or was idle too long. */
  find(id: string): SessionTransport | undefined;
  /** A session for one `initialize` request; it is kept only if the transport accepts that request. */
  open(): Promise<SessionTransport>;
  closeAll(): void;
}

/** Keeps at most `maxSessions`: one more ends the least recently used. An idle one ends, with its streams, by itself. */
export function createSessions(createServer: () => McpServer, { maxSessions, idleMs }: SessionLimits): Sessions {
  const live = new LRUCache<string, SessionTransport>({
    max: maxSessions,
    ttl: idleMs,
    updateAgeOnGet: true,
    ttlAutopurge: true,
    dispose: (transport) => void transport.close(),
  });
  return {
    find: (id) => live.get(id),
    open: async () => {
      const transport = new SessionTransport({
        sessionIdGenerator: () => randomUUID(),
        onsessioninitialized: (id) => {
          live.set(id, transport);
        },
        onsessionclosed: (id) => {
          live.delete(id);
        },
      });
      await createServer().connect(transport);
      return transport;
    },
    closeAll: () => {
      live.clear();
    },
  };
}
