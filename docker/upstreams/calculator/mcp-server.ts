import { McpServer, type CallToolResult } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Slots } from '../shared/slots';
import { operations } from './arithmetic';
import { COUNTDOWN, countDown } from './countdown';

const VERSION = '1.0.0';
/** Limits of a dialogue: number of questions, and bytes of each. */
const DIALOGUE = { maxQuestions: 16, maxBytes: 1_048_576 };
const operands = z.object({ a: z.number().describe('First operand'), b: z.number().describe('Second operand') });
const countdownInput = z.object({
  steps: z.int().min(1).max(COUNTDOWN.maxSteps).default(COUNTDOWN.steps).describe('How many steps to count'),
  intervalMs: z
    .int()
    .min(0)
    .max(COUNTDOWN.maxIntervalMs)
    .default(COUNTDOWN.intervalMs)
    .describe('Milliseconds between two steps'),
});
const dialogueInput = z.object({
  sizes: z
    .array(z.int().min(1).max(DIALOGUE.maxBytes))
    .min(1)
    .max(DIALOGUE.maxQuestions)
    .describe('The bytes of the text in each question'),
});
const constants = { pi: Math.PI, e: Math.E, sqrt2: Math.SQRT2, ln2: Math.LN2 };

/**
 * A calculator as an MCP server without a transport: four operations, a slow `countdown`, a `dialogue` with the model
 * of the client, one resource, one prompt. `countdowns` limits the number of concurrent countdowns of all instances;
 * one more is a tool error.
 */
export function createCalculator(name: string, countdowns: Slots): McpServer {
  const server = new McpServer(
    { name, title: 'Calculator', version: VERSION },
    { instructions: 'Arithmetic on two numbers. Use countdown to see progress notifications.' },
  );
  addOperations(server);
  addCountdown(server, countdowns);
  addDialogue(server);
  addAdminStatus(server);
  server.registerResource(
    'constants',
    'calculator://constants',
    { title: 'Constants', description: 'Mathematical constants', mimeType: 'application/json' },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(constants) }] }),
  );
  server.registerPrompt(
    'explain-calculation',
    {
      title: 'Explain a calculation',
      description: 'Asks for a calculation step by step, with the tools of this server',
      argsSchema: z.object({ expression: z.string().max(1_000).describe('For example (5 + 3) * 2') }),
    },
    ({ expression }) => ({
      messages: [
        {
          role: 'user',
          content: { type: 'text', text: `Work out ${expression} with the calculator tools, and explain each step.` },
        },
      ],
    }),
  );
  return server;
}

/** A tool that is not for clients: the reference kong.yml denies it. */
function addAdminStatus(server: McpServer): void {
  server.registerTool(
    'admin_status',
    { title: 'Status of the server', description: 'Uptime in seconds and memory in bytes', inputSchema: z.object({}) },
    () => {
      const status = { uptimeSeconds: Math.round(process.uptime()), memoryBytes: process.memoryUsage().rss };
      return { content: [{ type: 'text', text: JSON.stringify(status) }] };
    },
  );
}

function addOperations(server: McpServer): void {
  for (const [name, { title, description, compute }] of Object.entries(operations)) {
    server.registerTool(
      name,
      {
        title,
        description,
        inputSchema: operands,
        outputSchema: z.object({ result: z.number() }),
        annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
      },
      ({ a, b }) => {
        const outcome = compute(a, b);
        if (!outcome.ok) return toolError(outcome.reason);
        return {
          content: [{ type: 'text', text: String(outcome.value) }],
          structuredContent: { result: outcome.value },
        };
      },
    );
  }
}

function addCountdown(server: McpServer, countdowns: Slots): void {
  server.registerTool(
    'countdown',
    {
      title: 'Count down',
      description: 'Counts down slowly and reports each step as a progress notification; can be cancelled',
      inputSchema: countdownInput,
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ steps, intervalMs }, context) => {
      const free = countdowns.take();
      if (!free) return toolError('Too many countdowns are running: try again in a moment');
      const { mcpReq } = context;
      const progressToken = mcpReq._meta?.progressToken;
      const report = async (done: number, remaining: number): Promise<void> => {
        if (progressToken === undefined) return;
        const params = { progressToken, progress: done, total: steps, message: `${remaining} to go` };
        await mcpReq.notify({ method: 'notifications/progress', params });
      };
      try {
        const done = await countDown({ steps, intervalMs }, mcpReq.signal, report);
        if (done < steps) return toolError(`Cancelled after ${done} of ${steps} steps`);
        return { content: [{ type: 'text', text: `Counted down ${steps} steps` }] };
      } finally {
        free();
      }
    },
  );
}

function addDialogue(server: McpServer): void {
  server.registerTool(
    'dialogue',
    {
      title: 'Ask the client',
      description:
        "Asks the client's model one question after the other, each with a text of the given size (sampling)",
      inputSchema: dialogueInput,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ sizes }, { mcpReq }) => {
      const answers: string[] = [];
      for (const size of sizes) {
        const text = 'x'.repeat(size);
        const question = { role: 'user' as const, content: { type: 'text' as const, text } };
        // The next question is sent after the answer to this one: a gateway that delays its end blocks the dialogue.
        const params = { messages: [question], maxTokens: 16 };
        const { content } = await mcpReq.send({ method: 'sampling/createMessage', params });
        answers.push('text' in content && typeof content.text === 'string' ? content.text : '');
      }
      return { content: [{ type: 'text', text: answers.join(' ') }] };
    },
  );
}

function toolError(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
