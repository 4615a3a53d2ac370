import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useChanges } from '../api/changes.tsx';
import { useApi } from '../api/context.ts';
import { useMay } from '../api/session.ts';
import { NewsTeller } from './news-teller.ts';
import { useMarkRead } from './use-notifications.ts';

/** Toasts for what happens elsewhere: notifications, and syncs that end which this tab neither started nor shows. */
export function News() {
  const api = useApi();
  const queryClient = useQueryClient();
  const [teller] = useState(() => new NewsTeller(api, queryClient));
  const { one } = useMarkRead();
  const maySync = useMay('sync');
  useEffect(() => {
    // who follows a notification has read it
    teller.onFollow = (id) => {
      if (maySync) one.mutate(id);
    };
  });
  useEffect(() => teller.start(), [teller]);
  useChanges((change) => teller.hear(change));
  return null;
}
