#!/usr/bin/env node
// `pagesync`: the program is TypeScript, which tsx makes Node understand, whatever folder it is called from.
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
await import('../src/pagesync.ts');
