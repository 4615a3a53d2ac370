import { createLogger } from '../../src/log.ts';
import { installRuntime } from '../../src/temporal/runtime.ts';

installRuntime(createLogger(process.env.LOG_LEVEL ?? 'fatal', 'temporal'));
