/** How a request without a session is answered; `refuse` leaves the 406 to the SDK. */
export type AnswerShape = 'json' | 'sse' | 'refuse';

/**
 * Picks the shape from what the client accepts: one JSON body wherever it will do, an event stream where progress
 * was asked for or nothing else is accepted. An absent Accept and wildcards accept both (curl sends `*` + `/*`).
 */
export function answerShape(accept: string | null, wantsProgress: boolean): AnswerShape {
  const ranges = (accept ?? '*/*').split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  const json = ranges.some((range) => ['*/*', 'application/*', 'application/json'].includes(range));
  // A stream is only sent to a client that names it: a wildcard says nothing about being able to read one.
  const sse = ranges.some((range) => ['text/*', 'text/event-stream'].includes(range));
  if (sse && (wantsProgress || !json)) return 'sse';
  return json ? 'json' : 'refuse';
}

/** Whether a JSON-RPC body asks for progress notifications (`params._meta.progressToken`); any value may be handed in. */
export function wantsProgress(body: unknown): boolean {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  return messages.some((message) => {
    const meta = member(member(message, 'params'), '_meta');
    return member(meta, 'progressToken') !== undefined;
  });
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
