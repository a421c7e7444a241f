import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

const plugins = ['mcp-validator', 'mcp-tool-rate-limit', 'llm-telemetry', 'mcp-telemetry'];

/** The arrows of the architecture: what each folder must not import. */
const zones = [
  { target: './kong', from: './plugins', message: 'kong/ knows nothing of what the suite does' },
  { target: './kong/pdk', from: './kong/plugin-server', message: 'the facade knows no transport' },
  { target: './kong/plugin-server', from: './kong/stand-in', message: 'the server does not know the stand-in' },
  { target: './kong/check', from: ['./kong/stand-in', './kong/plugin-server'], message: 'a check needs no gateway' },
  {
    target: './plugins/shared',
    from: plugins.map((name) => `./plugins/${name}`),
    message: 'shared serves the plugins',
  },
  ...plugins.map((name) => ({
    target: `./plugins/${name}`,
    from: [...plugins.filter((other) => other !== name).map((other) => `./plugins/${other}`), './kong/plugin-server'],
    message: 'plugins never import each other, nor the server',
  })),
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  eslint.configs.recommended,
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: globals.node } },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/order': ['error', { alphabetize: { order: 'asc' } }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    // A core decides over plain values: it never sees Kong.
    files: ['plugins/**/*.ts'],
    ignores: [
      'plugins/main.ts',
      'plugins/index.ts',
      'plugins/*/index.ts',
      'plugins/*/schema.ts',
      'plugins/*/*-fields.ts',
      'plugins/*/handler.ts',
      'plugins/*/large-bodies/*-task.ts',
      'plugins/shared/*/kong-*.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/kong/**'], allowTypeImports: true, message: 'a core imports nothing of Kong' }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
);
