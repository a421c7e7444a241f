import { runMain } from '../shared/run-main';
import { startTraceSink } from './start';

void runMain(process.env['NAME'] ?? 'trace-sink', 6_006, startTraceSink);
