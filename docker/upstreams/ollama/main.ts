import { runMain } from '../shared/run-main';
import { INSTANT, REALISTIC } from './pace';
import { startOllama } from './start';

// PACE=instant removes the delays, to measure the gateway in front of this server.
const pace = process.env['PACE'] === 'instant' ? INSTANT : REALISTIC;

void runMain(process.env['NAME'] ?? 'ollama-demo', 11_434, (listen) => startOllama({ ...listen, pace }));
