import { readFileSync } from 'node:fs';

/** An HTTP/1.1 response as it was sent over the network. */
export interface Recording {
  readonly status: number;
  /** By lower-case name; the last value of a repeated header. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body in the chunks that the server wrote; one chunk if it was not chunked. */
  readonly chunks: readonly Uint8Array[];
}

/** Reads a recording with its headers and its chunked framing (RFC 9112, section 7.1), which may be truncated. */
export function readRecording(path: string): Recording {
  const bytes = readFileSync(path);
  const headEnd = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = bytes.subarray(headEnd + 4);
  const chunked = headers['transfer-encoding'] === 'chunked';
  return { status: Number(statusLine.split(' ')[1]), headers, chunks: chunked ? chunksOf(body) : [body] };
}

function chunksOf(body: Buffer): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = parseInt(body.toString('latin1', at, lineEnd), 16);
    if (size === 0) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return chunks;
}
