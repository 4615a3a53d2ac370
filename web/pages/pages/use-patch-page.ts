import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { PatchPageRequest } from '../../../src/contract/requests.ts';
import type { PageDetailResource } from '../../../src/contract/resources.ts';
import { useApi } from '../../api/context.ts';
import { keys } from '../../api/keys.ts';

/** Changes a page's settings. @param done called when they are changed */
export function usePatchPage(page: Pick<PageDetailResource, 'id'>, done: () => void) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: PatchPageRequest) => api.patch<PageDetailResource>(`/api/pages/${page.id}`, { body }),
    onSuccess: (changed) => {
      queryClient.setQueryData(keys.page(page.id), changed);
      void queryClient.invalidateQueries({ queryKey: keys.pages });
      toast.success('Saved');
      done();
    },
  });
}
