import { runMain } from '../shared/run-main';
import { startCalculator } from './start';

const name = process.env['NAME'] ?? 'py-calculator';

const tracesUrl = process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

void runMain(name, name === 'go-calculator' ? 8200 : 8100, (listen) =>
  startCalculator({ ...listen, name, ...(tracesUrl !== undefined && { tracesUrl }) }),
);
