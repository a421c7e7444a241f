#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../kong/plugin-server/cli';
import { addPinsCommand } from './mcp-validator/pins/pins-command';
import { plugins } from './index';

const { name, version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};
const description = 'Kong plugin server for MCP and LLM traffic';

void runCli({ name, version, description, plugins, module: require.resolve('./index'), commands: [addPinsCommand] });
