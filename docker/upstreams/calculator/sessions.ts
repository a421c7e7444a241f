import { randomUUID } from 'node:crypto';
import {
  WebStandardStreamableHTTPServerTransport as SessionTransport,
  type McpServer,
} from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';

/** How many sessions are kept, and how long without a request. */
export interface SessionLimits {
  maxSessions: number;
  idleMs: number;
}

/** The sessions of revisions up to 2025-11-25: a server and a transport each, by `Mcp-Session-Id`. */
export interface Sessions {
  /** The session with this id, marked as used; undefined if it is unknown, ended or expired. */
  find(id: string): SessionTransport | undefined;
  /** A new session for an `initialize` request; kept only if the transport accepts the request. */
  open(): Promise<SessionTransport>;
  closeAll(): void;
}

/** Keeps at most `maxSessions`: one more ends the least recently used one. Idle sessions expire, with their streams. */
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
