/** The headers of a typical call of a tool. */
export const headersOf = (body: string | Buffer): Readonly<Record<string, string>> => ({
  host: 'gateway.example:8000',
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-06-18',
  'mcp-session-id': 'a2f1c9d0-7c1e-4b7a-9a57-2f1d9f0f6b11',
  'user-agent': 'a client',
  'content-length': String(body.length),
});
