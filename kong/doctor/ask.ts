/** An answer over HTTP, as far as the checks use it. */
export interface Answer {
  readonly status: number;
  /** The headers Server and Date; empty if missing. */
  readonly server: string;
  readonly date: string;
  readonly body: string;
}

const TIMEOUT_MS = 5000;
/** The largest body in bytes; the rest is not read. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Sends a GET request. Returns undefined if there is no answer in time. */
export async function ask(url: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { status, headers } = response;
    return {
      status,
      server: headers.get('server') ?? '',
      date: headers.get('date') ?? '',
      body: await bodyOf(response),
    };
  } catch {
    return undefined;
  }
}

async function bodyOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString();
}
