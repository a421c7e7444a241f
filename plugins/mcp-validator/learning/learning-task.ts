import { readToolNews, type ListExchange, type ToolNews } from './lists/read-tool-updates';
import { probeSchema, type Probe } from './schemas/probe-schema';

/** Loads the compilers of the dialects, which takes longer than any schema; a deadline or a request begins after it. */
export function warmUp(): void {
  for (const dialect of ['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema']) {
    probeSchema(JSON.stringify({ $schema: dialect, type: 'object' }));
  }
}

/** {@link probeSchema} in the thread that calls it. */
export const probeTask = ({ text }: { text: string }): Probe => probeSchema(text);

/** {@link readToolNews} in the thread that calls it. */
export const readTask = (exchange: ListExchange): ToolNews => readToolNews(exchange);
