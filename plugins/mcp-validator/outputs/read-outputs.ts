import { type Capture } from '../../shared/captured-body/capture';
import { decodeCapturedBody } from '../../shared/captured-body/decode-captured-body';
import type { MessageSummary } from '../../shared/mcp/message-summary';
import { isModern } from '../../shared/mcp/revisions';
import { headerOf, mediaTypeOf, type LogEntry } from '../../shared/telemetry/log-entry';
import { askedRequestsOf } from '../lists/asked-requests';
import { judgeBody } from '../lists/judge-body';
import { checkOutput } from './check-output';
import type { OutputSchema } from './compile-output-schema';
import { outputCalls } from './learned-outputs';

/** A result that does not match the output schema of its tool. */
export interface FoundViolation {
  readonly tool: string;
  readonly problem: string;
}

/** The longest response that is read, in bytes after decoding: what the capture functions keep. */
const MAX_BYTES = 65_536;
const NO_KINDS: ReadonlySet<never> = new Set<never>();
/** Nothing is cut: only results of calls are read. */
const NO_LISTS = { shows: () => true, hidesResource: () => false, caching: undefined };

/** Checks the output in a captured response, for `output_schemas: warn`. A response that was not kept whole passes. */
export async function readOutputs(
  summary: MessageSummary,
  { status, responseHeaders }: LogEntry,
  { response }: Capture,
  schemaOf: (tool: string) => OutputSchema | undefined,
): Promise<readonly FoundViolation[]> {
  const calls = outputCalls(askedRequestsOf(summary)).filter(({ name }) => schemaOf(name));
  const mayBeAnything = summary.revision !== undefined && isModern(summary.revision);
  if (calls.length === 0 || status < 200 || status >= 300) return [];
  const body = await decodeCapturedBody(response, headerOf(responseHeaders, 'content-encoding'), MAX_BYTES);
  if (!body || body.isCut || !response.complete) return [];
  const found: FoundViolation[] = [];
  const { buffer, byteOffset, byteLength } = body.start;
  const isEventStream = mediaTypeOf(responseHeaders) === 'text/event-stream';
  judgeBody(Buffer.from(buffer, byteOffset, byteLength), isEventStream, calls, {
    hides: NO_KINDS,
    lists: NO_LISTS,
    replaceOutput: (tool, result) => {
      const schema = schemaOf(tool);
      const violation = schema && checkOutput(result, schema, mayBeAnything);
      if (violation) found.push({ tool, problem: violation.problem });
      return undefined;
    },
  });
  return found;
}
