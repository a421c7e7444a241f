/** The attributes of the request from Kong that every span has. */
export const KONGS = {
  'http.request.method': 'POST',
  'kong.request_id': 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
  'kong.route': 'ollama-route',
};

/** The attributes of a span instead of content. */
export const REDACTED = { 'input.value': '__REDACTED__', 'output.value': '__REDACTED__' };
