import { runMain } from '../shared/run-main';
import { startChat } from './start';

void runMain(process.env['NAME'] ?? 'chat', 8_300, startChat);
