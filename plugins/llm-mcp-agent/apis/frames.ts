import type { AgentApi, ClientRecord } from './dialogue';

/** A record as text in the stream to the client. */
export function frameOf({ framing }: Pick<AgentApi, 'framing'>, { event, data }: ClientRecord): string {
  const text = JSON.stringify(data);
  if (framing === 'ndjson') return `${text}\n`;
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
}

/** A server-sent comment, which clients ignore. */
export const COMMENT = ': keep-alive\n\n';

/** The media type of a stream. */
export const mediaTypeOf = ({ framing }: Pick<AgentApi, 'framing'>): string =>
  framing === 'ndjson' ? 'application/x-ndjson' : 'text/event-stream; charset=utf-8';
