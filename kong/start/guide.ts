import type { RunState } from './run';

const ENGINE_NAMES: Readonly<Record<string, string>> = {
  docker: 'the official Kong image in Docker',
  kong: 'the Kong that is installed on this machine',
  'stand-in': 'the stand-in for Kong, a test tool (install Docker or Kong to use the real gateway)',
};

/** What a user reads after the start: the engine, the addresses and the first requests to send. */
export function guideTo({
  engine,
  proxyUrl,
  spansUrl,
  adminUrl,
  statusUrl,
  pluginServerUrl,
  ...state
}: RunState): string {
  return `
Running with ${ENGINE_NAMES[engine]}.

  chat             ${proxyUrl}/   ask "Calculate 5 + 3"
  gateway          ${proxyUrl}   /agent /py-calculator /go-calculator /phoenix /ollama
  traces           ${spansUrl}
  gateway metrics  ${statusUrl}/metrics
  plugin metrics   ${pluginServerUrl}/metrics
  Admin API        ${adminUrl}
  logs             ${state.logs}${
    state.requestLog === undefined
      ? ''
      : `
  request log      ${state.requestLog}`
  }

Call a tool, send a malformed message, and stream a chat response:

  curl -s ${proxyUrl}/py-calculator/mcp \\
    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":5,"b":3}}}'

  curl -s ${proxyUrl}/py-calculator/mcp -H 'Content-Type: application/json' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}'

  curl -sN ${proxyUrl}/ollama/api/chat \\
    -d '{"model":"llama3.2","messages":[{"role":"user","content":"Why is the sky blue?"}]}'

Press Ctrl-C to stop everything.
`;
}
