import type { Caller } from '../tickets/caller';

/** The headers of every call that a run makes: those of the caller, and where the call comes from. */
export const innerHeaders = (caller: Caller, runId: string, traceparent: string): Record<string, string> => ({
  ...caller.forwarded,
  traceparent,
  'x-agent-run': runId,
  ...(caller.address !== '' && { 'x-forwarded-for': caller.address }),
  ...(caller.clientRequestId !== undefined && { 'x-request-id': caller.clientRequestId }),
});

/** The headers of a call of the model. */
export const llmHeaders = (caller: Caller, runId: string, traceparent: string): Record<string, string> => ({
  ...caller.toLlm,
  ...innerHeaders(caller, runId, traceparent),
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream, application/x-ndjson',
});
