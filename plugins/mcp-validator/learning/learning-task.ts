import { readToolNews, type ListExchange, type ToolNews } from './read-tool-news';
import { probeSchema, type Probe } from './schemas/probe-schema';

/** Loads what the others need; the deadline of a task begins after it. */
export function warmUp(): void {
  for (const dialect of ['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema']) {
    probeSchema(JSON.stringify({ $schema: dialect, type: 'object' }), 1);
  }
}

/** {@link probeSchema} in the thread that calls it. */
export const probeTask = ({ text, maxDepth }: { text: string; maxDepth: number }): Probe => probeSchema(text, maxDepth);

/** {@link readToolNews} in the thread that calls it. */
export const readTask = (exchange: ListExchange): ToolNews => readToolNews(exchange);
