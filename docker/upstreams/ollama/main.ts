import { runMain } from '../shared/run-main';
import { INSTANT, REALISTIC } from './pace';
import { startOllama } from './start';

// PACE=instant takes the waits out, for measurements of what stands before this server.
const pace = process.env['PACE'] === 'instant' ? INSTANT : REALISTIC;

void runMain(process.env['NAME'] ?? 'ollama-demo', 11_434, (listen) => startOllama({ ...listen, pace }));
