import { runMain } from '../shared/run-main';
import { startCalculator } from './start';

const name = process.env['NAME'] ?? 'py-calculator';

void runMain(name, name === 'go-calculator' ? 8200 : 8100, (listen) => startCalculator({ ...listen, name }));
