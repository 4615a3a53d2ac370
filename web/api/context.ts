import { createContext, useContext } from 'react';
import { type ApiClient, createApiClient } from './client.ts';

/** The API that components talk to: the one that the page comes from, unless somebody provides another. */
export const ApiContext = createContext<ApiClient>(createApiClient());

export function useApi(): ApiClient {
  return useContext(ApiContext);
}
