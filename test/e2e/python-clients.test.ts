import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { gateway } from './gateway';

const python = process.env['PYTHON'] ?? 'python3';
const hasClients = spawnSync(python, ['-c', 'import anthropic, ollama, openai'], { stdio: 'ignore' }).status === 0;
if (!hasClients)
  process.stderr.write(
    'The agent is not tested with clients in Python: install openai, anthropic and ollama to test it.\n',
  );

(hasClients ? it : it.skip)('answers the clients of three SDKs in Python, streamed and whole', () => {
  const script = join(__dirname, '../support/agent-clients.py');
  const answers = JSON.parse(
    execFileSync(python, [script, `${gateway.proxyUrl}/agent`], { encoding: 'utf8' }),
  ) as object;
  const both = ['5 + 3 = 8', '5 + 3 = 8'];
  expect(answers).toEqual({ chat_completions: both, responses: both, messages: both, ollama_chat: both });
});
