import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { CALCULATORS, gateway } from './gateway';

/** Around the sizes of nginx's buffers, and far beyond. */
const SIZES = [1, 1_000, 3_500, 3_900, 4_000, 4_096, 4_500, 6_000, 8_192, 20_000, 65_536, 250_000, 1_048_576];

// The next request is sent after the response to this one: if the end of an event is held back, the dialogue stops. One of
// the servers disables buffering in nginx with a header; the other one, like many servers, does not.
it.each(CALCULATORS)(
  'forwards each event of %s completely and at once, from one byte to a megabyte',
  async (server) => {
    const client = new Client({ name: 'e2e', version: '1' }, { capabilities: { sampling: {} } });
    const seen: number[] = [];
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
      const [{ content } = { content: undefined }] = params.messages;
      const text = content && 'text' in content && typeof content.text === 'string' ? content.text : '';
      seen.push(text.length);
      return { model: 'none', role: 'assistant', content: { type: 'text', text: String(text.length) } };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.proxyUrl}/${server}/mcp`)));
    const result = await client.callTool({ name: 'dialogue', arguments: { sizes: SIZES } });
    expect(seen).toEqual(SIZES);
    expect(result).toMatchObject({ content: [{ text: SIZES.join(' ') }] });
    await client.close();
  },
);
