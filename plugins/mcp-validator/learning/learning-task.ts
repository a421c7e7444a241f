import { readToolUpdates, type ListExchange, type ToolUpdates } from './lists/read-tool-updates';
import { probeSchema, type Probe, type SchemaUse } from './schemas/probe-schema';

/** Loads the compilers of the dialects, which takes longer than any schema; deadlines and requests start after it. */
export function warmUp(): void {
  for (const dialect of ['https://json-schema.org/draft/2020-12/schema', 'http://json-schema.org/draft-07/schema']) {
    probeSchema(JSON.stringify({ $schema: dialect, type: 'object' }));
  }
}

/** {@link probeSchema} in the thread that calls it. */
export const probeTask = ({ text, use }: { text: string; use?: SchemaUse }): Probe => probeSchema(text, use);

/** {@link readToolUpdates} in the thread that calls it. */
export const readTask = (exchange: ListExchange): ToolUpdates => readToolUpdates(exchange);
