/** How a request without a session is answered; for `not_acceptable` the SDK answers 406. */
export type AnswerShape = 'json' | 'sse' | 'not_acceptable';

/**
 * Chooses the shape by `Accept`: one JSON body where possible; an event stream if the client asks for progress or
 * accepts nothing else. A missing `Accept` and wildcards accept both (curl sends `*` + `/*`).
 */
export function answerShape(accept: string | null, wantsProgress: boolean): AnswerShape {
  const ranges = (accept ?? '*/*').split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  const json = ranges.some((range) => ['*/*', 'application/*', 'application/json'].includes(range));
  // A stream is sent only to a client that names it: a wildcard does not mean that the client can read one.
  const sse = ranges.some((range) => ['text/*', 'text/event-stream'].includes(range));
  if (sse && (wantsProgress || !json)) return 'sse';
  return json ? 'json' : 'not_acceptable';
}

/** Whether a JSON-RPC body asks for progress notifications (`params._meta.progressToken`); any value is allowed. */
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
