import { type ReactNode, useMemo } from 'react';
import { createApiClient } from '../api/client.ts';
import { ApiContext } from '../api/context.ts';

export interface PagesyncProviderProps {
  /** Where the API is, as `https://pagesync.example.com`; without it, where the page comes from. */
  baseUrl?: string;
  /** An API token; without it, the browser's own session, which works on the API's own origin alone. */
  token?: string;
  children: ReactNode;
}

/** Says which API the components inside talk to. */
export function PagesyncProvider({ baseUrl, token, children }: PagesyncProviderProps) {
  const api = useMemo(
    () =>
      createApiClient({
        ...(baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/+$/, '') }),
        ...(token === undefined ? {} : { token }),
      }),
    [baseUrl, token],
  );
  return <ApiContext value={api}>{children}</ApiContext>;
}
