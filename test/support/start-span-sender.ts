import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A span to send; its times, parent and one event are always the same. */
interface SentSpan {
  name: string;
  attributes?: Record<string, unknown>;
  /** Makes the status an error with this message. */
  error?: string;
}

/** A process that sends spans through the real OTLP protobuf exporter, gzipped, one request for each span. */
export interface SpanSender {
  send(
    url: string,
    spans: SentSpan[],
    with_?: { headers?: Record<string, string>; resource?: Record<string, unknown> },
  ): Promise<void>;
  stop(): void;
}

/** Starts the process; the caller stops it. */
export function startSpanSender(): SpanSender {
  const child = fork(join(__dirname, 'span-sender.mjs'));
  return {
    send: async (url, spans, { headers = {}, resource = {} } = {}) => {
      child.send({ url, spans, headers, resource });
      const [reply] = (await once(child, 'message')) as [{ ok: boolean; error?: string }];
      if (!reply.ok) throw new Error(reply.error);
    },
    stop: () => {
      child.kill();
    },
  };
}
