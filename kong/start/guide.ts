import type { RunState } from './run';

const ENGINE_NAMES: Readonly<Record<string, string>> = {
  docker: 'the stock Kong image in Docker',
  kong: 'the kong on PATH',
  'stand-in': 'the stand-in for Kong, for development and tests (no Docker engine and no kong found, or asked for)',
};

/** What a user reads once all runs: which engine, the addresses, and what to try. */
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
Running on ${ENGINE_NAMES[engine]}.

  gateway         ${proxyUrl}   /py-calculator /go-calculator /phoenix /ollama
  spans           ${spansUrl}
  Kong's metrics  ${statusUrl}/metrics
  the plugins'    ${pluginServerUrl}/metrics
  Admin API       ${adminUrl}
  logs            ${state.logs}${
    state.requestLog === undefined
      ? ''
      : `
  requests        ${state.requestLog}`
  }

Try a tool, a malformed message, and a stream:

  curl -s ${proxyUrl}/py-calculator/mcp \\
    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":5,"b":3}}}'

  curl -s ${proxyUrl}/py-calculator/mcp -H 'Content-Type: application/json' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}'

  curl -sN ${proxyUrl}/ollama/api/chat \\
    -d '{"model":"llama3.2","messages":[{"role":"user","content":"Why is the sky blue?"}]}'

Ctrl-C stops everything.
`;
}
