import type { ApiTokenResource, BrowserSessionResource } from '../../../src/contract/access.ts';
import { useList } from '../../api/list.ts';

export const TOKENS_KEY = ['api-tokens'] as const;
export const SESSIONS_KEY = ['browser-sessions'] as const;

/** API tokens, newest first, also those that are good no more. */
export function useTokens() {
  return useList<ApiTokenResource>({ queryKey: TOKENS_KEY, path: '/api/tokens' });
}

/** The browsers that are signed in, newest first. */
export function useBrowsers() {
  return useList<BrowserSessionResource>({ queryKey: SESSIONS_KEY, path: '/api/sessions' });
}
