import { Conversation } from './conversation';
import { startTracing } from './tracing';

const gateway = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:8000';
const questions = process.argv.slice(2);

/** Asks the questions of the command line, one after the other, in one conversation. */
async function main(): Promise<void> {
  const tracing = startTracing({ url: `${gateway}/phoenix/v1/traces`, project: 'ai-gateway' });
  const apiKey = process.env['API_KEY'];
  const conversation = new Conversation({
    tracer: tracing.tracer,
    host: `${gateway}/agent`,
    model: process.env['MODEL'] ?? 'llama3.2',
    ...(apiKey !== undefined && { apiKey }),
  });
  try {
    for (const question of questions.length > 0 ? questions : ['Calculate 5 + 3']) {
      process.stdout.write(`> ${question}\n`);
      for await (const piece of conversation.ask(question)) process.stdout.write(piece);
      process.stdout.write('\n');
    }
  } finally {
    conversation.end();
    await tracing.end();
  }
  process.stdout.write(`Trace: ${gateway}/phoenix/redirects/traces/${conversation.traceId}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
